package io.evenkeel.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.evenkeel.detect.EventKind;
import io.evenkeel.finding.FindingsPage;
import io.evenkeel.testing.ChildJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/// `diagnose` as the person on call meets it.
class DiagnoseCommandTest {
    @TempDir
    Path directory;

    private String log(String name, boolean diverges) throws IOException {
        var text = new StringBuilder("iteration,train/nll\n");
        for (var t = 0; t < 300; t++) {
            var loss = 2 + 3 / (1 + t / 20.0) + 0.02 * Math.sin(t * 7.3) + (diverges && t > 150 ? 0.05 * (t - 150) : 0);
            text.append(String.format(Locale.ROOT, "%d,%.4f%n", t, loss));
        }
        return Files.writeString(directory.resolve(name), text).toString();
    }

    @Test
    void exitCodesFollowTheVerdict() throws IOException {
        var good = CommandRun.of("diagnose", log("good.csv", false), "--map", "loss=train/nll");
        assertThat(good.code()).as(good.out()).isZero();
        assertThat(good.out()).startsWith("good.csv: healthy");
        var bad = CommandRun.of("diagnose", log("bad.csv", true), "--map", "loss=train/nll");
        assertThat(bad.code()).isEqualTo(1);
        assertThat(bad.out())
                .startsWith("bad.csv: diverged")
                .contains("Divergence", "cause?", "try", "published rules", "this log lacks");
        assertThat(CommandRun.of(
                                "diagnose",
                                directory.resolve("bad.csv").toString(),
                                "--map",
                                "loss=train/nll",
                                "--fail-on",
                                "fatal")
                        .code())
                .isEqualTo(1);
        var none = CommandRun.of("diagnose", directory.resolve("none.csv").toString());
        assertThat(none.code()).isEqualTo(2);
        assertThat(none.err()).hasLineCount(1).contains("none.csv");
        var severity = CommandRun.of("diagnose", directory.resolve("good.csv").toString(), "--fail-on", "awful");
        assertThat(severity.code()).isEqualTo(2);
        assertThat(severity.err()).contains("awful").contains("DAMAGED");
    }

    @Test
    void jsonIsALineARunAndNothingElse() throws IOException {
        log("good.csv", false);
        log("bad.csv", true);
        var result = CommandRun.of("diagnose", directory.toString(), "--map", "loss=train/nll", "--json");
        assertThat(result.code()).isEqualTo(1);
        var lines =
                result.out().strip().lines().map(JsonMapper.shared()::readTree).toList();
        assertThat(lines).hasSize(2);
        var worst = lines.getFirst();
        assertThat(worst.path("run").asString()).isEqualTo("bad.csv");
        assertThat(worst.path("verdict").asString()).isEqualTo("diverged");
        assertThat(worst.path("points").asInt()).isEqualTo(300);
        var finding = worst.path("findings").get(0);
        assertThat(finding.path("severity").asString()).isIn("damaged", "fatal");
        assertThat(finding.path("confidence").asDouble()).isBetween(0.5, 1.0);
        assertThat(finding.path("evidence").asString()).isNotBlank();
        assertThat(finding.path("remedies").size()).isPositive();
        assertThat(lines.get(1).path("verdict").asString()).isEqualTo("healthy");
    }

    @Test
    void thePageStandsAlone() throws IOException {
        var page = directory.resolve("out.html");
        CommandRun.of("diagnose", log("bad.csv", true), "--map", "loss=train/nll", "--html", page.toString());
        assertThat(page)
                .content()
                .startsWith("<!doctype html>")
                .contains("<svg", "Divergence", "prefers-color-scheme: dark")
                .doesNotContain("<script", "<link", "src=", "@import", "https://");
    }

    /// What is offered as a setting can be set.
    @Test
    void everySettingOfTheReferencePageIsOne() {
        var page = FindingsPage.files().getOrDefault("findings.md", "");
        var settings = Pattern.compile("^- .*`([a-zA-Z]+(?:\\.[a-zA-Z]+)*): (.*)`$", Pattern.MULTILINE)
                .matcher(page)
                .results()
                .map(found -> found.group(1) + "=" + found.group(2))
                .distinct()
                .toList();
        assertThat(settings).hasSizeGreaterThan(8);
        for (var setting : settings) {
            var result = CommandRun.of("train", "--print-config", "--set", setting);
            assertThat(result.code()).as(setting + ": " + result.err()).isZero();
        }
    }

    @Test
    void comparesTwoRuns() throws IOException {
        var good = log("good.csv", false);
        var bad = log("bad.csv", true);
        assertThat(CommandRun.of("diagnose", "--compare", good, good, "--map", "loss=train/nll")
                        .out())
                .contains(": equal");
        var parted = CommandRun.of("diagnose", "--compare", good, bad, "--map", "loss=train/nll");
        assertThat(parted.code()).isEqualTo(1);
        assertThat(parted.out()).contains("differ").containsPattern("loss +parts at step 15[1-9]");
        assertThat(CommandRun.of("diagnose", "--compare", good).code()).isEqualTo(2);
    }

    /// Lines on standard input, in a process that loads no class of libtorch and is quick to start.
    @Test
    void readsStandardInputWithoutLibtorch() throws Exception {
        var lines = new StringBuilder();
        for (var t = 0; t < 200; t++) {
            lines.append("step=")
                    .append(t)
                    .append(" loss=")
                    .append(2 + 3 / (1 + t / 20.0))
                    .append('\n');
        }
        var output = directory.resolve("output.txt");
        var process = ChildJvm.of(Main.class, List.of("-Xlog:class+load"), "diagnose", "-")
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try (var in = process.outputWriter()) {
            in.write(lines.toString());
        }
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isZero();
        assertThat(output).content().contains("standard input: healthy").doesNotContain("org.bytedeco");
    }

    /// Every remedy that names a claim names one of its paper's study.
    @Test
    void remediesNameClaimsThatExist() {
        var evidence = new Evidence();
        for (var kind : EventKind.values()) {
            for (var remedy : FindingsPage.remedies(kind)) {
                var measured = evidence.of(remedy).measured();
                assertThat(measured == null).as(remedy.text()).isEqualTo(remedy.claim() == null);
            }
        }
    }
}
