package io.evenkeel.detect;

import io.evenkeel.detect.Event.Severity;
import io.evenkeel.metric.Readings;
import io.evenkeel.metric.SeriesNames;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// Updates out of proportion to the parameters they change.
///
/// - `NOTE`: above the band for a single tensor, or below the band for the whole model while the learning rate is not
///   small by itself
/// - `WATCH`: above the band for the whole model
/// - `DAMAGED`: an update as large as the parameters
///
/// The first points are passed over: tensors that start at zero have any ratio.
public final class UpdateRatio extends SeriesBounds {
    private final Config config;
    private double peakLr;

    /// @param low         lower end of the band, > 0
    /// @param high        upper end, > low
    /// @param skipPoints  first points that are passed over, >= 0
    /// @param persistence points in a row that it takes to speak, >= 1
    public record Config(double low, double high, int skipPoints, int persistence) {
        public Config {
            Bounds.above("low", low, 0);
            Bounds.above("high", high, low);
            Bounds.atLeast("skipPoints", skipPoints, 0);
            Bounds.atLeast("persistence", persistence, 1);
        }

        /// 1e-5 to 0.1, around the rule of thumb of 1e-3; 20 points, 8 points (unverified).
        public static Config defaults() {
            return new Config(1e-5, 0.1, 20, 8);
        }
    }

    public UpdateRatio(Config config) {
        super(EventKind.UPDATE_RATIO, 1, config.persistence(), config.persistence());
        this.config = config;
    }

    private record State(double peakLr, JsonNode tracks) {}

    @Override
    boolean reads(String series) {
        return isOrUnder(series, SeriesNames.UPDATE_RATIO);
    }

    @Override
    @Nullable
    Opinion judge(Track track, String series, double value, Readings readings) {
        double lr = readings.get(SeriesNames.LR);
        if (lr > peakLr) {
            peakLr = lr;
        }
        if (track.points() < config.skipPoints()) {
            return null;
        }
        boolean whole = series.equals(SeriesNames.UPDATE_RATIO);
        if (value > config.high()) {
            var severity = whole ? value >= 1 ? Severity.DAMAGED : Severity.WATCH : Severity.NOTE;
            return opinion(severity, value, "above", config.high());
        }
        boolean small = lr < 0.1 * peakLr;
        return whole && value < config.low() && !small ? opinion(Severity.NOTE, value, "below", config.low()) : null;
    }

    private static Opinion opinion(Severity severity, double value, String side, double bound) {
        return new Opinion(
                severity,
                0.7,
                Evidence.of("is %s, %s %s", Evidence.number(value), side, Evidence.number(bound)),
                Map.of("value", value, "bound", bound));
    }

    @Override
    public JsonNode state() {
        return States.of(new State(peakLr, super.state()));
    }

    @Override
    public void restore(JsonNode state) {
        var saved = States.read(state, State.class);
        peakLr = saved.peakLr();
        super.restore(saved.tracks());
    }
}
