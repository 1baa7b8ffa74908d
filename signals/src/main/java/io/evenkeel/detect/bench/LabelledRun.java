package io.evenkeel.detect.bench;

import io.evenkeel.metric.Readings;
import io.evenkeel.metric.SeriesNames;
import java.util.function.Consumer;

/// A run of which is known how it ended.
///
/// @param source   the collection it is from
/// @param group    what may not be both tuned and tested on: its submission, or its kind of fault
/// @param name     name in the source
/// @param bad      whether it ended badly
/// @param steps    the step of each point
/// @param loss     training loss of each point
/// @param gradNorm gradient norm of each point; empty when not known
/// @param trouble  index of the point where the trouble was injected; -1 when not known
record LabelledRun(
        String source,
        String group,
        String name,
        boolean bad,
        long[] steps,
        double[] loss,
        double[] gradNorm,
        int trouble) {
    int points() {
        return steps.length;
    }

    void replay(Consumer<Readings> sink) {
        for (var i = 0; i < steps.length; i++) {
            var readings = new Readings(steps[i], Double.NaN).put(SeriesNames.LOSS, loss[i]);
            if (gradNorm.length > 0) {
                readings.put(SeriesNames.GRAD_NORM, gradNorm[i]);
            }
            sink.accept(readings);
        }
    }
}
