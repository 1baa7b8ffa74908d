package io.evenkeel.probe;

import io.evenkeel.metric.Readings;
import io.evenkeel.metric.SeriesNames;
import io.evenkeel.random.RandomStream;
import io.evenkeel.tensor.Tensor;
import java.util.List;

/// Trace of the Hessian by Hutchinson's estimate, the mean of `v^T H v` over [#SAMPLES] vectors of random signs, with
/// its standard error. The ratio is against `2 / lr`.
///
/// @paper P60 minima that are stable for SGD on single examples have `tr(H) <= 2 / lr`
final class HessianTrace implements Probe.Curvature {
    private static final int SAMPLES = 2;
    private static final About ABOUT = new About(
            "hessian-trace",
            "trace of the Hessian, against 2 / lr",
            1000,
            false,
            List.of(SeriesNames.HESSIAN_TRACE, "hessian/trace_standard_error", "hessian/trace_ratio"));

    private final int samples;

    HessianTrace() {
        this(SAMPLES);
    }

    HessianTrace(int samples) {
        this.samples = samples;
    }

    @Override
    public About about() {
        return ABOUT;
    }

    @Override
    public void measure(StepView view, LossCurvature curvature, Readings readings) {
        // A stream of its own for each step: no state to carry.
        var random = RandomStream.of(view.step(), "probe/hessian-trace");
        var sum = 0.0;
        var squares = 0.0;
        for (var i = 0; i < samples; i++) {
            var signs = signs(curvature, random);
            var value = curvature.product(signs).dot(signs).item();
            sum += value;
            squares += value * value;
        }
        var trace = sum / samples;
        var variance = Math.max(0, squares / samples - trace * trace);
        readings.put(SeriesNames.HESSIAN_TRACE, trace);
        readings.put("hessian/trace_standard_error", Math.sqrt(variance / (samples - 1)));
        readings.put("hessian/trace_ratio", trace * view.lr() / 2);
    }

    private static Tensor signs(LossCurvature curvature, RandomStream random) {
        return curvature.ones().bernoulli_(random, 0.5).mul_(2).sub_(1);
    }
}
