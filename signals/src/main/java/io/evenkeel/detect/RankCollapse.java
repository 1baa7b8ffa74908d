package io.evenkeel.detect;

import io.evenkeel.detect.Event.Severity;
import io.evenkeel.metric.Readings;
import io.evenkeel.metric.SeriesNames;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Representations that fall into few dimensions: effective rank of the residual stream, by block.
///
/// - `WATCH`: it has lost most of the largest value of its recent past
/// - `DAMAGED`: hardly more than one dimension is left
public final class RankCollapse extends SeriesBounds {
    private static final int MIN_POINTS = 4;
    private final Config config;

    /// @param least       effective rank below which a representation has collapsed, > 1
    /// @param fall        share of its recent largest value that it may lose, in (0, 1)
    /// @param window      points of the past that it is compared with, >= 4
    /// @param persistence points in a row that it takes to speak, >= 1
    public record Config(double least, double fall, int window, int persistence) {
        public Config {
            Bounds.above("least", least, 1);
            Bounds.share("fall", fall);
            Bounds.atLeast("window", window, MIN_POINTS);
            Bounds.atLeast("persistence", persistence, 1);
        }

        /// 1.5, three quarters, 64 points, 3 points (unverified).
        public static Config defaults() {
            return new Config(1.5, 0.75, 64, 3);
        }
    }

    public RankCollapse(Config config) {
        super(EventKind.RANK_COLLAPSE, config.window(), config.persistence(), 4 * config.persistence());
        this.config = config;
    }

    @Override
    boolean reads(String series) {
        return isOrUnder(series, SeriesNames.ACTIVATION_RANK);
    }

    @Override
    @Nullable
    Opinion judge(Track track, String series, double value, Readings readings) {
        if (value < config.least()) {
            return new Opinion(
                    Severity.DAMAGED,
                    0.9,
                    Evidence.of("is %s: one direction is left", Evidence.number(value)),
                    Map.of("value", value, "bound", config.least()));
        }
        double highest = track.past().max();
        return track.past().size() >= MIN_POINTS && value < (1 - config.fall()) * highest
                ? new Opinion(
                        Severity.WATCH,
                        0.7,
                        Evidence.of("has fallen to %s from %s", Evidence.number(value), Evidence.number(highest)),
                        Map.of("value", value, "highest", highest))
                : null;
    }
}
