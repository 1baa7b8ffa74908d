package io.evenkeel.detect;

import io.evenkeel.detect.Event.Severity;
import io.evenkeel.metric.Readings;
import io.evenkeel.metric.SeriesNames;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// A loss, gradient, parameter or activation that is NaN or infinite.
///
/// The subject is the first bad series of the tensor nearest to the cause: parameters before activations before the
/// loss before gradients, and the series of a tensor before that of the whole; so it names the tensor when the readings
/// carry series of tensors.
///
/// - `WATCH`: only the gradient, while a loss scale above 1 is in use: the scaler skips the step and lowers the scale
/// - `DAMAGED`: otherwise
/// - `FATAL`: from [Config#fatalAfter] points in a row on
///
/// Every bad point is an event, because every one must be kept from the weights. It costs nothing but its own point:
/// no detector takes a value that is not finite into its history. Readings without any of the series judged here change
/// nothing.
public final class NonFinite implements Detector {
    private final Config config;
    private int streak;
    private long since;

    /// @param fatalAfter points in a row from which on the run is lost, >= 1
    public record Config(int fatalAfter) {
        public Config {
            Bounds.atLeast("fatalAfter", fatalAfter, 1);
        }

        /// Three points in a row (unverified).
        public static Config defaults() {
            return new Config(3);
        }
    }

    public NonFinite(Config config) {
        this.config = config;
    }

    private record State(int streak, long since) {}

    /// Where a series stands in the chain of causes.
    private enum Origin {
        PARAMETER,
        ACTIVATION,
        LOSS,
        GRADIENT;

        static @Nullable Origin of(String series) {
            if (series.startsWith("param/")) {
                return PARAMETER;
            }
            if (series.startsWith("activation/") || series.startsWith(SeriesNames.LOG_Z)) {
                return ACTIVATION;
            }
            if (isOrUnder(series, SeriesNames.LOSS) || isOrUnder(series, SeriesNames.VAL_LOSS)) {
                return LOSS;
            }
            return series.startsWith("grad/") ? GRADIENT : null;
        }

        private static boolean isOrUnder(String series, String name) {
            return series.startsWith(name) && (series.length() == name.length() || series.charAt(name.length()) == '/');
        }
    }

    /// The worst series of one step.
    private static final class Finding {
        int judged;
        int bad;

        @Nullable
        String series;

        double value;
        int rank = Integer.MAX_VALUE;

        void see(String name, double reading) {
            var origin = Origin.of(name);
            if (origin == null) {
                return;
            }
            judged++;
            boolean counts = name.startsWith(SeriesNames.GRAD_NONFINITE);
            if (Double.isFinite(reading) && !(counts && reading > 0)) {
                return;
            }
            bad++;
            // A count of bad elements says less than the bad value itself when both are of the whole
            // gradient.
            int order = 4 * origin.ordinal() + (isOfWhole(name) ? 2 : 0) + (counts ? 1 : 0);
            if (order < rank) {
                rank = order;
                series = name;
                value = reading;
            }
        }

        private static boolean isOfWhole(String name) {
            return name.indexOf('/') == name.lastIndexOf('/');
        }

        boolean gradientOnly() {
            return rank >= 4 * Origin.GRADIENT.ordinal();
        }
    }

    @Override
    public List<Event> observe(Readings readings) {
        var finding = new Finding();
        readings.forEach(finding::see);
        if (finding.judged == 0) {
            return List.of();
        }
        long step = readings.step();
        var series = finding.series;
        if (series == null) {
            boolean ended = streak > 0 && readings.has(SeriesNames.LOSS);
            int length = streak;
            if (ended) {
                streak = 0;
                return List.of(back(step, length));
            }
            return List.of();
        }
        if (streak == 0) {
            since = step;
        }
        streak++;
        boolean scaled = finding.gradientOnly() && readings.get(SeriesNames.LOSS_SCALE) > 1;
        var severity = scaled ? Severity.WATCH : streak >= config.fatalAfter() ? Severity.FATAL : Severity.DAMAGED;
        var what = series.startsWith(SeriesNames.GRAD_NONFINITE)
                ? Evidence.of("%s counts %.0f bad elements", series, finding.value)
                : Evidence.of("%s is %s", series, finding.value);
        return List.of(new Event(
                EventKind.NON_FINITE,
                step,
                streak >= config.fatalAfter() ? since : step,
                severity,
                1,
                series,
                what
                        + (finding.bad > 1 ? Evidence.of(", with %d other series", finding.bad - 1) : "")
                        + (streak > 1 ? Evidence.of(", point %d in a row", streak) : "")
                        + (scaled ? "; the loss scale will take it" : ""),
                Map.of("value", finding.value, "badSeries", (double) finding.bad, "inARow", (double) streak)));
    }

    private Event back(long step, int length) {
        return new Event(
                EventKind.NON_FINITE,
                step,
                since,
                Severity.NOTE,
                1,
                SeriesNames.LOSS,
                Evidence.of("loss and gradient are finite again after %d point%s", length, length == 1 ? "" : "s"),
                Map.of(Event.RECOVERED_AFTER, (double) length));
    }

    @Override
    public JsonNode state() {
        return States.of(new State(streak, since));
    }

    @Override
    public void restore(JsonNode state) {
        var saved = States.read(state, State.class);
        streak = saved.streak();
        since = saved.since();
    }
}
