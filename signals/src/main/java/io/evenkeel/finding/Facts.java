package io.evenkeel.finding;

import io.evenkeel.metric.Readings;
import io.evenkeel.metric.SeriesNames;
import io.evenkeel.statistic.Sample;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What was known of a run when something happened: the recent past of the series that tell causes apart. Its size does
/// not depend on the length of the run.
final class Facts {
    /// Points of the recent past.
    static final int RECENT = 20;
    private static final int EARLIER = 80;
    /// More than the longest stretch a detector looks back over.
    private static final int REMEMBERED = 1024;

    private final Set<String> seen = new HashSet<>();
    private final Window lr = new Window();
    private final Window gradient = new Window();
    private final Window scale = new Window();
    private final Window stepMillis = new Window();
    /// Steps and times of the last points: when an episode that is told now began.
    private final long[] recentSteps = new long[REMEMBERED];

    private final double[] recentSeconds = new double[REMEMBERED];
    private long remembered;
    private double maxLr = Double.NaN;
    private long points;
    private long lastStep;
    private long restartedAt = -1;
    private long pointsSinceRestart;

    /// The last points of a series.
    private static final class Window {
        private final ArrayDeque<Double> values = new ArrayDeque<>();

        void add(double value) {
            if (Double.isFinite(value)) {
                values.addLast(value);
                if (values.size() > RECENT + EARLIER) {
                    values.removeFirst();
                }
            }
        }

        double last() {
            return values.isEmpty() ? Double.NaN : values.getLast();
        }

        /// Median of the last few points.
        double recent() {
            return Sample.median(values.stream()
                    .skip(Math.max(0, values.size() - RECENT / 4))
                    .mapToDouble(Double::doubleValue)
                    .toArray());
        }

        /// Median of the points before the recent ones; NaN while there are none.
        double before() {
            var before = values.stream()
                    .limit(Math.max(0, values.size() - RECENT))
                    .mapToDouble(Double::doubleValue)
                    .toArray();
            return before.length == 0 ? Double.NaN : Sample.median(before);
        }
    }

    /// Takes in a point.
    void add(Readings readings) {
        readings.forEach((name, _) -> {
            if (seen.size() < 10_000) {
                seen.add(name);
            }
        });
        if (readings.has(SeriesNames.LOSS)) {
            points++;
            pointsSinceRestart++;
        }
        var slot = (int) (remembered++ % REMEMBERED);
        recentSteps[slot] = readings.step();
        recentSeconds[slot] = readings.wallSeconds();
        lastStep = readings.step();
        var rate = readings.get(SeriesNames.LR);
        lr.add(rate);
        if (!(rate <= maxLr)) {
            maxLr = Double.isFinite(rate) ? rate : maxLr;
        }
        gradient.add(readings.get(SeriesNames.GRAD_NORM));
        scale.add(readings.get(SeriesNames.LOSS_SCALE));
        stepMillis.add(readings.get(SeriesNames.STEP_MILLIS));
    }

    /// When a step was measured, seconds since 1970-01-01T00:00Z; null where the log has no clock or it is long
    /// ago.
    @Nullable
    Double secondsAt(long step) {
        for (var back = 1; back <= Math.min(remembered, REMEMBERED); back++) {
            var slot = (int) ((remembered - back) % REMEMBERED);
            if (recentSteps[slot] == step) {
                return Double.isFinite(recentSeconds[slot]) ? (Double) recentSeconds[slot] : null;
            }
        }
        return null;
    }

    void restarted(long step) {
        restartedAt = step;
        pointsSinceRestart = 0;
    }

    /// Whether a series, or one below that name, was ever there.
    boolean has(String series) {
        return seen.contains(series) || seen.stream().anyMatch(name -> name.startsWith(series + "/"));
    }

    long points() {
        return points;
    }

    long lastStep() {
        return lastStep;
    }

    /// The learning rate over that of the points before; NaN when unknown.
    double lrRise() {
        return lr.last() / lr.before();
    }

    /// The learning rate as a share of the highest so far; NaN when unknown.
    double lrShareOfPeak() {
        return lr.last() / maxLr;
    }

    /// The median gradient norm of the last points over that before; NaN when unknown.
    double gradientRise() {
        return gradient.recent() / gradient.before();
    }

    /// The loss scale over that of the points before; NaN when unknown.
    double scaleChange() {
        return scale.last() / scale.before();
    }

    /// Points since the run was started again; -1 when it never was.
    long pointsSinceRestart() {
        return restartedAt < 0 ? -1 : pointsSinceRestart;
    }

    long restartedAt() {
        return restartedAt;
    }
}
