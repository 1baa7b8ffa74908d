package io.evenkeel.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.evenkeel.metric.SeriesNames;
import io.evenkeel.run.RunDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/// What other tools get is what was measured.
class ExportCommandTest {
    @TempDir
    Path directory;

    @Test
    void allFormsHoldTheSameNumbers() throws IOException {
        var run = directory.resolve("run");
        var config = Files.writeString(directory.resolve("tiny.yaml"), """
                model: {width: 16, depth: 1, heads: 2}
                data: {context: 16}
                train: {steps: 20, batchSize: 2, threads: 1, evalEverySteps: 10}
                """);
        assertThat(CommandRun.of("train", config.toString(), "--out", run.toString())
                        .code())
                .isZero();
        var loss = RunDirectory.open(run).metrics().series(SeriesNames.LOSS);

        var csv = CommandRun.of("export", run.toString(), "--to", "csv");
        assertThat(csv.code()).as(csv.err()).isZero();
        var lines = Files.readAllLines(run.resolve("export/metrics.csv"));
        var header = lines.getFirst().split(",");
        assertThat(header[0]).isEqualTo("step");
        var column = List.of(header).indexOf("loss");
        assertThat(lines).hasSizeGreaterThanOrEqualTo(21);
        var third = lines.stream()
                .filter(line -> line.startsWith("3,"))
                .findFirst()
                .orElseThrow()
                .split(",", -1);
        assertThat(third).hasSameSizeAs(header);
        assertThat(Double.parseDouble(third[column])).isEqualTo(loss.values()[2]);

        var out = directory.resolve("all.jsonl");
        assertThat(CommandRun.of("export", run.toString(), "--to", "jsonl", "--out", out.toString())
                        .out())
                .contains("wrote " + out);
        var json = JsonMapper.shared();
        var values = Files.readAllLines(out).stream()
                .map(json::readTree)
                .filter(node -> node.has("loss"))
                .mapToDouble(node -> node.path("loss").asDouble())
                .toArray();
        assertThat(values).isEqualTo(loss.values());

        // event files and lines are logs that diagnose reads
        assertThat(CommandRun.of("export", run.toString(), "--to", "tensorboard")
                        .code())
                .isZero();
        assertThat(CommandRun.of("diagnose", run.resolve("export/tensorboard").toString())
                        .out())
                .contains("20");
        assertThat(CommandRun.of("diagnose", out.toString()).out()).contains("20");
    }

    @Test
    void whatCannotBeExportedIsNamed() {
        CommandRun.of("export", directory.toString(), "--to", "csv").assertRefused("not a run");
        CommandRun.of("export", directory.toString(), "--to", "excel").assertRefused("excel");
    }
}
