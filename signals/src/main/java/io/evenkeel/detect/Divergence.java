package io.evenkeel.detect;

import io.evenkeel.detect.Event.Severity;
import io.evenkeel.metric.Readings;
import io.evenkeel.metric.SeriesNames;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// A run that loses what it had learnt, fast or slowly.
///
/// It is judged by the lost share of its progress ([Progress]) over several lengths of time. The bound halves when the
/// length grows fourfold: by default all of the progress over 2 points, half of it over 8, a quarter over 32, an eighth
/// over 128, a sixteenth over 512; and twice the progress at a single point, which is then as far above the start as
/// the start was above the best. In points, not steps: a log with one point every 500 steps is judged like a full one.
///
/// - `WATCH`: half of a bound is lost
/// - `DAMAGED`: a bound is lost
/// - `FATAL`: all progress is lost over four times [Config#points]
///
/// When the loss is back (less than a quarter of every bound lost) a note tells the end of the episode. Points that are
/// not finite are left to [NonFinite]. A re-warm-up of the learning rate restarts the lengths from 128 points on, a
/// change of [SeriesNames#DATA_PHASE] all of them.
///
/// The defaults were read off the training logs of AlgoPerf (see [io.evenkeel.detect.bench.DetectorBench]), where the
/// shares of bad and of healthy runs leave a gap around one half.
public final class Divergence implements Detector {
    private static final int LENGTHS = 6;
    /// Index of the length `points`.
    private static final int MIDDLE = 2;
    /// Points below a quarter of every bound that end an episode.
    private static final int CALM_POINTS = 8;

    private final Config config;
    private final Progress progress;
    private final Latch latch = new Latch(1, CALM_POINTS);

    /// @param points      middle length in points, >= 4
    /// @param share       share of the progress that may be lost over it, in (0, 1)
    /// @param within      share of the points of a length that must lie above its level, in (0, 1)
    /// @param floor       least progress as a share of the first loss, in (0, 1): a loss that never fell by that
    ///                    much has made none
    /// @param noiseSigmas least progress in standard deviations of the noise between points, > 0
    public record Config(int points, double share, double within, double floor, double noiseSigmas) {
        public Config {
            Bounds.atLeast("points", points, 4);
            Bounds.share("share", share);
            Bounds.share("within", within);
            Bounds.share("floor", floor);
            Bounds.above("noiseSigmas", noiseSigmas, 0);
        }

        /// 8 points, half of the progress, three quarters of the points, floor 5 %, 8 sigma (unverified outside
        /// the logs of the benchmark).
        public static Config defaults() {
            return new Config(8, 0.5, 0.75, 0.05, 8);
        }

        Progress progress() {
            var lengths = new int[LENGTHS];
            lengths[0] = 1;
            for (var i = 1; i < LENGTHS; i++) {
                lengths[i] = points * (1 << 2 * i) / (1 << 2 * MIDDLE);
            }
            return new Progress(lengths, within, floor, noiseSigmas);
        }

        /// The share that may be lost over the length of that index.
        double bound(int length) {
            return share * (1 << MIDDLE) / (1 << length);
        }
    }

    public Divergence(Config config) {
        this.config = config;
        this.progress = config.progress();
    }

    /// What it keeps of the loss; for who judges the same losses.
    Progress followed() {
        return progress;
    }

    private record State(Progress.State progress, Latch.State latch) {}

    @Override
    public List<Event> observe(Readings readings) {
        double loss = readings.get(SeriesNames.LOSS);
        if (!Double.isFinite(loss)) {
            return List.of();
        }
        long step = readings.step();
        progress.add(step, loss, readings.get(SeriesNames.LR), readings.get(SeriesNames.DATA_PHASE));
        for (var i = 0; i < LENGTHS; i++) {
            progress.markOnset(i, step, config.bound(i) / 4);
        }
        int worst = worst();
        if (worst < 0) {
            return List.of();
        }
        double used = progress.lost(worst) / config.bound(worst);
        var change = latch.feed(step, severity(used));
        if (change.ended()) {
            return List.of(back(step, change));
        }
        return change.raised() == null ? List.of() : List.of(event(step, worst, used, change.raised()));
    }

    /// The length whose bound is used most; -1 while none can be judged.
    private int worst() {
        int worst = -1;
        for (var i = 0; i < LENGTHS; i++) {
            double used = progress.lost(i) / config.bound(i);
            if (!Double.isNaN(used) && (worst < 0 || used > progress.lost(worst) / config.bound(worst))) {
                worst = i;
            }
        }
        return worst;
    }

    private @Nullable Severity severity(double used) {
        if (progress.lost(MIDDLE + 1) >= 1) {
            return Severity.FATAL;
        }
        if (used >= 1) {
            return Severity.DAMAGED;
        }
        if (used >= 0.5) {
            return Severity.WATCH;
        }
        // Between a quarter and a half an episode goes on but none begins.
        return used >= 0.25 && latch.isRaised() ? Severity.NOTE : null;
    }

    private Event event(long step, int length, double used, Severity severity) {
        double level = progress.level(length);
        double best = progress.best(length);
        return new Event(
                EventKind.DIVERGENCE,
                step,
                Math.min(step, progress.onset(length)),
                severity,
                confidence(used),
                SeriesNames.LOSS,
                Evidence.of(
                        "loss has stayed above %s over %d points, after %s at best: %s of its progress from %s is lost",
                        Evidence.number(level),
                        progress.length(length),
                        Evidence.number(best),
                        Evidence.percent(progress.lost(length)),
                        Evidence.number(progress.start())),
                Map.of(
                        "level", level,
                        "best", best,
                        "start", progress.start(),
                        "noise", progress.noise(),
                        "lostShare", progress.lost(length),
                        "bound", config.bound(length),
                        "points", (double) progress.length(length)));
    }

    /// The divergence told before, when the last point alone loses the share of the progress that is damage over
    /// [Config#points].
    ///
    /// @param step of the last point
    Optional<Event> ongoing(long step) {
        if (!latch.isRaised() || !(progress.lost(0) >= config.share())) {
            return Optional.empty();
        }
        var last = event(step, 0, progress.lost(0) / config.share(), Severity.DAMAGED);
        return Optional.of(last.beganAt(Math.min(step, latch.since())));
    }

    /// One half at half of a bound, 0.8 at the bound, towards one beyond: on the logs of the benchmark four of five
    /// alarms at `DAMAGED` were of runs that ended badly.
    static double confidence(double used) {
        double squared = 4 * used * used;
        return squared / (1 + squared);
    }

    private Event back(long step, Latch.Change change) {
        return new Event(
                EventKind.DIVERGENCE,
                step,
                change.since(),
                Severity.NOTE,
                0.9,
                SeriesNames.LOSS,
                Evidence.of(
                        "loss is back at %s, near its best, after %d points",
                        Evidence.number(progress.level(MIDDLE)), change.points()),
                Map.of(Event.RECOVERED_AFTER, (double) change.points(), "level", progress.level(MIDDLE)));
    }

    @Override
    public JsonNode state() {
        return States.of(new State(progress.state(), latch.state()));
    }

    @Override
    public void restore(JsonNode state) {
        var saved = States.read(state, State.class);
        progress.restore(saved.progress());
        latch.restore(saved.latch());
    }
}
