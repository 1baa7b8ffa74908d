package io.evenkeel.probe;

import io.evenkeel.metric.Readings;
import java.util.List;

/// [Spectrum#effectiveRank] of each weight matrix; weights of more than two dimensions count as `[out, rest]`.
final class WeightRank implements Probe.Gradients {
    private static final About ABOUT =
            new About("weight-rank", "effective rank of each weight matrix", 1000, false, List.of("rank/weight/*"));

    @Override
    public About about() {
        return ABOUT;
    }

    @Override
    public void measure(StepView view, Readings readings) {
        for (var parameter : view.parameters().all()) {
            if (SpectralNorms.isMatrix(parameter)) {
                readings.put(
                        "rank/weight/" + parameter.name(), Spectrum.effectiveRank(SpectralNorms.matrix(parameter)));
            }
        }
    }
}
