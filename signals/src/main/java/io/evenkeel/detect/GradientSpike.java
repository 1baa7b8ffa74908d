package io.evenkeel.detect;

import io.evenkeel.metric.Readings;
import io.evenkeel.metric.SeriesNames;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/// A sudden jump of the norm of the whole gradient, judged by its logarithm, and whether it comes back.
///
/// - `WATCH`: a jump, or a norm that has not come back in time
/// - `DAMAGED`: a jump so high that the update must not be applied as it is
/// - `NOTE`: back near the level before
///
/// An infinite norm is left to [NonFinite].
public final class GradientSpike implements Detector {
    private final SpikeTrack track;

    /// @param window        points of the reference, >= 8
    /// @param minHistory    points that it needs before anything is judged, in [4, window]
    /// @param sigmas        least jump in robust standard deviations of the logarithm, > 0
    /// @param ratio         least jump as a multiple of the median, > 1
    /// @param damagedRatio  multiple of the median that is damage by itself, > 1
    /// @param confirmPoints points after which a jump that has not come back is judged, >= 8
    public record Config(
            int window, int minHistory, double sigmas, double ratio, double damagedRatio, int confirmPoints) {
        public Config {
            Bounds.atLeast("window", window, 8);
            Bounds.atLeast("minHistory", minHistory, 4);
            Bounds.within("minHistory", minHistory, "window", window);
            Bounds.above("sigmas", sigmas, 0);
            Bounds.above("ratio", ratio, 1);
            Bounds.above("damagedRatio", damagedRatio, 1);
            Bounds.atLeast("confirmPoints", confirmPoints, 8);
        }

        /// 64 points, 12 of them at least; 8 sigma; 5 times the median, as the spikes counted by Stable-SPAM;
        /// damage at 50 times (unverified); 32 points.
        public static Config defaults() {
            return new Config(64, 12, 8, 5, 50, 32);
        }
    }

    public GradientSpike(Config config) {
        track = new SpikeTrack(new SpikeTrack.Rule(
                EventKind.GRADIENT_SPIKE,
                true,
                config.window(),
                config.minHistory(),
                config.sigmas(),
                Math.log(config.ratio()),
                Math.log(config.damagedRatio()),
                config.confirmPoints()));
    }

    @Override
    public List<Event> observe(Readings readings) {
        double norm = readings.get(SeriesNames.GRAD_NORM);
        return Double.isFinite(norm) ? track.add(readings.step(), SeriesNames.GRAD_NORM, norm) : List.of();
    }

    /// Median norm of the recent past without spikes; NaN before the first.
    public double typical() {
        return track.typical();
    }

    /// The spike told before, when the last value is still one that an update must not follow.
    ///
    /// @param step of the last value
    Optional<Event> ongoing(long step) {
        return track.ongoing(step, SeriesNames.GRAD_NORM);
    }

    @Override
    public JsonNode state() {
        return States.of(track.state());
    }

    @Override
    public void restore(JsonNode state) {
        track.restore(States.read(state, SpikeTrack.State.class));
    }
}
