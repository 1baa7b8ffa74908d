package io.evenkeel.probe;

import io.evenkeel.metric.Readings;
import io.evenkeel.metric.SeriesNames;
import java.util.List;

/// Norm of the whole gradient before clipping, and how many of its elements are not finite.
final class GradientNorm implements Probe.Gradients {
    private static final About ABOUT = new About(
            "gradient-norm",
            "norm of the whole gradient and its non-finite elements",
            1,
            true,
            List.of(SeriesNames.GRAD_NORM, SeriesNames.GRAD_NONFINITE));

    @Override
    public About about() {
        return ABOUT;
    }

    @Override
    public void measure(StepView view, Readings readings) {
        readings.put(SeriesNames.GRAD_NORM, view.gradientNorm());
        // A finite norm has finite elements only; otherwise they are counted.
        readings.put(SeriesNames.GRAD_NONFINITE, Double.isFinite(view.gradientNorm()) ? 0 : nonFinite(view));
    }

    private static double nonFinite(StepView view) {
        var gradients = view.parameters().gradients();
        return gradients.isfinite().logicalNot().countNonzero().item();
    }
}
