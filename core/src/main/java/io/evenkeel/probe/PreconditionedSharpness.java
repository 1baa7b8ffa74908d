package io.evenkeel.probe;

import io.evenkeel.metric.Readings;
import io.evenkeel.metric.SeriesNames;
import io.evenkeel.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// Sharpness as an Adam-like optimizer feels it (Cohen et al., "Adaptive gradient methods at the edge of stability",
/// 2022): the largest eigenvalue of `P^-1/2 H P^-1/2` with
///
///     P = diag(sqrt(v / (1 - beta2^t)) + eps)
///
/// The ratio is against `(2 + 2 beta1) / ((1 - beta1) lr)`, the edge of a preconditioned gradient descent whose first
/// moment is an exponential average; `2 / lr` without one. Measured where every parameter has a second moment.
final class PreconditionedSharpness implements Probe.Curvature {
    private static final About ABOUT = new About(
            "preconditioned-sharpness",
            "largest eigenvalue of the Hessian preconditioned as by Adam, against its edge of stability",
            1000,
            false,
            List.of(
                    SeriesNames.PRECONDITIONED_SHARPNESS,
                    SeriesNames.PRECONDITIONED_SHARPNESS_RATIO,
                    "sharpness/preconditioned_residual"));

    private final TopEigenvector top = new TopEigenvector("preconditioned-sharpness");

    @Override
    public About about() {
        return ABOUT;
    }

    @Override
    public void measure(StepView view, LossCurvature curvature, Readings readings) {
        var adaptive = view.optimizer().adaptive();
        var moments = adaptive == null ? null : secondMoments(view);
        if (adaptive == null || moments == null || adaptive.updates() == 0) {
            return;
        }
        var scale = moments.div(SecondMoment.bias(adaptive))
                .sqrt()
                .add_(adaptive.eps())
                .rsqrt(); // P^-1/2, [n]
        var result = top.find(curvature, x -> curvature.product(x.mul(scale)).mul_(scale));
        var edge = (2 + 2 * adaptive.beta1()) / ((1 - adaptive.beta1()) * view.lr());
        readings.put(SeriesNames.PRECONDITIONED_SHARPNESS, result.largest());
        readings.put(SeriesNames.PRECONDITIONED_SHARPNESS_RATIO, result.largest() / edge);
        readings.put("sharpness/preconditioned_residual", result.residual());
    }

    private static @Nullable Tensor secondMoments(StepView view) {
        var moments = new ArrayList<Tensor>();
        for (var parameter : view.trained()) {
            var moment = view.secondMoment(parameter.name());
            if (moment == null || moment.numel() != parameter.numel()) {
                return null;
            }
            moments.add(moment);
        }
        return LossCurvature.flat(moments);
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
