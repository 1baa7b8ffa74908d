package io.evenkeel.detect;

import io.evenkeel.detect.Event.Severity;
import io.evenkeel.metric.Readings;
import io.evenkeel.metric.SeriesNames;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Values outside the range of a number format, by layer: those too large become infinite, those too small zero.
///
/// For the format that the run computes in:
///
/// - `WATCH`: many values are too small
/// - `DAMAGED`: some are too large, or most are too small
///
/// For other formats the same is a note: it would happen there.
public final class PrecisionLoss extends SeriesBounds {
    private final Config config;

    /// @param format       the format that the run computes in, as in the names of series (`float16`, `bfloat16`);
    ///                     empty when it is full precision
    /// @param overflow     largest share of values too large, in (0, 1)
    /// @param underflow    largest share of values too small, in (0, 1)
    /// @param mostUnderflow share of values too small that is damage, in (underflow, 1)
    /// @param persistence  points in a row that it takes to speak, >= 1
    public record Config(String format, double overflow, double underflow, double mostUnderflow, int persistence) {
        public Config {
            Bounds.share("overflow", overflow);
            Bounds.share("underflow", underflow);
            Bounds.share("mostUnderflow", mostUnderflow);
            Bounds.above("mostUnderflow", mostUnderflow, underflow);
            Bounds.atLeast("persistence", persistence, 1);
        }

        /// Full precision; one in a million, a quarter, three quarters; 2 points (unverified).
        public static Config defaults() {
            return new Config("", 1e-6, 0.25, 0.75, 2);
        }
    }

    public PrecisionLoss(Config config) {
        super(EventKind.PRECISION_LOSS, 1, config.persistence(), 4 * config.persistence());
        this.config = config;
    }

    @Override
    boolean reads(String series) {
        return isOrUnder(series, SeriesNames.PRECISION)
                && (series.contains("_overflow") || series.contains("_underflow"));
    }

    @Override
    @Nullable
    Opinion judge(Track track, String series, double value, Readings readings) {
        boolean over = series.contains("_overflow");
        double bound = over ? config.overflow() : config.underflow();
        if (value <= bound) {
            return null;
        }
        boolean ours =
                !config.format().isEmpty() && series.startsWith(SeriesNames.PRECISION + "/" + config.format() + "_");
        var severity =
                !ours ? Severity.NOTE : over || value >= config.mostUnderflow() ? Severity.DAMAGED : Severity.WATCH;
        return new Opinion(
                severity,
                0.8,
                Evidence.of(
                        "says that %s of the values %s",
                        Evidence.percent(value), over ? "become infinite" : "become zero"),
                Map.of("value", value, "bound", bound));
    }
}
