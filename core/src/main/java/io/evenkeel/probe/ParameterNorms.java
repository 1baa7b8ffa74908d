package io.evenkeel.probe;

import io.evenkeel.metric.Readings;
import io.evenkeel.metric.SeriesNames;
import io.evenkeel.nn.Parameter;
import java.util.List;

/// Norm and RMS of each parameter.
final class ParameterNorms implements Probe.Gradients {
    private static final About ABOUT = new About(
            "parameter-norms",
            "norm and RMS of each parameter",
            100,
            true,
            List.of(SeriesNames.PARAM_NORM + "/*", "param/rms/*"));

    @Override
    public About about() {
        return ABOUT;
    }

    @Override
    public void measure(StepView view, Readings readings) {
        var parameters = view.parameters().all();
        var norms = Scalars.norms(parameters.stream().map(Parameter::value).toList());
        for (var i = 0; i < norms.length; i++) {
            var parameter = parameters.get(i);
            readings.put(SeriesNames.PARAM_NORM + "/" + parameter.name(), norms[i]);
            readings.put("param/rms/" + parameter.name(), norms[i] / Math.sqrt((double) parameter.numel()));
        }
    }
}
