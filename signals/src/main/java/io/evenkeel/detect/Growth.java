package io.evenkeel.detect;

import io.evenkeel.detect.Event.Severity;
import io.evenkeel.metric.Readings;
import io.evenkeel.statistic.Slope;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Magnitudes that must not grow without end: bounds, and the time until the growth of the last points reaches the
/// upper one. The growth is the Theil-Sen slope of the logarithm; it counts when its interval lies above 0, the
/// magnitude has doubled within the window, and the bound would be reached before the run is twice as old.
abstract class Growth extends SeriesBounds {
    private static final int WINDOW = 64;
    private static final int MIN_POINTS = 16;
    /// The slope is fitted to at most this many points, spread over the window.
    private static final int FITTED = 32;

    private final double watch;
    private final double damaged;
    private final int persistence;

    Growth(EventKind kind, double watch, double damaged, int persistence) {
        super(kind, WINDOW, persistence, 4 * persistence);
        this.watch = watch;
        this.damaged = damaged;
        this.persistence = persistence;
    }

    @Override
    double prepare(String series, double value, Readings readings) {
        return Math.abs(value);
    }

    @Override
    @Nullable
    Opinion judge(Track track, String series, double value, Readings readings) {
        if (value >= damaged) {
            return new Opinion(
                    Severity.DAMAGED,
                    0.9,
                    Evidence.of("is %s, above %s", Evidence.number(value), Evidence.number(damaged)),
                    Map.of("value", value, "bound", damaged, "stepsToBound", 0.0));
        }
        double points = pointsToBound(track, value);
        if (points <= track.points()) {
            double steps = points * track.stepsPerPoint();
            return new Opinion(
                    Severity.WATCH,
                    0.7,
                    Evidence.of(
                            "is %s and grows: %s in about %s steps",
                            Evidence.number(value), Evidence.number(damaged), Evidence.number(steps)),
                    Map.of("value", value, "bound", damaged, "stepsToBound", steps));
        }
        return value < watch
                ? null
                : new Opinion(
                        Severity.WATCH,
                        0.6,
                        Evidence.of("is %s, above %s", Evidence.number(value), Evidence.number(watch)),
                        Map.of("value", value, "bound", watch, "stepsToBound", Double.POSITIVE_INFINITY));
    }

    /// Infinite when there is no growth to speak of.
    private double pointsToBound(Track track, double value) {
        var past = track.past();
        int n = past.size();
        // One fit in `persistence` points would break the streak that an event takes; a cheap test comes first.
        if (n < Math.max(MIN_POINTS, persistence) || !(value >= 2 * past.recent(n - 1))) {
            return Double.POSITIVE_INFINITY;
        }
        int fitted = Math.min(FITTED, n);
        var x = new double[fitted];
        var y = new double[fitted];
        for (var i = 0; i < fitted; i++) {
            int age = (int) ((long) i * (n - 1) / (fitted - 1));
            x[i] = -age;
            y[i] = Math.log(Math.max(past.recent(age), Double.MIN_NORMAL));
        }
        var slope = Slope.of(x, y);
        return slope.rises() ? Math.log(damaged / value) / slope.slope() : Double.POSITIVE_INFINITY;
    }
}
