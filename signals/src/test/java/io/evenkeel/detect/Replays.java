package io.evenkeel.detect;

import io.evenkeel.metric.Readings;
import io.evenkeel.metric.SeriesNames;
import io.evenkeel.random.RandomStream;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntToDoubleFunction;

/// Runs made for tests, and their replay through a detector.
final class Replays {
    private Replays() {}

    /// Everything that a detector says of one series, one value a step from step 1 on.
    static List<Event> replay(Detector detector, String series, double... values) {
        var events = new ArrayList<Event>();
        for (var i = 0; i < values.length; i++) {
            events.addAll(detector.observe(new Readings(i + 1, Double.NaN).put(series, values[i])));
        }
        return events;
    }

    static double[] values(int points, IntToDoubleFunction value) {
        var values = new double[points];
        for (var i = 0; i < points; i++) {
            values[i] = value.applyAsDouble(i);
        }
        return values;
    }

    /// A loss from 10 towards 2 with normal noise of 1 %.
    static double[] healthyLoss(int points, long seed) {
        var random = RandomStream.of(seed, "loss");
        return values(points, i -> (2 + 8 * Math.pow(1 + i / 30.0, -0.7)) * (1 + 0.01 * random.nextGaussian()));
    }

    static List<Event> loss(Detector detector, double... values) {
        return replay(detector, SeriesNames.LOSS, values);
    }
}
