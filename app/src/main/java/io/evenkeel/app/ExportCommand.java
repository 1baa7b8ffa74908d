package io.evenkeel.app;

import io.evenkeel.InputException;
import io.evenkeel.metric.MetricHistory;
import io.evenkeel.metric.TensorBoardWriter;
import io.evenkeel.run.RunDirectory;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// `evenkeel export`: what a run measured, in a form that other tools read.
@Command(
        name = "export",
        description =
                "Writes all series of a run, without what rollbacks superseded, for other tools: CSV with a column a "
                        + "series, JSON lines, or TensorBoard event files.")
final class ExportCommand implements Callable<Integer> {
    private static final JsonMapper JSON = JsonMapper.shared();

    /// Forms.
    enum Form {
        CSV,
        JSONL,
        TENSORBOARD
    }

    @Parameters(paramLabel = "RUN", description = "Directory of the run.")
    Path run = Path.of("");

    @Option(
            names = "--to",
            paramLabel = "FORM",
            required = true,
            description = "${COMPLETION-CANDIDATES}, in any case.")
    Form to = Form.CSV;

    @Option(
            names = "--out",
            paramLabel = "PATH",
            description =
                    "File, or directory of event files; default: metrics.csv, metrics.jsonl or tensorboard in the export "
                            + "directory of the run.")
    @Nullable
    Path out;

    @Mixin
    Output output;

    @Override
    public Integer call() {
        var directory = RunDirectory.open(run);
        var metrics = directory.metrics();
        var target = out == null ? directory.path().resolve("export").resolve(file()) : out;
        var steps = new long[1];
        try {
            var parent = target.toAbsolutePath().getParent();
            if (parent != null) {
                Files.createDirectories(parent);
            }
            if (to == Form.TENSORBOARD) {
                steps[0] = tensorBoard(metrics, target);
            } else {
                steps[0] = lines(metrics, target);
            }
        } catch (IOException | UncheckedIOException e) {
            throw new InputException(
                    "--out must be a path that can be written but was " + target + " (" + e.getMessage() + ")");
        }
        output.result(String.format(
                Locale.ROOT,
                "wrote %s: %,d steps of %d series",
                target,
                steps[0],
                metrics.names().size()));
        output.document(Map.of(
                "export",
                target.toString(),
                "steps",
                steps[0],
                "series",
                metrics.names().size()));
        return 0;
    }

    private String file() {
        return switch (to) {
            case CSV -> "metrics.csv";
            case JSONL -> "metrics.jsonl";
            case TENSORBOARD -> "tensorboard";
        };
    }

    /// One step after the other, whatever its length.
    private long lines(MetricHistory metrics, Path target) throws IOException {
        var names = List.copyOf(new TreeSet<>(metrics.names()));
        var count = new long[1];
        try (var writer = Files.newBufferedWriter(target)) {
            if (to == Form.CSV) {
                writer.write("step,wall_seconds");
                for (var name : names) {
                    writer.write("," + quoted(name));
                }
                writer.newLine();
            }
            metrics.forEach(readings -> {
                count[0]++;
                try {
                    if (to == Form.CSV) {
                        var line = new StringBuilder()
                                .append(readings.step())
                                .append(',')
                                .append(readings.wallSeconds());
                        names.forEach(name -> line.append(',').append(readings.has(name) ? readings.get(name) : ""));
                        write(writer, line.toString());
                    } else {
                        var node = JSON.createObjectNode()
                                .put("step", readings.step())
                                .put("wall_seconds", readings.wallSeconds());
                        readings.forEach((name, value) -> put(node, name, value));
                        write(writer, JSON.writeValueAsString(node));
                    }
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
        return count[0];
    }

    private static void write(BufferedWriter writer, String line) throws IOException {
        writer.write(line);
        writer.newLine();
    }

    /// JSON has no NaN and no infinities: they are written as text.
    private static void put(ObjectNode node, String name, double value) {
        if (Double.isFinite(value)) {
            node.put(name, value);
        } else {
            node.put(name, Double.toString(value));
        }
    }

    private static String quoted(String name) {
        return name.matches("[^\",\\r\\n]*") ? name : "\"" + name.replace("\"", "\"\"") + "\"";
    }

    private static long tensorBoard(MetricHistory metrics, Path target) throws IOException {
        var count = new long[1];
        try (var writer = new TensorBoardWriter(target)) {
            writer.started(0, 0, "export");
            metrics.forEach(readings -> {
                count[0]++;
                try {
                    writer.readings(readings);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
        return count[0];
    }
}
