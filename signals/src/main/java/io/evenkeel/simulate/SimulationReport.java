package io.evenkeel.simulate;

import io.evenkeel.plot.Axis;
import io.evenkeel.plot.Chart;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/// A [Sweep] for people and programs.
///
/// @param config what was simulated
/// @param rows   a row for every policy and number of workers
public record SimulationReport(Sweep.Config config, List<Sweep.Row> rows) {
    public SimulationReport {
        rows = List.copyOf(rows);
    }

    /// Runs the sweep.
    public static SimulationReport of(Sweep.Config config) {
        return new SimulationReport(config, Sweep.run(config));
    }

    /// The effective training-time ratio against the number of workers, as an SVG document.
    public String svg() {
        return chart().svg();
    }

    /// The same figure for a page.
    public Chart chart() {
        var base = config.base();
        var chart = Chart.titled("Effective training-time ratio")
                .subtitle(String.format(
                        Locale.ROOT,
                        "%d jobs a point, %.0f days each; mean and 95%% interval",
                        config.seeds(),
                        base.horizonSeconds() / 86_400))
                .x(Axis.log("workers").ticks(ticks()))
                .y(Axis.percent("time in steps that survived").range(floor(), 1));
        for (var policy : config.policies()) {
            var mine = rows.stream()
                    .filter(row -> row.policy().equals(policy.name()))
                    .toList();
            var x = mine.stream().mapToDouble(Sweep.Row::workers).toArray();
            chart = chart.band(
                            policy.name(),
                            x,
                            mine.stream().mapToDouble(row -> row.ratio().low()).toArray(),
                            mine.stream().mapToDouble(row -> row.ratio().high()).toArray())
                    .line(
                            policy.name(),
                            x,
                            mine.stream().mapToDouble(row -> row.ratio().mean()).toArray());
        }
        return chart.note(String.format(
                Locale.ROOT,
                "Simulated, with one trouble a worker in %,.0f days",
                base.faults().mtbfSeconds() / 86_400));
    }

    /// The axis begins at the tenth below the smallest value, so that policies are told apart.
    private double floor() {
        var smallest = rows.stream().mapToDouble(row -> row.ratio().low()).min().orElse(0);
        return Math.clamp(Math.floor(smallest * 10 - 0.2) / 10, 0, 0.9);
    }

    /// About six of the numbers of workers, the first and the last among them.
    private List<Double> ticks() {
        var workers = config.workers().stream().sorted().distinct().toList();
        int last = workers.size() - 1;
        int every = Math.max(1, (workers.size() + 5) / 6);
        return IntStream.rangeClosed(0, last)
                .filter(i -> i == last || (i % every == 0 && i + every <= last))
                .mapToObj(i -> (double) workers.get(i))
                .toList();
    }

    /// The effective training-time ratios as a table of text: a line a number of workers, a column a policy.
    public String table() {
        var text = new StringBuilder(String.format(Locale.ROOT, "%8s", "workers"));
        for (var policy : config.policies()) {
            text.append(String.format(Locale.ROOT, "  %20s", policy.name()));
        }
        text.append('\n');
        for (int workers : config.workers()) {
            text.append(String.format(Locale.ROOT, "%8d", workers));
            for (var policy : config.policies()) {
                rows.stream()
                        .filter(row -> row.workers() == workers && row.policy().equals(policy.name()))
                        .findFirst()
                        .ifPresent(row -> text.append(String.format(
                                Locale.ROOT,
                                "  %5.1f%% (%5.1f-%5.1f)",
                                100 * row.ratio().mean(),
                                100 * row.ratio().low(),
                                100 * row.ratio().high())));
            }
            text.append('\n');
        }
        return text.toString();
    }
}
