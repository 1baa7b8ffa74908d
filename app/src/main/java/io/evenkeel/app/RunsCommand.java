package io.evenkeel.app;

import io.evenkeel.metric.SeriesNames;
import io.evenkeel.run.RunIndex;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `evenkeel runs [DIR]`.
@Command(name = "runs", description = "Lists the runs under a directory, newest first.")
final class RunsCommand implements Callable<Integer> {
    private static final String LINE = "%-44s %-9s %17s %10s %10s%n";

    @Parameters(arity = "0..1", paramLabel = "DIR", description = "Where to look; default: ${DEFAULT-VALUE}.")
    Path directory = Path.of("runs");

    @Mixin
    Output output;

    /// A run in brief.
    ///
    /// @param broken why it cannot be read, null when it can
    record Row(
            String run,
            @Nullable String state,
            long step,
            long totalSteps,
            @Nullable Double trainLoss,
            @Nullable Double valLoss,
            @Nullable Long seed,
            @Nullable String broken) {}

    @Override
    public Integer call() {
        var rows = rows();
        output.document(rows);
        if (rows.isEmpty()) {
            output.result("no runs under " + directory);
        } else {
            output.result(String.format(LINE, "run", "state", "step", "loss", "held-out")
                    .stripTrailing());
        }
        for (var row : rows) {
            output.result(
                    row.broken() != null
                            ? row.run() + "  broken: " + row.broken()
                            : String.format(
                                            Locale.ROOT,
                                            LINE,
                                            row.run(),
                                            row.state() == null ? "new" : row.state(),
                                            String.format(Locale.ROOT, "%,d/%,d", row.step(), row.totalSteps()),
                                            number(row.trainLoss()),
                                            number(row.valLoss()))
                                    .stripTrailing());
        }
        return 0;
    }

    private List<Row> rows() {
        try (var index = RunIndex.open()) {
            var entries = index.list(directory);
            var losses = index.summaries(directory, SeriesNames.LOSS);
            var valLosses = index.summaries(directory, SeriesNames.VAL_LOSS);
            var now = Instant.now();
            var rows = new ArrayList<Row>();
            for (var entry : entries) {
                var status = entry.status();
                rows.add(new Row(
                        relative(entry.path()),
                        entry.liveness(now)
                                .map(liveness -> liveness.name().toLowerCase(Locale.ROOT))
                                .orElse(null),
                        status == null ? 0 : status.step(),
                        status == null ? 0 : status.totalSteps(),
                        last(losses.get(entry.path())),
                        last(valLosses.get(entry.path())),
                        entry.about() == null ? null : entry.about().seed(),
                        entry.broken()));
            }
            return rows;
        }
    }

    private String relative(Path run) {
        var here = Path.of("").toAbsolutePath();
        return run.startsWith(here) ? here.relativize(run).toString() : run.toString();
    }

    private static @Nullable Double last(RunIndex.@Nullable Summary summary) {
        return summary == null ? null : summary.last();
    }

    private static String number(@Nullable Double value) {
        return value == null ? "-" : String.format(Locale.ROOT, "%.4f", value);
    }
}
