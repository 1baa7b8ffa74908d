package io.evenkeel.detect;

import io.evenkeel.detect.Event.Severity;
import io.evenkeel.metric.Readings;
import io.evenkeel.metric.SeriesNames;
import io.evenkeel.statistic.Sample;
import io.evenkeel.statistic.SlidingWindow;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// A loss that never leaves its start.
///
/// Points are counted while the learning rate does not rise: a warm-up is no stand-still. Once the level (the median of
/// the last points) has fallen by [Config#fall] of the first loss, or of the level of the first points, the run has
/// left and is never judged again.
///
/// - `WATCH`: it has not left after [Config#watchPoints]
/// - `DAMAGED`: nor after [Config#damagedPoints], and has not even fallen by a fifth of that
///
/// The bounds are long because healthy runs wait: in the logs of AlgoPerf up to 109 points.
public final class Stuck implements Detector {
    private static final int FIRST_POINTS = 8;
    private static final int LEVEL_POINTS = 32;
    private static final double HARDLY = 0.2;

    private final Config config;
    private final SlidingWindow recent = new SlidingWindow(LEVEL_POINTS);
    private double first = Double.NaN;
    private double startLevel = Double.NaN;
    private long firstStep;
    private double previousLr = Double.NaN;
    private int counted;
    private int raised = -1;
    private boolean left;

    /// @param fall          share of the start that the loss must fall by to have left it, in (0, 1)
    /// @param watchPoints   points without that after which to watch, >= 16
    /// @param damagedPoints points after which the run counts as stuck, > watchPoints
    public record Config(double fall, int watchPoints, int damagedPoints) {
        public Config {
            Bounds.share("fall", fall);
            Bounds.atLeast("watchPoints", watchPoints, 16);
            Bounds.atLeast("damagedPoints", damagedPoints, watchPoints + 1);
        }

        /// 5 %; 60 and 200 points (unverified outside the logs of the benchmark).
        public static Config defaults() {
            return new Config(0.05, 60, 200);
        }
    }

    public Stuck(Config config) {
        this.config = config;
    }

    private record State(
            SlidingWindow.State recent,
            double first,
            double startLevel,
            long firstStep,
            double previousLr,
            int counted,
            int raised,
            boolean left) {}

    @Override
    public List<Event> observe(Readings readings) {
        double loss = readings.get(SeriesNames.LOSS);
        if (left || !Double.isFinite(loss)) {
            return List.of();
        }
        long step = readings.step();
        if (Double.isNaN(first)) {
            first = loss;
            firstStep = step;
        }
        recent.add(loss);
        if (recent.size() == FIRST_POINTS && Double.isNaN(startLevel)) {
            startLevel = recent.median();
        }
        double lr = readings.get(SeriesNames.LR);
        boolean warmsUp = lr > previousLr;
        if (lr > 0) {
            previousLr = lr;
        }
        if (!warmsUp) {
            counted++;
        }
        if (recent.size() < FIRST_POINTS) {
            return List.of();
        }
        double level = lastLevel();
        double reference = Math.max(first, startLevel);
        if (level <= reference - config.fall() * Math.abs(reference)) {
            left = true;
            return raised < 0 ? List.of() : List.of(leaves(step, level));
        }
        var severity = severity(reference);
        if (severity == null || severity.ordinal() <= raised) {
            return List.of();
        }
        raised = severity.ordinal();
        return List.of(event(step, severity, reference));
    }

    /// Median of the last eight points: a fall is seen soon.
    private double lastLevel() {
        var last = new double[FIRST_POINTS];
        for (var i = 0; i < FIRST_POINTS; i++) {
            last[i] = recent.recent(i);
        }
        return Sample.median(last);
    }

    private @Nullable Severity severity(double reference) {
        boolean flat = recent.median() > reference - HARDLY * config.fall() * Math.abs(reference);
        if (counted >= config.damagedPoints() && flat) {
            return Severity.DAMAGED;
        }
        return counted >= config.watchPoints() ? Severity.WATCH : null;
    }

    private Event event(long step, Severity severity, double reference) {
        double level = recent.median();
        return new Event(
                EventKind.STUCK,
                step,
                firstStep,
                severity,
                severity == Severity.DAMAGED ? 0.8 : 0.4,
                SeriesNames.LOSS,
                Evidence.of(
                        "loss stands at %s after %d points, from %s at the start: it has not fallen by %s",
                        Evidence.number(level), counted, Evidence.number(reference), Evidence.percent(config.fall())),
                Map.of("level", level, "start", reference, "points", (double) counted));
    }

    private Event leaves(long step, double level) {
        return new Event(
                EventKind.STUCK,
                step,
                firstStep,
                Severity.NOTE,
                0.9,
                SeriesNames.LOSS,
                Evidence.of("loss has left its start: %s after %d points", Evidence.number(level), counted),
                Map.of(Event.RECOVERED_AFTER, (double) counted, "level", level));
    }

    @Override
    public JsonNode state() {
        return States.of(new State(recent.state(), first, startLevel, firstStep, previousLr, counted, raised, left));
    }

    @Override
    public void restore(JsonNode state) {
        var saved = States.read(state, State.class);
        recent.restore(saved.recent());
        first = saved.first();
        startLevel = saved.startLevel();
        firstStep = saved.firstStep();
        previousLr = saved.previousLr();
        counted = saved.counted();
        raised = saved.raised();
        left = saved.left();
    }
}
