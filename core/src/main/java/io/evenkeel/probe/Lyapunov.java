package io.evenkeel.probe;

import io.evenkeel.data.Batch;
import io.evenkeel.metric.Readings;
import io.evenkeel.nn.Recurrent;
import io.evenkeel.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The largest Lyapunov exponent of the state of recurrent models, nats a step: of each recurrence that reports its
/// decay, and of a model that shows its state map ([Recurrent]). Models without have no readings.
///
/// @paper P87 not positive for a diagonal state-space recurrence with negative `A`
final class Lyapunov implements Probe.Forward {
    private static final About ABOUT = new About(
            "lyapunov",
            "largest Lyapunov exponent of the state map of recurrent models",
            1000,
            false,
            List.of("lyapunov/max", "lyapunov/max/*"));

    @Override
    public About about() {
        return ABOUT;
    }

    @Override
    public Pass begin(StepView view, Batch batch) {
        Map<String, Double> exponents = new LinkedHashMap<>();
        return new Pass() {
            @Override
            public void observe(String module, String what, Tensor value) {
                if (what.equals(Observed.LOG_DECAY)) {
                    exponents.put(module, LyapunovExponents.largestOfDiagonal(value));
                }
            }

            @Override
            public void finish(Readings readings) {
                exponents.forEach((module, exponent) -> readings.put("lyapunov/max/" + module, exponent));
                if (view.model() instanceof Recurrent recurrent) {
                    var map = recurrent.stateMap(batch.inputs());
                    readings.put("lyapunov/max", LyapunovExponents.of(map, 1, 0)[0]);
                }
            }
        };
    }
}
