package io.evenkeel.probe;

import io.evenkeel.metric.Readings;
import io.evenkeel.metric.SeriesNames;
import io.evenkeel.tensor.Tensor;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/// Sharpness: the largest eigenvalue of the Hessian of the loss of the step's batch. The ratio is against `2 / lr`,
/// where plain gradient descent becomes unstable (Cohen et al. 2021).
///
/// @paper P60 `lambda_max <= 2 / lr` for gradient descent
final class Sharpness implements Probe.Curvature {
    private static final About ABOUT = new About(
            "sharpness",
            "largest eigenvalue of the Hessian, against 2 / lr",
            1000,
            false,
            List.of(SeriesNames.SHARPNESS, SeriesNames.SHARPNESS_RATIO, "sharpness/residual"));

    private final TopEigenvector top = new TopEigenvector("sharpness");

    @Override
    public About about() {
        return ABOUT;
    }

    @Override
    public void measure(StepView view, LossCurvature curvature, Readings readings) {
        var result = top.find(curvature, curvature::product);
        readings.put(SeriesNames.SHARPNESS, result.largest());
        readings.put(SeriesNames.SHARPNESS_RATIO, result.largest() * view.lr() / 2);
        readings.put("sharpness/residual", result.residual());
    }

    @Override
    public JsonNode state() {
        return top.state();
    }

    @Override
    public void restore(JsonNode state) {
        top.restore(state);
    }

    @Override
    public Map<String, Tensor> tensors() {
        return top.tensors();
    }

    @Override
    public void close() {
        top.close();
    }
}
