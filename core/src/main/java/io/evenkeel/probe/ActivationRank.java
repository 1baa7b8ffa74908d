package io.evenkeel.probe;

import io.evenkeel.data.Batch;
import io.evenkeel.metric.Readings;
import io.evenkeel.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// [Spectrum#effectiveRank] of the residual stream of each block, a row a position; 1 when all positions have become
/// equal.
final class ActivationRank implements Probe.Forward {
    private static final About ABOUT = new About(
            "activation-rank",
            "effective rank of the residual stream of each block",
            500,
            false,
            List.of("rank/activation/*"));

    @Override
    public About about() {
        return ABOUT;
    }

    @Override
    public Pass begin(StepView view, Batch batch) {
        Map<String, Double> ranks = new LinkedHashMap<>();
        return new Pass() {
            @Override
            public void observe(String module, String what, Tensor value) {
                if (what.equals(Observed.RESIDUAL)) {
                    ranks.put(module, Spectrum.effectiveRank(Observed.rows(value)));
                }
            }

            @Override
            public void finish(Readings readings) {
                ranks.forEach((module, rank) -> readings.put("rank/activation/" + module, rank));
            }
        };
    }
}
