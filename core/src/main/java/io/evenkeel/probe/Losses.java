package io.evenkeel.probe;

import io.evenkeel.metric.Readings;
import io.evenkeel.metric.SeriesNames;
import java.util.List;

/// The loss of the step, its parts, and the learning rate: what the trainer knows anyway.
final class Losses implements Probe.Gradients {
    private static final About ABOUT = new About(
            "loss",
            "training loss, its parts, and the learning rate",
            1,
            true,
            List.of(SeriesNames.LOSS, SeriesNames.LOSS + "/*", SeriesNames.LR));

    @Override
    public About about() {
        return ABOUT;
    }

    @Override
    public void measure(StepView view, Readings readings) {
        view.losses().forEach(readings::put);
        readings.put(SeriesNames.LR, view.lr());
    }
}
