package io.evenkeel.detect;

import io.evenkeel.metric.Readings;
import io.evenkeel.metric.SeriesNames;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/// A sudden jump of the training loss, and whether it comes back.
///
/// - `WATCH`: a jump; `DAMAGED`: one that costs a quarter of the progress, or that has not come back in time
/// - `NOTE`: back near the level before, with the number of points it took
///
/// The learning rate plays no part: a jump is a jump whatever caused it.
public final class LossSpike implements Detector {
    private final SpikeTrack track;

    /// @param window        points of the reference, >= 8
    /// @param minHistory    points that it needs before anything is judged, in [4, window]
    /// @param sigmas        least jump in robust standard deviations, > 0
    /// @param minRise       least jump as a share of the level, in (0, 1)
    /// @param damagedShare  jump that is damage by itself, as a share of the progress since the start, in (0, 1)
    /// @param confirmPoints points after which a jump that has not come back is judged, >= 8
    public record Config(
            int window, int minHistory, double sigmas, double minRise, double damagedShare, int confirmPoints) {
        public Config {
            Bounds.atLeast("window", window, 8);
            Bounds.atLeast("minHistory", minHistory, 4);
            Bounds.within("minHistory", minHistory, "window", window);
            Bounds.above("sigmas", sigmas, 0);
            Bounds.share("minRise", minRise);
            Bounds.share("damagedShare", damagedShare);
            Bounds.atLeast("confirmPoints", confirmPoints, 8);
        }

        /// 64 points, 12 of them at least; 8 sigma; 2 %; a quarter; 32 points, the time BLOOM-176B took to come
        /// back from its spike of step 31,214 (all unverified otherwise).
        public static Config defaults() {
            return new Config(64, 12, 8, 0.02, 0.25, 32);
        }
    }

    public LossSpike(Config config) {
        track = new SpikeTrack(new SpikeTrack.Rule(
                EventKind.LOSS_SPIKE,
                false,
                config.window(),
                config.minHistory(),
                config.sigmas(),
                config.minRise(),
                config.damagedShare(),
                config.confirmPoints()));
    }

    @Override
    public List<Event> observe(Readings readings) {
        double loss = readings.get(SeriesNames.LOSS);
        return Double.isFinite(loss) ? track.add(readings.step(), SeriesNames.LOSS, loss) : List.of();
    }

    /// The spike told before, when the last value is still one that an update must not follow.
    ///
    /// @param step of the last value
    Optional<Event> ongoing(long step) {
        return track.ongoing(step, SeriesNames.LOSS);
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
