package io.evenkeel.probe;

import io.evenkeel.metric.Readings;
import io.evenkeel.metric.SeriesNames;
import io.evenkeel.nn.Parameter;
import io.evenkeel.tensor.Tensor;
import java.util.List;

/// Norm of the update of each parameter, and its ratio to the parameter where that is not zero.
final class UpdateRatios implements Probe.Update {
    private static final About ABOUT = new About(
            "update-ratios",
            "norm of the update of each parameter and its ratio to the parameter",
            100,
            true,
            List.of(SeriesNames.UPDATE_NORM + "/*", SeriesNames.UPDATE_RATIO + "/*"));

    @Override
    public About about() {
        return ABOUT;
    }

    @Override
    public void measure(StepView view, Tensor delta, Readings readings) {
        var parameters = view.parameters().all();
        var values = Scalars.norms(parameters.stream().map(Parameter::value).toList());
        var updates = Scalars.norms(parameters.stream()
                .map(parameter -> view.parameters().view(delta, parameter.name()))
                .toList());
        for (var i = 0; i < updates.length; i++) {
            var name = parameters.get(i).name();
            readings.put(SeriesNames.UPDATE_NORM + "/" + name, updates[i]);
            if (values[i] != 0) {
                readings.put(SeriesNames.UPDATE_RATIO + "/" + name, updates[i] / values[i]);
            }
        }
    }
}
