package io.evenkeel.detect;

import io.evenkeel.detect.Event.Severity;
import io.evenkeel.metric.Readings;
import io.evenkeel.metric.SeriesNames;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Attention that becomes one-hot, by layer: entropy over that of uniform attention.
///
/// - `NOTE`: a single head is below the bound
/// - `WATCH`: the mean over the heads of a layer has more than halved within the window
/// - `DAMAGED`: that mean is below the bound
///
/// @paper P49
/// @deviation a single head below the bound is a note, not an alarm: heads that attend to one position are part of many
///     healthy models
public final class EntropyCollapse extends SeriesBounds {
    private final Config config;

    /// @param bound       share of the entropy of uniform attention, in (0, 1)
    /// @param fall        share of its recent largest value that the mean may lose, in (0, 1)
    /// @param window      points of the past that it is compared with, >= 4
    /// @param persistence points in a row that it takes to speak, >= 1
    public record Config(double bound, double fall, int window, int persistence) {
        public Config {
            Bounds.share("bound", bound);
            Bounds.share("fall", fall);
            Bounds.atLeast("window", window, 4);
            Bounds.atLeast("persistence", persistence, 1);
        }

        /// A tenth and a half (P49); 32 points and 3 points (unverified).
        public static Config defaults() {
            return new Config(0.1, 0.5, 32, 3);
        }
    }

    public EntropyCollapse(Config config) {
        super(EventKind.ENTROPY_COLLAPSE, config.window(), config.persistence(), 4 * config.persistence());
        this.config = config;
    }

    @Override
    boolean reads(String series) {
        return isOrUnder(series, SeriesNames.ATTENTION_ENTROPY_MEAN)
                || isOrUnder(series, SeriesNames.ATTENTION_ENTROPY_MIN);
    }

    @Override
    @Nullable
    Opinion judge(Track track, String series, double value, Readings readings) {
        boolean mean = isOrUnder(series, SeriesNames.ATTENTION_ENTROPY_MEAN);
        if (value < config.bound()) {
            return new Opinion(
                    mean ? Severity.DAMAGED : Severity.NOTE,
                    mean ? 0.9 : 0.5,
                    Evidence.of("is %s of uniform attention", Evidence.percent(value)),
                    Map.of("value", value, "bound", config.bound()));
        }
        double highest = track.past().max();
        return mean && value < (1 - config.fall()) * highest
                ? new Opinion(
                        Severity.WATCH,
                        0.7,
                        Evidence.of(
                                "has fallen to %s of uniform attention from %s",
                                Evidence.percent(value), Evidence.percent(highest)),
                        Map.of("value", value, "highest", highest))
                : null;
    }
}
