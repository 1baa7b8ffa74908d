package io.evenkeel.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// `study` and `sweep` as a researcher meets them.
class StudyCommandTest {
    @TempDir
    Path directory;

    private static JsonNode json(CommandRun run) {
        return JsonMapper.shared().readTree(run.out());
    }

    @Test
    void listsAllPapers() {
        var text = CommandRun.of("study", "list");
        assertThat(text.code()).isZero();
        assertThat(text.out().lines()).hasSize(88).anyMatch(line -> line.matches("P34 +peri-ln .*evaluated.*"));
        var rows = json(CommandRun.of("study", "list", "--json"));
        assertThat(rows).hasSize(87);
        assertThat(rows.get(0).path("state").stringValue()).isEqualTo("planned");
        assertThat(rows.get(33).path("verdict").stringValue()).isNotBlank();
        assertThat(rows.get(33).path("seconds").doubleValue()).isPositive();
    }

    /// Nothing has been run in an empty directory of results.
    @Test
    void listsResultsOfAnotherDirectory() {
        var rows = json(CommandRun.of("study", "list", "--json", "--results", directory.toString()));
        assertThat(rows.get(33).path("state").stringValue()).isEqualTo("implemented");
        assertThat(rows.get(33).path("verdict").isNull()).isTrue();
    }

    @Test
    void showsAStudy() {
        var text = CommandRun.of("study", "show", "peri-ln").out();
        assertThat(text)
                .contains(
                        "Peri-LN", "rule: reproduced when", "use it:", "normPlacement: peri", "differs from the paper");
        var document = json(CommandRun.of("study", "show", "34", "--json"));
        assertThat(document.path("claims").get(0).has("holds")).isTrue();
        assertThat(document.path("claims").get(0).path("text").stringValue()).isNotBlank();
        assertThat(CommandRun.of("study", "show", "P01").out()).contains("no study yet");
    }

    @Test
    void writesThePage() {
        CommandRun.of("study", "show", "P34", "--pages", directory.toString());
        assertThat(directory.resolve("p34-peri-ln.md")).content().contains("# P34");
        assertThat(directory.resolve("figures/p34-lr.svg")).isNotEmptyFile();
    }

    @Test
    void refusesWhatItDoesNotKnow() throws IOException {
        CommandRun.of("study", "show", "P88").assertRefused("P01 to P87", "P88");
        CommandRun.of("study", "run", "P01").assertRefused("P01", "no study yet");
        CommandRun.of("study", "run", "P34", "--smoke", "--full").assertRefused("only one of");
        CommandRun.of("study", "run", "P34", "--jobs", "0").assertRefused("--jobs must be >= 1 but was 0");
        CommandRun.of("study", "run", "P34", "--budget", "soon").assertRefused("budget", "soon", "90s");
        CommandRun.of("study", "verify", "P34", "--results", directory.toString())
                .assertRefused("P34", "no results yet");
        Files.createDirectories(directory.resolve("p34"));
        Files.writeString(directory.resolve("p34/study.json"), "{");
        CommandRun.of("study", "show", "P34", "--results", directory.toString()).assertRefused("p34/study.json");
    }

    @Test
    void aSmallerRunReplacesNoLargerOne() throws IOException {
        var found = Files.createDirectories(directory.resolve("p34")).resolve("study.json");
        Files.writeString(
                found,
                "{\"scale\":\"full\",\"version\":1,\"date\":\"2026-01-01\",\"machine\":\"\",\"seconds\":1,\"verdict\":\"partly\"}");
        CommandRun.of("study", "run", "P34", "--smoke", "--results", directory.toString())
                .assertRefused("holds a full run of P34", "smoke run must not replace");
    }

    @Test
    void refusesSweepsOfNothing() throws IOException {
        var config = Files.writeString(directory.resolve("a.yaml"), "train: {steps: 1}\n")
                .toString();
        CommandRun.of("sweep", config, "--lr", "0").assertRefused("rates must be > 0", "0.0");
        CommandRun.of("sweep", config, "--seeds", "0").assertRefused("seeds must be >= 1 but was 0");
        CommandRun.of("sweep", config, config).assertRefused("different names", "a.yaml");
        CommandRun.of("sweep", directory.resolve("b.yaml").toString()).assertRefused("b.yaml", "no such file");
    }

    /// In processes of its own; the second time everything is known.
    @Test
    void sweeps() throws IOException {
        var config = Files.writeString(
                directory.resolve("a.yaml"),
                "model: {width: 16, depth: 1, heads: 2}\ndata: {context: 16, split: 0.01}\ntrain: {steps: 4, batchSize: 2, seed: "
                        + System.nanoTime() % 1_000_000_000 + "}\n");
        var figure = directory.resolve("a.svg");
        var run = CommandRun.of(
                "sweep", config.toString(), "--lr", "1e-3,1e-2", "--seeds", "1", "--out", figure.toString());
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out()).contains("2/2", "LR sensitivity", "figure: ");
        assertThat(figure).content().startsWith("<svg");
        var again = CommandRun.of("sweep", config.toString(), "--lr", "1e-3,1e-2", "--seeds", "1", "--json");
        assertThat(again.err()).contains("2 of 2 trials are known from before");
        assertThat(json(again).path("runs")).hasSize(2);
        assertThat(json(again).path("arms").get(0).path("sensitivity").isNumber())
                .isTrue();
    }
}
