package io.evenkeel.detect;

import io.evenkeel.detect.Event.Severity;
import io.evenkeel.metric.Readings;
import io.evenkeel.metric.SeriesNames;
import io.evenkeel.statistic.SlidingWindow;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/// Training that has become slower and stays so: tokens a second, or steps a second from the time of a step.
///
/// - `WATCH`: three quarters of the last points are slower, by more than [Config#decay], than the best median of as
///   many points before
/// - `NOTE` with the number of points: it is fast again
///
/// Single slow steps (an evaluation, a checkpoint) do not count. Where batches change their size the tokens a second
/// are the measure, so they are read first.
///
/// @paper P02 throughput that decays slowly because of a few slow hosts
public final class ThroughputDecay implements Detector {
    private final Config config;
    private final SlidingWindow recent;
    private final SlidingWindow delayed;
    private final Latch latch;
    private double best = Double.NaN;
    private boolean byTokens;

    /// @param points points that are judged, and of a median, >= 8
    /// @param decay  share of the speed that may be lost, in (0, 1)
    public record Config(int points, double decay) {
        public Config {
            Bounds.atLeast("points", points, 8);
            Bounds.share("decay", decay);
        }

        /// 32 points; 5 %, as the drop that was found on BLOOM-176B.
        public static Config defaults() {
            return new Config(32, 0.05);
        }
    }

    public ThroughputDecay(Config config) {
        this.config = config;
        recent = new SlidingWindow(config.points());
        delayed = new SlidingWindow(config.points());
        latch = new Latch(config.points() / 4, config.points() / 4);
    }

    private record State(
            SlidingWindow.State recent,
            SlidingWindow.State delayed,
            Latch.State latch,
            double best,
            boolean byTokens) {}

    @Override
    public List<Event> observe(Readings readings) {
        double speed = speed(readings);
        if (!(speed > 0) || Double.isInfinite(speed)) {
            return List.of();
        }
        if (recent.isFull()) {
            delayed.add(recent.recent(config.points() - 1));
        }
        recent.add(speed);
        if (delayed.isFull()) {
            best = Double.isNaN(best) ? delayed.median() : Math.max(best, delayed.median());
        }
        if (Double.isNaN(best)) {
            return List.of();
        }
        double level = recent.quantile(0.75);
        boolean slow = level < (1 - config.decay()) * best;
        long step = readings.step();
        var change = latch.feed(step, slow ? Severity.WATCH : null);
        if (change.raised() != null) {
            double lost = 1 - recent.median() / best;
            return List.of(new Event(
                    EventKind.THROUGHPUT_DECAY,
                    step,
                    change.since(),
                    Severity.WATCH,
                    Math.min(0.95, 0.7 + lost),
                    name(),
                    Evidence.of(
                            "speed has been %s below its best of %s for %d points",
                            Evidence.percent(lost), Evidence.number(best), config.points()),
                    Map.of("speed", recent.median(), "best", best, "lostShare", lost)));
        }
        return change.ended() ? List.of(back(step, change)) : List.of();
    }

    private Event back(long step, Latch.Change change) {
        return new Event(
                EventKind.THROUGHPUT_DECAY,
                step,
                change.since(),
                Severity.NOTE,
                0.9,
                name(),
                Evidence.of("speed is back at %s after %d points", Evidence.number(recent.median()), change.points()),
                Map.of(Event.RECOVERED_AFTER, (double) change.points(), "speed", recent.median()));
    }

    private String name() {
        return byTokens ? SeriesNames.TOKENS_PER_SECOND : SeriesNames.STEP_MILLIS;
    }

    private double speed(Readings readings) {
        if (readings.has(SeriesNames.TOKENS_PER_SECOND)) {
            byTokens = true;
            return readings.get(SeriesNames.TOKENS_PER_SECOND);
        }
        return byTokens ? Double.NaN : 1000 / readings.get(SeriesNames.STEP_MILLIS);
    }

    @Override
    public JsonNode state() {
        return States.of(new State(recent.state(), delayed.state(), latch.state(), best, byTokens));
    }

    @Override
    public void restore(JsonNode state) {
        var saved = States.read(state, State.class);
        recent.restore(saved.recent());
        delayed.restore(saved.delayed());
        latch.restore(saved.latch());
        best = saved.best();
        byTokens = saved.byTokens();
    }
}
