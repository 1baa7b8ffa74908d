package io.evenkeel.finding;

import io.evenkeel.detect.Event;
import io.evenkeel.detect.Event.Severity;
import io.evenkeel.detect.EventKind;
import io.evenkeel.metric.Readings;
import io.evenkeel.metric.SeriesNames;
import io.evenkeel.statistic.Sample;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// A log of a few lines, such as one quoted in a report: too short for a reference, yet a loss that doubles from one
/// line to the next is seen. Compared are neighbouring lines only, and what is found is said with little confidence.
final class Excerpt {
    /// Longer logs are left to the detectors.
    static final int MOST_POINTS = 64;

    private static final int REFERENCE = 5;
    private static final double LEAST_RATIO = 1.25;
    private static final double LEAST_RISE = 0.5;
    private static final double BACK_RATIO = 1.1;
    /// Lines further apart, in steps, than so many times those before are of another place of the run.
    private static final double FAR = 20;

    private static final double CONFIDENCE = 0.5;

    private final List<Point> points = new ArrayList<>();
    private boolean tooLong;

    private record Point(long step, double loss, double seconds) {}

    /// A jump.
    ///
    /// @param endStep where the loss was back; -1 when it was not
    record Jump(Event event, double seconds, long endStep) {}

    void add(Readings readings) {
        var loss = readings.get(SeriesNames.LOSS);
        if (tooLong || !Double.isFinite(loss)) {
            return;
        }
        if (points.size() == MOST_POINTS) {
            tooLong = true;
            points.clear();
            return;
        }
        points.add(new Point(readings.step(), loss, readings.wallSeconds()));
    }

    /// The jumps of a short log; none of a long one.
    List<Jump> jumps() {
        var jumps = new ArrayList<Jump>();
        var stretch = new ArrayList<Point>();
        for (var point : points) {
            if (!stretch.isEmpty() && isElsewhere(stretch, point)) {
                scan(stretch, jumps);
                stretch.clear();
            }
            stretch.add(point);
        }
        scan(stretch, jumps);
        return jumps;
    }

    private static boolean isElsewhere(List<Point> stretch, Point next) {
        long gap = next.step() - stretch.getLast().step();
        if (gap <= 0) {
            return true;
        }
        long before = stretch.size() < 2
                ? Math.max(10, gap)
                : stretch.getLast().step() - stretch.get(stretch.size() - 2).step();
        return gap > FAR * Math.max(before, 5);
    }

    private static void scan(List<Point> stretch, List<Jump> jumps) {
        for (var i = 1; i < stretch.size(); i++) {
            double level = Sample.median(stretch.subList(Math.max(0, i - REFERENCE), i).stream()
                    .mapToDouble(Point::loss)
                    .toArray());
            var point = stretch.get(i);
            if (point.loss() < LEAST_RATIO * level || point.loss() - level < LEAST_RISE) {
                continue;
            }
            var end = -1L;
            var j = i + 1;
            while (j < stretch.size() && stretch.get(j).loss() > BACK_RATIO * level) {
                j++;
            }
            if (j < stretch.size()) {
                end = stretch.get(j).step();
            }
            jumps.add(new Jump(event(point, level, end, Math.min(i, REFERENCE)), point.seconds(), end));
            i = j;
        }
    }

    private static Event event(Point point, double level, long end, int reference) {
        return new Event(
                EventKind.LOSS_SPIKE,
                point.step(),
                point.step(),
                end < 0 ? Severity.DAMAGED : Severity.WATCH,
                CONFIDENCE,
                SeriesNames.LOSS,
                String.format(
                        Locale.ROOT,
                        "loss went to %.4g from %.4g in the %d line(s) before; an excerpt too short for a reference",
                        point.loss(),
                        level,
                        reference),
                Map.of("value", point.loss(), "median", level));
    }
}
