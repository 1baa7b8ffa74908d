package io.evenkeel.detect;

import io.evenkeel.detect.Event.Severity;
import io.evenkeel.metric.Readings;
import io.evenkeel.metric.SeriesNames;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A loss scale that falls and falls: the gradients overflow at every scale, and no step is taken any more.
///
/// - `WATCH`: it has been halved many times within the window
/// - `FATAL`: it has reached the end of the scale
///
/// A scale that has never been above the end is none: it is how full precision and bfloat16 are logged.
public final class LossScaleDeath extends SeriesBounds {
    private final Config config;

    /// @param window     points within which halvings count, >= 4
    /// @param halvings   halvings that are too many, >= 2
    /// @param end        scale at which nothing is left to halve, > 0
    public record Config(int window, int halvings, double end) {
        public Config {
            Bounds.atLeast("window", window, 4);
            Bounds.atLeast("halvings", halvings, 2);
            Bounds.above("end", end, 0);
        }

        /// 64 points; 7, one more than the 13B run of BigScience showed around its spike; 1 (unverified).
        public static Config defaults() {
            return new Config(64, 7, 1);
        }
    }

    public LossScaleDeath(Config config) {
        super(EventKind.LOSS_SCALE_DEATH, config.window(), 1, 8);
        this.config = config;
    }

    @Override
    boolean reads(String series) {
        return series.equals(SeriesNames.LOSS_SCALE);
    }

    @Override
    boolean joins(Track track, @Nullable Opinion opinion) {
        // While dead the highest scale of the past is kept: it is what tells death from full precision.
        return opinion == null || opinion.severity() != Severity.FATAL;
    }

    @Override
    @Nullable
    Opinion judge(Track track, String series, double value, Readings readings) {
        double highest = track.past().max();
        if (!(highest > config.end()) || value >= highest) {
            return null;
        }
        double halvings = Math.log(highest / Math.max(value, Double.MIN_NORMAL)) / Math.log(2);
        boolean dead = value <= config.end();
        if (!dead && halvings < config.halvings()) {
            return null;
        }
        return new Opinion(
                dead ? Severity.FATAL : Severity.WATCH,
                dead ? 0.95 : 0.7,
                Evidence.of(
                        "has fallen to %s from %s within %d points%s",
                        Evidence.number(value),
                        Evidence.number(highest),
                        track.past().size(),
                        dead ? ": nothing is left to halve" : ""),
                Map.of("value", value, "highest", highest, "halvings", halvings));
    }
}
