package io.evenkeel.report;

import io.evenkeel.detect.Event.Severity;
import io.evenkeel.metric.Bucket;
import io.evenkeel.metric.MetricHistory;
import io.evenkeel.metric.SeriesNames;
import io.evenkeel.metric.Zoom;
import io.evenkeel.plot.Axis;
import io.evenkeel.plot.Chart;
import io.evenkeel.plot.HeatMap;
import io.evenkeel.run.RunDirectory;
import io.evenkeel.run.RunEvent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// The series of some runs as figures, by group. A column of pixels shows the least and the greatest of its points, so
/// that no extreme is lost however many points there are; events are marked at the same steps in all of them.
final class ReportCharts {
    private static final int COLUMNS = 700;
    private static final int HEAT_COLUMNS = 120;
    private static final int MOST_MARKS = 8;
    private static final int MOST_ROWS = 60;
    private static final int LEAST_ROWS = 2;

    /// Shown before all groups.
    private static final List<String> ON_TOP = List.of(SeriesNames.LOSS, SeriesNames.VAL_LOSS);

    /// Which series belong together: what their names begin with.
    private static final Map<String, Set<String>> GROUPS = groups();

    private final List<Run> runs;
    private final long last;

    /// A run that is shown.
    ///
    /// @param name    in legends
    /// @param metrics what it measured
    /// @param events  what happened
    /// @param names   of its series
    record Run(String name, MetricHistory metrics, List<RunEvent> events, Set<String> names) {
        static Run of(RunDirectory directory, String name) {
            var metrics = directory.metrics();
            return new Run(name, metrics, directory.events(), metrics.series().keySet());
        }

        long lastStep() {
            var summary = metrics.summary();
            return summary.values().stream().mapToLong(Bucket::step1).max().orElse(0);
        }
    }

    private static Map<String, Set<String>> groups() {
        var groups = new LinkedHashMap<String, Set<String>>();
        groups.put("Loss", Set.of("loss", "val"));
        groups.put("Gradients", Set.of("grad", "noise"));
        groups.put("Updates", Set.of("update", "lr", "param", "moment"));
        groups.put("Attention", Set.of("attention"));
        groups.put("Logits", Set.of("logits", "softmax"));
        groups.put("Activations", Set.of("activation", "rank", "drift"));
        groups.put("Precision", Set.of("precision", "loss_scale"));
        groups.put("Sharpness", Set.of("sharpness", "hessian", "lyapunov", "spectral"));
        groups.put("Throughput", Set.of("throughput", "time", "worker", "memory"));
        return groups;
    }

    ReportCharts(List<Run> runs) {
        this.runs = List.copyOf(runs);
        this.last = runs.stream().mapToLong(Run::lastStep).max().orElse(0);
    }

    /// The training and held-out loss with everything that happened, as SVG.
    String loss() {
        return curve(SeriesNames.LOSS, ON_TOP).svg();
    }

    /// Figures of each group that has any, as SVG: a curve of each series of a whole run, and a heat map of those
    /// of single modules.
    Map<String, List<String>> byGroup() {
        var all = runs.stream().flatMap(run -> run.names().stream()).collect(Collectors.toCollection(TreeSet::new));
        var figures = new LinkedHashMap<String, List<String>>();
        GROUPS.forEach((title, prefixes) -> figures.put(
                title,
                figures(all.stream()
                        .filter(name -> prefixes.contains(first(name)) && !ON_TOP.contains(name))
                        .toList())));
        var rest = all.stream()
                .filter(name -> GROUPS.values().stream().noneMatch(prefixes -> prefixes.contains(first(name))))
                .toList();
        figures.put("Other", figures(rest));
        figures.values().removeIf(List::isEmpty);
        return figures;
    }

    private static String first(String name) {
        return name.split("/", 2)[0];
    }

    private List<String> figures(List<String> names) {
        var figures = new ArrayList<String>();
        var modules = new TreeMap<String, List<String>>();
        for (var name : names) {
            var second = name.indexOf('/', name.indexOf('/') + 1);
            if (second < 0) {
                figures.add(curve(name, List.of(name)).svg());
            } else {
                modules.computeIfAbsent(name.substring(0, second), _ -> new ArrayList<>())
                        .add(name);
            }
        }
        modules.forEach((prefix, members) -> {
            if (members.size() >= LEAST_ROWS && runs.size() == 1) {
                figures.add(heat(prefix, members).svg());
            } else {
                figures.add(curve(prefix, members).svg());
            }
        });
        return figures;
    }

    private Chart curve(String title, List<String> names) {
        var chart = Chart.titled(title)
                .x(Axis.linear("step").range(0, Math.max(1, last)))
                .y(Axis.linear(""));
        var points = 0L;
        var drawn = 0L;
        var nonFinite = 0L;
        for (var run : runs) {
            for (var name : names) {
                if (run.names().contains(name)) {
                    var zoom = run.metrics().query(name, 0, Math.max(1, last), COLUMNS);
                    chart = line(chart, label(run, name, names), zoom);
                    points += zoom.points();
                    drawn += zoom.drawn();
                    nonFinite += zoom.nonFinite();
                }
            }
        }
        for (var event : marked()) {
            chart = chart.event(event.step(), event.kind(), tone(event));
        }
        return chart.note(String.format(
                Locale.ROOT,
                "%,d points, %,d drawn%s",
                points,
                drawn,
                nonFinite == 0 ? "" : String.format(Locale.ROOT, ", %,d not finite", nonFinite)));
    }

    private String label(Run run, String name, List<String> names) {
        return runs.size() == 1 ? name : names.size() == 1 ? run.name() : run.name() + ", " + name;
    }

    /// Where there are more points than columns, the least and the greatest of each as a band.
    private static Chart line(Chart chart, String name, Zoom zoom) {
        var buckets = zoom.buckets().stream()
                .filter(bucket -> bucket.n() > bucket.nonFinite())
                .toList();
        var x = buckets.stream()
                .mapToDouble(bucket -> (bucket.firstStep() + bucket.lastStep()) / 2.0)
                .toArray();
        var mean = buckets.stream().mapToDouble(Bucket::mean).toArray();
        if (x.length == 0) {
            return chart;
        }
        var crowded = buckets.stream().anyMatch(bucket -> bucket.n() > 1);
        if (crowded) {
            chart = chart.band(
                    name,
                    x,
                    buckets.stream().mapToDouble(Bucket::min).toArray(),
                    buckets.stream().mapToDouble(Bucket::max).toArray());
        }
        return x.length == 1 ? chart.points(name, x, mean) : chart.line(name, x, mean);
    }

    private HeatMap heat(String prefix, List<String> names) {
        var run = runs.getFirst();
        var shown = names.subList(0, Math.min(MOST_ROWS, names.size()));
        var columns = (int) Math.min(HEAT_COLUMNS, Math.max(1, last));
        var each = Math.max(1, (last + columns - 1) / columns);
        var values = new double[shown.size()][];
        var seen = new boolean[columns + 1];
        for (var row = 0; row < shown.size(); row++) {
            values[row] = new double[columns + 1];
            Arrays.fill(values[row], Double.NaN);
            for (var bucket : run.metrics()
                    .query(shown.get(row), 0, Math.max(1, last), columns)
                    .buckets()) {
                if (bucket.n() > bucket.nonFinite()) {
                    var column = (int) Math.min(columns, bucket.lastStep() / each);
                    values[row][column] = bucket.mean();
                    seen[column] = true;
                }
            }
        }
        var kept = IntStream.range(0, seen.length).filter(i -> seen[i]).toArray();
        var x = Arrays.stream(kept).mapToDouble(i -> (double) i * each).toArray();
        var table = new double[shown.size()][];
        for (var row = 0; row < table.length; row++) {
            var full = values[row];
            table[row] = Arrays.stream(kept).mapToDouble(i -> full[i]).toArray();
        }
        var map = HeatMap.of(
                prefix,
                Axis.linear("step"),
                Axis.linear(prefix),
                shown.stream().map(name -> name.substring(prefix.length() + 1)).toList(),
                x,
                table);
        if (shown.size() < names.size()) {
            map = map.subtitle("the first " + shown.size() + " of " + names.size());
        }
        for (var event : marked()) {
            map = map.event(event.step(), event.kind(), tone(event));
        }
        return map;
    }

    /// The worst events of the first run, in the order of their steps.
    private List<RunEvent> marked() {
        var seen = new HashSet<String>();
        return worst(runs.getFirst().events()).stream()
                .filter(event -> seen.add(event.kind() + " " + event.step()))
                .limit(MOST_MARKS)
                .sorted(Comparator.comparingLong(RunEvent::step))
                .toList();
    }

    /// The first of each kind.
    static List<RunEvent> oneOfAKind(List<RunEvent> events) {
        var seen = new HashSet<String>();
        return events.stream().filter(event -> seen.add(event.kind())).toList();
    }

    /// What detectors saw, the worst first.
    static List<RunEvent> worst(List<RunEvent> events) {
        return events.stream()
                .filter(event -> event.severity() != null)
                .sorted(Comparator.comparingInt(ReportCharts::rank).reversed().thenComparingLong(RunEvent::step))
                .toList();
    }

    private static int rank(RunEvent event) {
        var severity = event.severity();
        return severity == null ? -1 : severity.ordinal();
    }

    private static Chart.Tone tone(RunEvent event) {
        var severity = event.severity();
        return severity == null
                ? Chart.Tone.NOTE
                : severity.compareTo(Severity.DAMAGED) >= 0
                        ? Chart.Tone.BAD
                        : severity == Severity.WATCH ? Chart.Tone.WATCH : Chart.Tone.NOTE;
    }
}
