package io.evenkeel.detect.bench;

import io.evenkeel.metric.Readings;
import io.evenkeel.metric.SeriesNames;

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

    /// What was measured at a point.
    Readings readings(int point) {
        var readings = new Readings(steps[point], Double.NaN).put(SeriesNames.LOSS, loss[point]);
        return gradNorm.length > 0 ? readings.put(SeriesNames.GRAD_NORM, gradNorm[point]) : readings;
    }
}
