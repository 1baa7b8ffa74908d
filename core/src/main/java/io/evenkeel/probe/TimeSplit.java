package io.evenkeel.probe;

import io.evenkeel.metric.Readings;
import java.util.Arrays;
import java.util.Locale;

/// Mean milliseconds a step of each phase since the last measurement.
final class TimeSplit implements Probe.Gradients {
    private static final About ABOUT = new About(
            "time-split",
            "where the time of a step goes",
            10,
            true,
            Arrays.stream(StepTimes.Phase.values()).map(TimeSplit::series).toList());

    private static String series(StepTimes.Phase phase) {
        return "time/" + phase.name().toLowerCase(Locale.ROOT) + "_ms";
    }

    @Override
    public About about() {
        return ABOUT;
    }

    @Override
    public void measure(StepView view, Readings readings) {
        view.times().drain().forEach((phase, millis) -> readings.put(series(phase), millis));
    }
}
