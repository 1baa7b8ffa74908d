package io.evenkeel.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/// The command line as a user meets it: exit codes, one line for wrong input, JSON alone on standard output.
class CommandLineTest {
    private static final String TINY = """
            model: {width: 16, depth: 1, heads: 2}
            data: {context: 16}
            train: {steps: 30, batchSize: 2, threads: 1}
            checkpoint: {everySteps: 10, keep: 3}
            """;

    @TempDir
    Path directory;

    private String file(String name, String content) throws IOException {
        return Files.writeString(directory.resolve(name), content).toString();
    }

    private static void refused(CommandRun result, String... parts) {
        result.assertRefused(parts);
    }

    @Test
    void refusesWrongUsageInOneLine() {
        refused(CommandRun.of("tarin"), "tarin", "--help");
        refused(CommandRun.of("train", "--stpes", "3"), "--stpes");
        refused(CommandRun.of("train", "--steps", "many"), "many");
        refused(CommandRun.of("train", "--restarts", "-1"), "--restarts must be >= 0 but was -1");
        refused(CommandRun.of("train", "--patience", "0"), "--patience must be >= 5 but was 0");
        assertThat(CommandRun.of("--help").code()).isZero();
        assertThat(CommandRun.of("train", "--help").out()).contains("--set", "--out");
        assertThat(CommandRun.of("--version").out()).startsWith("evenkeel ");
    }

    @Test
    void refusesWrongConfigurationsNamingFileAndLine() throws IOException {
        refused(
                CommandRun.of("train", file("a.yaml", "optimizer:\n  lrr: 1\n")),
                "unknown key optimizer.lrr",
                "lr",
                "a.yaml:2");
        refused(CommandRun.of("train", file("b.yaml", "train:\n  steps: soon\n")), "train.steps", "soon", "b.yaml:2");
        refused(
                CommandRun.of("train", file("c.yaml", "train:\n  steps: 0\n")),
                "train.steps must be >= 1 but was 0",
                "c.yaml:2");
        refused(CommandRun.of("train", "--set", "optimizer.lr=-1"), "optimizer.lr", "-1", "--set");
        refused(CommandRun.of("train", directory.resolve("none.yaml").toString()), "none.yaml", "no such file");
    }

    @Test
    void refusesUnusableDataAndLeavesNothingBehind() throws IOException {
        var config = file("tiny.yaml", TINY);
        var out = directory.resolve("run");
        var binary = Files.write(directory.resolve("binary.txt"), new byte[] {'a', 0, (byte) 0xff, 1})
                .toString();
        for (var source : new String[] {
            directory.resolve("missing.txt").toString(), file("empty.txt", ""), binary, file("short.txt", "too short")
        }) {
            var result = CommandRun.of("train", config, "--out", out.toString(), "--set", "data.source=" + source);
            refused(result, Path.of(source).getFileName().toString());
            assertThat(out).doesNotExist();
        }
    }

    @Test
    void refusesWhatIsNoRun() throws IOException {
        refused(CommandRun.of("show", directory.resolve("nowhere").toString()), "nowhere", "not a run");
        refused(CommandRun.of("resume", directory.toString()), "not a run");
        refused(CommandRun.of("sample", directory.toString()), "not a run");
        var taken = Files.createDirectory(directory.resolve("taken"));
        Files.writeString(taken.resolve("file"), "mine");
        refused(CommandRun.of("train", file("tiny.yaml", TINY), "--out", taken.toString()), "taken");
        assertThat(taken.resolve("file")).hasContent("mine");
    }

    @Test
    void trainsShowsAndResumesWithJson() throws IOException {
        var config = file("tiny.yaml", TINY);
        var out = directory.resolve("run").toString();
        var json = JsonMapper.shared();
        var trained = CommandRun.of("train", config, "--out", out, "--json");
        assertThat(trained.code()).as(trained.err()).isZero();
        var outcome = json.readTree(trained.out());
        assertThat(outcome.path("step").asLong()).isEqualTo(30);
        assertThat(outcome.path("stateHash").asString()).matches("[0-9a-f]{64}");
        assertThat(outcome.path("valLoss").asDouble()).isPositive();
        assertThat(outcome.path("checkpoints").size()).isGreaterThanOrEqualTo(3);
        assertThat(json.readTree(CommandRun.of("show", out, "--json").out())).isEqualTo(outcome);
        assertThat(CommandRun.of("runs", directory.toString()).out()).contains("finished", "30/30");
        var again = CommandRun.of("resume", out, "--steps", "40", "--json");
        assertThat(again.code()).as(again.err()).isZero();
        assertThat(json.readTree(again.out()).path("step").asLong()).isEqualTo(40);
        assertThat(CommandRun.of("sample", out, "--tokens", "5").code()).isZero();
    }

    @Test
    void fallsBackFromAFlippedByteInAnyFileOfACheckpoint() throws IOException {
        var config = file("tiny.yaml", TINY);
        var whole = directory.resolve("whole").toString();
        assertThat(CommandRun.of("train", config, "--out", whole).code()).isZero();
        var expected = JsonMapper.shared()
                .readTree(CommandRun.of("show", whole, "--json").out())
                .path("stateHash")
                .asString();
        for (var name :
                new String[] {"model.safetensors", "optimizer.safetensors", "state.json", "SHA256SUMS", "HEALTH"}) {
            var out = directory.resolve("cut-" + name);
            assertThat(CommandRun.of("train", config, "--out", out.toString()).code())
                    .isZero();
            var damaged = out.resolve("checkpoints/00000030").resolve(name);
            var bytes = Files.readAllBytes(damaged);
            bytes[bytes.length / 2] ^= 1;
            Files.write(damaged, bytes);
            var resumed = CommandRun.of("resume", out.toString(), "--json");
            assertThat(resumed.code()).as(resumed.err()).isZero();
            assertThat(resumed.err()).contains("checkpoint 30 refused");
            assertThat(JsonMapper.shared()
                            .readTree(resumed.out())
                            .path("stateHash")
                            .asString())
                    .as(name)
                    .isEqualTo(expected);
        }
    }
}
