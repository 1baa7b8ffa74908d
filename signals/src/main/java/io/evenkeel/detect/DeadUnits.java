package io.evenkeel.detect;

import io.evenkeel.detect.Event.Severity;
import io.evenkeel.metric.Readings;
import io.evenkeel.metric.SeriesNames;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Hidden units that no example wakes any more, by layer.
///
/// - `WATCH`, `DAMAGED`: the share of dead units is above the lower or the upper bound
public final class DeadUnits extends SeriesBounds {
    private final Config config;

    /// @param watch       lower bound of the share, in (0, 1)
    /// @param damaged     upper bound, in (watch, 1)
    /// @param persistence points in a row that it takes to speak, >= 1
    public record Config(double watch, double damaged, int persistence) {
        public Config {
            Bounds.share("watch", watch);
            Bounds.share("damaged", damaged);
            Bounds.above("damaged", damaged, watch);
            Bounds.atLeast("persistence", persistence, 1);
        }

        /// One half and nine tenths, 3 points (unverified).
        public static Config defaults() {
            return new Config(0.5, 0.9, 3);
        }
    }

    public DeadUnits(Config config) {
        super(EventKind.DEAD_UNITS, 1, config.persistence(), 4 * config.persistence());
        this.config = config;
    }

    @Override
    boolean reads(String series) {
        return isOrUnder(series, SeriesNames.DEAD_UNITS);
    }

    @Override
    @Nullable
    Opinion judge(Track track, String series, double value, Readings readings) {
        if (value < config.watch()) {
            return null;
        }
        boolean damaged = value >= config.damaged();
        double bound = damaged ? config.damaged() : config.watch();
        return new Opinion(
                damaged ? Severity.DAMAGED : Severity.WATCH,
                0.8,
                Evidence.of("counts %s of its units dead", Evidence.percent(value)),
                Map.of("value", value, "bound", bound));
    }
}
