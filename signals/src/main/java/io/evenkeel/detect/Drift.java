package io.evenkeel.detect;

import io.evenkeel.detect.Event.Severity;
import io.evenkeel.metric.Readings;
import io.evenkeel.metric.SeriesNames;
import io.evenkeel.statistic.Sample;
import io.evenkeel.statistic.SlidingWindow;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// Early warning: indicators that move before the loss does (update norm, gradient norm by tensor, attention logits,
/// `log Z`, activations, sharpness), each judged by itself.
///
/// - `WATCH`: the median of the last points has grown by a factor over the median of those before, and by robust
///   standard deviations of theirs, for some points in a row
///
/// Magnitudes are judged by their logarithm. Update norms are divided by the learning rate where it is known. Nothing
/// is judged while the learning rate rises: then all of these grow. The points judged are not in the reference; being a
/// median, it moves to a new level only when that has lasted half as long as the reference is.
///
/// @paper P25 the gradient norm of the embedding jumps several steps before the loss does
/// @paper P40 attention logits and `log Z` grow slowly before a run diverges
public final class Drift extends SeriesBounds {
    private static final List<String> INDICATORS = List.of(
            SeriesNames.UPDATE_NORM,
            SeriesNames.GRAD_NORM,
            SeriesNames.MAX_ATTENTION_LOGIT,
            SeriesNames.LOG_Z,
            SeriesNames.ACTIVATION_MAX,
            SeriesNames.SHARPNESS,
            SeriesNames.PRECONDITIONED_SHARPNESS);

    private final Config config;
    private double previousLr = Double.NaN;
    private boolean lrRises;

    /// @param reference   points of the reference, >= 16
    /// @param recent      newest points, whose median is judged, >= 3
    /// @param factor      least growth, > 1
    /// @param sigmas      least growth in robust standard deviations of the reference, > 0
    /// @param persistence points in a row that it takes to speak, >= 1
    public record Config(int reference, int recent, double factor, double sigmas, int persistence) {
        public Config {
            Bounds.atLeast("reference", reference, 16);
            Bounds.atLeast("recent", recent, 3);
            Bounds.above("factor", factor, 1);
            Bounds.above("sigmas", sigmas, 0);
            Bounds.atLeast("persistence", persistence, 1);
        }

        /// 64 and 8 points; twice; 4 sigma; 3 points (unverified).
        public static Config defaults() {
            return new Config(64, 8, 2, 4, 3);
        }
    }

    public Drift(Config config) {
        super(EventKind.DRIFT, config.reference() + config.recent(), config.persistence(), 2 * config.recent());
        this.config = config;
    }

    private record State(double previousLr, boolean lrRises, JsonNode tracks) {}

    @Override
    public List<Event> observe(Readings readings) {
        double lr = readings.get(SeriesNames.LR);
        if (lr > 0) {
            lrRises = lr > previousLr;
            previousLr = lr;
        }
        return super.observe(readings);
    }

    @Override
    boolean reads(String series) {
        for (var indicator : INDICATORS) {
            if (isOrUnder(series, indicator)) {
                return true;
            }
        }
        return false;
    }

    @Override
    double prepare(String series, double value, Readings readings) {
        double magnitude = Math.abs(value);
        double lr = readings.get(SeriesNames.LR);
        if (isOrUnder(series, SeriesNames.UPDATE_NORM) && lr > 0) {
            magnitude /= lr;
        }
        return Math.log(Math.max(magnitude, Double.MIN_NORMAL));
    }

    @Override
    @Nullable
    Opinion judge(Track track, String series, double value, Readings readings) {
        var past = track.past();
        int older = past.size() - config.recent() + 1;
        if (older < config.reference() / 2 || lrRises) {
            return null;
        }
        var newest = new double[config.recent()];
        newest[0] = value;
        for (var i = 1; i < newest.length; i++) {
            newest[i] = past.recent(i - 1);
        }
        double level = Sample.median(newest);
        if (level - past.median() < 0.5 * Math.log(config.factor())) {
            return null;
        }
        var reference = new SlidingWindow(older);
        for (var age = past.size() - 1; age >= config.recent() - 1; age--) {
            reference.add(past.recent(age));
        }
        double growth = level - reference.median();
        double sigma = reference.robustSigma();
        if (growth < Math.log(config.factor()) || growth < config.sigmas() * sigma) {
            return null;
        }
        return new Opinion(
                Severity.WATCH,
                0.6,
                Evidence.of(
                        "has grown %s times over its median of the %d points before",
                        Evidence.number(Math.exp(growth)), older),
                Map.of("factor", Math.exp(growth), "sigmas", growth / Math.max(sigma, Double.MIN_NORMAL)));
    }

    @Override
    public JsonNode state() {
        return States.of(new State(previousLr, lrRises, super.state()));
    }

    @Override
    public void restore(JsonNode state) {
        var saved = States.read(state, State.class);
        previousLr = saved.previousLr();
        lrRises = saved.lrRises();
        super.restore(saved.tracks());
    }
}
