package io.evenkeel.probe;

import java.util.List;

/// The probes there are.
public final class Probes {
    private Probes() {}

    /// A new one of each, in the order in which they run at the same moment; whoever takes them closes them.
    public static List<Probe> all() {
        return List.of(
                new Losses(),
                new GradientNorm(),
                new GradientNorms(),
                new ParameterNorms(),
                new UpdateRatio(),
                new UpdateRatios(),
                new SecondMoment(),
                new Activations(),
                new DeadUnits(),
                new AttentionHeads(),
                new OutputLogits(),
                new SoftmaxCollapse(),
                new PrecisionRange(),
                new GradientNoise(),
                new ActivationRank(),
                new WeightRank(),
                new SpectralNorms(),
                new Sharpness(),
                new PreconditionedSharpness(),
                new DirectionalSharpness(),
                new HessianTrace(),
                new Lyapunov(),
                new RepresentationDrift(),
                new TimeSplit(),
                new Memory());
    }

    /// What they are, in the same order.
    public static List<Probe.About> catalogue() {
        return all().stream().map(Probe::about).toList();
    }
}
