package io.evenkeel.finding;

import io.evenkeel.log.LogOptions;
import io.evenkeel.log.Logs;
import io.evenkeel.log.RunInfo;
import io.evenkeel.log.RunListener;
import io.evenkeel.log.RunVisitor;
import io.evenkeel.metric.Readings;
import io.evenkeel.metric.SeriesNames;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Where two runs part: the first step at which a series differs at all, and the first from which on it stays beyond a
/// tolerance.
///
/// @param series  what they have in common, by name
/// @param verdict `equal`, `within tolerance`, `differ` or `nothing in common`
public record Comparison(List<Difference> series, String verdict) {
    /// Series that time and machine change without meaning.
    private static final List<String> UNREMARKABLE =
            List.of("time/", "throughput/", "probe/ms", "memory/", "worker/", "store/");

    /// One series of both runs.
    ///
    /// @param series    its name
    /// @param points    steps that both have
    /// @param firstStep the first at which the values are not the same bits; null when they are everywhere
    /// @param partStep  the first beyond the tolerance; null when there is none
    /// @param largest   largest difference as a share of the larger value
    /// @param left      value of the first run at `partStep`, else at `firstStep`
    /// @param right     of the second
    public record Difference(
            String series,
            long points,
            @Nullable Long firstStep,
            @Nullable Long partStep,
            double largest,
            @Nullable Double left,
            @Nullable Double right) {}

    /// Reads two runs and compares every series they share.
    ///
    /// @param tolerance relative difference that does not count
    public static Comparison of(Path left, Path right, LogOptions options, double tolerance) {
        var a = Values.read(left, options);
        var b = Values.read(right, options);
        var differences = new ArrayList<Difference>();
        a.forEach((name, values) -> {
            var other = b.get(name);
            if (other != null && UNREMARKABLE.stream().noneMatch(name::startsWith)) {
                differences.add(difference(name, values, other, tolerance));
            }
        });
        return new Comparison(List.copyOf(differences), verdict(differences));
    }

    private static String verdict(List<Difference> differences) {
        if (differences.stream().mapToLong(Difference::points).sum() == 0) {
            return "nothing in common";
        }
        if (differences.stream().allMatch(difference -> difference.firstStep() == null)) {
            return "equal";
        }
        return differences.stream().allMatch(difference -> difference.partStep() == null)
                ? "within tolerance"
                : "differ";
    }

    private static Difference difference(
            String name, Map<Long, Double> left, Map<Long, Double> right, double tolerance) {
        var points = 0L;
        Long first = null;
        Long part = null;
        var largest = 0.0;
        for (var entry : left.entrySet()) {
            var other = right.get(entry.getKey());
            if (other == null) {
                continue;
            }
            points++;
            double x = entry.getValue();
            double y = other;
            if (Double.doubleToLongBits(x) == Double.doubleToLongBits(y)) {
                continue;
            }
            first = first == null ? entry.getKey() : first;
            var relative = relative(x, y);
            largest = Math.max(largest, relative);
            part = part == null && relative > tolerance ? entry.getKey() : part;
        }
        var at = part == null ? first : part;
        return new Difference(
                name,
                points,
                first,
                part,
                largest,
                at == null ? null : left.get(at),
                at == null ? null : right.get(at));
    }

    private static double relative(double x, double y) {
        if (!Double.isFinite(x) || !Double.isFinite(y)) {
            return x == y || Double.isNaN(x) && Double.isNaN(y) ? 0 : Double.POSITIVE_INFINITY;
        }
        return Math.abs(x - y) / Math.max(Math.max(Math.abs(x), Math.abs(y)), Double.MIN_NORMAL);
    }

    /// As plain text, the earliest parting first.
    public String text(String left, String right) {
        var text = new StringBuilder(left + " and " + right + ": " + verdict + "\n");
        series.stream()
                .sorted((a, b) -> Long.compare(
                        a.partStep() == null ? Long.MAX_VALUE : a.partStep(),
                        b.partStep() == null ? Long.MAX_VALUE : b.partStep()))
                .limit(20)
                .forEach(
                        difference -> text.append("  ").append(line(difference)).append('\n'));
        return text.toString();
    }

    private static String line(Difference difference) {
        if (difference.firstStep() == null) {
            return String.format(
                    Locale.ROOT, "%-28s equal to the bit at %,d steps", difference.series(), difference.points());
        }
        return String.format(
                Locale.ROOT,
                "%-28s %s step %,d (%.6g and %.6g), largest difference %.2g %%",
                difference.series(),
                difference.partStep() == null ? "within tolerance; differs first at" : "parts at",
                difference.partStep() == null ? difference.firstStep() : difference.partStep(),
                difference.left(),
                difference.right(),
                100 * difference.largest());
    }

    /// The series of the first run of a log, by step; a step that was done again counts as it was last.
    private static final class Values implements RunVisitor {
        private final Map<String, NavigableMap<Long, Double>> series = new TreeMap<>();
        private boolean taken;

        static Map<String, NavigableMap<Long, Double>> read(Path path, LogOptions options) {
            var values = new Values();
            Logs.read(path, options, values);
            return values.series;
        }

        @Override
        public RunListener run(RunInfo info) {
            if (taken) {
                return new RunListener() {};
            }
            taken = true;
            return new RunListener() {
                @Override
                public void readings(Readings readings) {
                    readings.forEach((name, value) ->
                            series.computeIfAbsent(name, _ -> new TreeMap<>()).put(readings.step(), value));
                }

                @Override
                public void restarted(long step) {
                    series.values().forEach(points -> points.tailMap(step, true).clear());
                }
            };
        }
    }

    /// Whether the training losses are told apart.
    public boolean lossParts() {
        return series.stream()
                .anyMatch(difference -> difference.series().equals(SeriesNames.LOSS) && difference.partStep() != null);
    }
}
