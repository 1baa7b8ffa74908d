package io.evenkeel.probe;

import io.evenkeel.data.Batch;
import io.evenkeel.metric.Readings;
import io.evenkeel.tensor.DType;
import io.evenkeel.tensor.Tensor;
import java.util.List;

/// Units of an MLP's hidden layer that do nothing. The score of a unit is its mean magnitude over the batch relative to
/// the layer's; dead: score at most [#DEAD] (so that it also holds for activations that never are exactly zero);
/// dormant: at most [#DORMANT].
final class DeadUnits implements Probe.Forward {
    private static final double DEAD = 1e-6;
    /// Threshold of Sokar et al., "The dormant neuron phenomenon in deep reinforcement learning", 2023.
    private static final double DORMANT = 0.025;

    private static final About ABOUT = new About(
            "dead-units",
            "share of hidden units that are dead or dormant over the batch",
            200,
            false,
            List.of("activation/dead/*", "activation/dormant/*"));

    @Override
    public About about() {
        return ABOUT;
    }

    @Override
    public Pass begin(StepView view, Batch batch) {
        var scalars = new Scalars();
        return new Pass() {
            @Override
            public void observe(String module, String what, Tensor value) {
                if (what.equals(Observed.HIDDEN)) {
                    var magnitude = Observed.rows(value.to(DType.FLOAT32)).abs().mean(false, 0); // [F]
                    scalars.add("activation/dead/" + module, share(magnitude, DEAD));
                    scalars.add("activation/dormant/" + module, share(magnitude, DORMANT));
                }
            }

            @Override
            public void finish(Readings readings) {
                scalars.emit(readings);
            }
        };
    }

    private static Tensor share(Tensor magnitude, double threshold) {
        return magnitude
                .sub(magnitude.mean().mul(threshold))
                .le(0)
                .to(DType.FLOAT32)
                .mean();
    }
}
