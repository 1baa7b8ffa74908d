package io.evenkeel.detect;

import io.evenkeel.metric.Readings;
import io.evenkeel.metric.SeriesNames;
import io.evenkeel.statistic.Sample;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A worker that is slower than the others, step after step, by the time of its own share of the step.
///
/// Each worker's time is divided by the median of all workers at that step, which a few slow ones do not move. It is a
/// straggler (`WATCH`) when the median of its last ratios exceeds 1 by [Config#slower] and by six robust standard
/// deviations of the ratios of the others at this step.
///
/// @paper P02 stragglers are about 10 % slower; the threshold must be relative to the median
public final class Straggler extends SeriesBounds {
    private static final double SIGMAS = 6;
    private static final int MIN_WORKERS = 3;
    private static final int MIN_POINTS = 12;

    private final Config config;
    private double median = Double.NaN;
    private double sigma;

    /// @param points      ratios whose median is judged, >= 3; from 12 on as many as there are
    /// @param slower      least excess over the median of the workers, > 0
    /// @param persistence points in a row that it takes to speak, >= 1
    public record Config(int points, double slower, int persistence) {
        public Config {
            Bounds.atLeast("points", points, 3);
            Bounds.above("slower", slower, 0);
            Bounds.atLeast("persistence", persistence, 1);
        }

        /// 32 points, so that a tenth shows through times that scatter by some percent; 5 %, half of what the
        /// paper reports; 3 points.
        public static Config defaults() {
            return new Config(32, 0.05, 3);
        }
    }

    public Straggler(Config config) {
        super(EventKind.STRAGGLER, config.points(), config.persistence(), config.points());
        this.config = config;
    }

    @Override
    public List<Event> observe(Readings readings) {
        var times = new double[readings.size()];
        var count = new int[1];
        readings.forEach((series, value) -> {
            if (reads(series) && value > 0 && Double.isFinite(value)) {
                times[count[0]++] = value;
            }
        });
        if (count[0] < MIN_WORKERS) {
            return List.of();
        }
        var known = Arrays.copyOf(times, count[0]);
        median = Sample.median(known);
        sigma = Sample.MAD_TO_SIGMA * Sample.medianAbsoluteDeviation(known) / median;
        return super.observe(readings);
    }

    @Override
    boolean reads(String series) {
        return series.startsWith(SeriesNames.WORKER_STEP_MILLIS + "/");
    }

    @Override
    double prepare(String series, double value, Readings readings) {
        return value > 0 ? value / median : Double.NaN;
    }

    @Override
    @Nullable
    Opinion judge(Track track, String series, double value, Readings readings) {
        int known = track.past().size();
        if (known < Math.min(MIN_POINTS, config.points())) {
            return null;
        }
        double excess = track.past().median() - 1;
        // The median of n ratios has a standard deviation of about 1.25 / sqrt(n) of theirs.
        double bound = Math.max(config.slower(), SIGMAS * 1.25 * sigma / Math.sqrt(known));
        if (excess < bound || value - 1 < bound / 2) {
            return null;
        }
        var rank = series.substring(series.lastIndexOf('/') + 1);
        return new Opinion(
                Event.Severity.WATCH,
                Math.min(0.99, 0.6 + 0.4 * (1 - bound / excess)),
                Evidence.of(
                        "shows worker %s %s slower than the median of the workers over %d points",
                        rank, Evidence.percent(excess), known),
                Map.of("excess", excess, "bound", bound));
    }
}
