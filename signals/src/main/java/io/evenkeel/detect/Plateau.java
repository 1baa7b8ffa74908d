package io.evenkeel.detect;

import io.evenkeel.detect.Event.Severity;
import io.evenkeel.metric.Readings;
import io.evenkeel.metric.SeriesNames;
import io.evenkeel.statistic.BlockMedians;
import io.evenkeel.statistic.Slope;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/// A loss that has stopped falling: over the last quarter of the run so far its slope (Theil-Sen over medians of
/// blocks) would not bring a small share of the progress made before.
///
/// - `NOTE`: the end of most runs looks like this
/// - `NOTE` with the number of points: it falls again
///
/// A run that has made no progress at all is left to [Stuck], one that rises to [Divergence].
public final class Plateau implements Detector {
    private static final int BLOCKS = 128;
    /// Blocks of the last quarter that it takes to judge.
    private static final int MIN_BLOCKS = 16;

    private final Config config;
    private final BlockMedians history = new BlockMedians(BLOCKS);
    private final Latch latch = new Latch(MIN_BLOCKS / 2, MIN_BLOCKS / 2);
    private double first = Double.NaN;
    private int judgedBlocks;

    /// @param share share of the progress that a quarter of the run must bring to be no plateau, in (0, 1)
    public record Config(double share) {
        public Config {
            Bounds.share("share", share);
        }

        /// Half a per cent (unverified).
        public static Config defaults() {
            return new Config(0.005);
        }
    }

    public Plateau(Config config) {
        this.config = config;
    }

    private record State(BlockMedians.State history, Latch.State latch, double first, int judgedBlocks) {}

    @Override
    public List<Event> observe(Readings readings) {
        double loss = readings.get(SeriesNames.LOSS);
        if (!Double.isFinite(loss)) {
            return List.of();
        }
        if (Double.isNaN(first)) {
            first = loss;
        }
        history.add(loss);
        int quarter = history.size() / 4;
        if (history.size() == judgedBlocks || quarter < MIN_BLOCKS) {
            return List.of();
        }
        judgedBlocks = history.size();
        var last = history.last(quarter);
        var slope = Slope.of(last);
        double progress = first - slope.at(0);
        double gain = -slope.slope() * quarter;
        boolean flat = progress > 0.05 * Math.abs(first) && gain < config.share() * progress;
        long step = readings.step();
        var change = latch.feed(step, flat ? Severity.NOTE : null);
        if (change.raised() != null) {
            return List.of(event(
                    step,
                    change.since(),
                    Evidence.of(
                            "loss has stood near %s for %d points: slope %s in that time, after a progress of %s",
                            Evidence.number(slope.at(quarter - 1.0)),
                            quarter * history.blockLength(),
                            Evidence.number(-gain),
                            Evidence.number(progress)),
                    Map.of("level", slope.at(quarter - 1.0), "gain", gain, "progress", progress)));
        }
        if (change.ended()) {
            return List.of(event(
                    step,
                    change.since(),
                    "loss falls again",
                    Map.of(Event.RECOVERED_AFTER, (double) change.points() * history.blockLength())));
        }
        return List.of();
    }

    private static Event event(long step, long since, String evidence, Map<String, Double> numbers) {
        return new Event(EventKind.PLATEAU, step, since, Severity.NOTE, 0.7, SeriesNames.LOSS, evidence, numbers);
    }

    @Override
    public JsonNode state() {
        return States.of(new State(history.state(), latch.state(), first, judgedBlocks));
    }

    @Override
    public void restore(JsonNode state) {
        var saved = States.read(state, State.class);
        history.restore(saved.history());
        latch.restore(saved.latch());
        first = saved.first();
        judgedBlocks = saved.judgedBlocks();
    }
}
