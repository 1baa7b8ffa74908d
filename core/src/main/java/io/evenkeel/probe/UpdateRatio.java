package io.evenkeel.probe;

import io.evenkeel.metric.Readings;
import io.evenkeel.metric.SeriesNames;
import io.evenkeel.tensor.Tensor;
import java.util.List;

/// Norm of the whole update, and its ratio to the parameters: RMS over RMS, which is norm over norm.
final class UpdateRatio implements Probe.Update {
    private static final About ABOUT = new About(
            "update-ratio",
            "norm of the whole update and its ratio to the parameters",
            20,
            true,
            List.of(SeriesNames.UPDATE_NORM, SeriesNames.UPDATE_RATIO, SeriesNames.PARAM_NORM, "param/rms"));

    @Override
    public About about() {
        return ABOUT;
    }

    @Override
    public void measure(StepView view, Tensor delta, Readings readings) {
        var parameters = view.parameters();
        var norms =
                Scalars.read(List.of(delta.norm(), parameters.values().detach().norm()));
        readings.put(SeriesNames.UPDATE_NORM, norms[0]);
        readings.put(SeriesNames.PARAM_NORM, norms[1]);
        readings.put("param/rms", norms[1] / Math.sqrt((double) parameters.count()));
        if (norms[1] != 0) {
            readings.put(SeriesNames.UPDATE_RATIO, norms[0] / norms[1]);
        }
    }
}
