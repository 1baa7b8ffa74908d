package io.evenkeel.probe;

import io.evenkeel.metric.Readings;
import io.evenkeel.metric.SeriesNames;
import io.evenkeel.nn.Parameter;
import java.util.List;

/// Norm and largest magnitude of each tensor's gradient, and the count of its elements that are not finite where there
/// are any.
final class GradientNorms implements Probe.Gradients {
    private static final About ABOUT = new About(
            "gradient-norms",
            "norm, maximum and non-finite elements of the gradient of each tensor",
            50,
            true,
            List.of(SeriesNames.GRAD_NORM + "/*", "grad/max", "grad/max/*", SeriesNames.GRAD_NONFINITE + "/*"));

    @Override
    public About about() {
        return ABOUT;
    }

    @Override
    public void measure(StepView view, Readings readings) {
        var parameters = view.parameters().all();
        var gradients = parameters.stream().map(Parameter::gradient).toList();
        var norms = Scalars.norms(gradients);
        var maxima = Scalars.maxima(gradients);
        var max = 0.0;
        for (var i = 0; i < norms.length; i++) {
            var name = parameters.get(i).name();
            readings.put(SeriesNames.GRAD_NORM + "/" + name, norms[i]);
            readings.put("grad/max/" + name, maxima[i]);
            max = Math.max(max, maxima[i]);
            if (!Double.isFinite(maxima[i])) {
                var bad = gradients.get(i).isfinite().logicalNot().countNonzero();
                readings.put(SeriesNames.GRAD_NONFINITE + "/" + name, bad.item());
            }
        }
        readings.put("grad/max", max);
    }
}
