package io.evenkeel.detect;

import io.evenkeel.detect.Event.Severity;
import io.evenkeel.metric.Readings;
import io.evenkeel.metric.SeriesNames;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Curvature beyond what the learning rate can stand.
///
/// Gradient descent is stable along a direction of curvature `lambda` while `lambda < 2 / lr`; with a first moment that
/// keeps `beta1` and a preconditioner, as in Adam, while the preconditioned `lambda < (2 + 2 beta1) / ((1 - beta1)
/// lr)`, which is `38 / lr` at 0.9 (Cohen et al., "Adaptive gradient methods at the edge of stability", 2022). The
/// ratios to the edge are read where the probes give them; else they are taken from sharpness and learning rate.
///
/// - `NOTE`: at the edge, where training of full batches hovers by itself
/// - `WATCH`: clearly beyond it
public final class EdgeOfStability extends SeriesBounds {
    /// `(2 + 2 beta1) / (1 - beta1)` at the usual 0.9.
    private static final double ADAM_EDGE = 38;

    private final Config config;

    /// @param note        ratio to the edge that counts as being there, > 0
    /// @param watch       ratio that is clearly beyond, > note
    /// @param persistence points in a row that it takes to speak, >= 1
    public record Config(double note, double watch, int persistence) {
        public Config {
            Bounds.above("note", note, 0);
            Bounds.above("watch", watch, note);
            Bounds.atLeast("persistence", persistence, 1);
        }

        /// 1; 1.5 and 3 points (unverified).
        public static Config defaults() {
            return new Config(1, 1.5, 3);
        }
    }

    public EdgeOfStability(Config config) {
        super(EventKind.EDGE_OF_STABILITY, 1, config.persistence(), config.persistence());
        this.config = config;
    }

    @Override
    boolean reads(String series) {
        return series.equals(SeriesNames.SHARPNESS_RATIO)
                || series.equals(SeriesNames.PRECONDITIONED_SHARPNESS_RATIO)
                || series.equals(SeriesNames.SHARPNESS)
                || series.equals(SeriesNames.PRECONDITIONED_SHARPNESS);
    }

    @Override
    double prepare(String series, double value, Readings readings) {
        double lr = readings.get(SeriesNames.LR);
        return switch (series) {
            case SeriesNames.SHARPNESS -> readings.has(SeriesNames.SHARPNESS_RATIO) ? Double.NaN : value * lr / 2;
            case SeriesNames.PRECONDITIONED_SHARPNESS ->
                readings.has(SeriesNames.PRECONDITIONED_SHARPNESS_RATIO) ? Double.NaN : value * lr / ADAM_EDGE;
            default -> value;
        };
    }

    @Override
    @Nullable
    Opinion judge(Track track, String series, double value, Readings readings) {
        if (value < config.note()) {
            return null;
        }
        return new Opinion(
                value >= config.watch() ? Severity.WATCH : Severity.NOTE,
                0.7,
                Evidence.of("puts the curvature at %s of the edge of stability", Evidence.percent(value)),
                Map.of("ratio", value, "bound", value >= config.watch() ? config.watch() : config.note()));
    }
}
