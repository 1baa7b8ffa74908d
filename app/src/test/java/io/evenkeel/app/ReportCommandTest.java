package io.evenkeel.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/// The page of a run that has ended, and of two beside each other.
class ReportCommandTest {
    private static final String TINY = """
            model: {width: 16, depth: 2, heads: 2}
            data: {context: 16}
            train: {steps: 24, batchSize: 2, threads: 1, evalEverySteps: 8}
            probes: {everySteps: {gradient-norms: 4, attention: 4}}
            """;

    @TempDir
    Path directory;

    private String trained(String name, String... more) throws IOException {
        var config = Files.writeString(directory.resolve("tiny.yaml"), TINY).toString();
        var out = directory.resolve(name).toString();
        var arguments = new ArrayList<>(List.of("train", config, "--out", out));
        arguments.addAll(List.of(more));
        var run = CommandRun.of(arguments.toArray(String[]::new));
        assertThat(run.code()).as(run.err()).isZero();
        return out;
    }

    @Test
    void aRunOnOnePageWithoutReferences() throws IOException {
        var run = trained("a <b> & \"c\"");
        var result = CommandRun.of("report", run, "--json");
        assertThat(result.code()).as(result.err()).isZero();
        var file = Path.of(
                JsonMapper.shared().readTree(result.out()).path("report").asString());
        var page = Files.readString(file);
        assertThat(page)
                .contains(
                        "step 24 of 24", "What was found", "What was done", "Checkpoints", "config.yaml", "width: 16");
        // curves of the whole run, heat maps of its modules, how much of it is drawn
        assertThat(page).contains("grad/norm", "blocks.1.attention.qkv.weight", "27 points, 27 drawn");
        assertThat(page).contains("a &lt;b&gt; &amp; &quot;c&quot;").doesNotContain("<b>");
        assertThat(page.replace("http://www.w3.org/2000/svg", ""))
                .doesNotContain("http://", "https://", "<script", "src=", "@import");
    }

    @Test
    void severalRunsWithTheirDifferences() throws IOException {
        var first = trained("first");
        var second = trained("second", "--set", "optimizer.lr=0.01");
        var out = directory.resolve("both.html");
        assertThat(CommandRun.of("report", first, second, "--out", out.toString())
                        .out())
                .contains("wrote " + out);
        assertThat(out).content().contains("2 runs", "second differs from first", "optimizer.lr", "first, val/loss");
    }

    @Test
    void whatCannotBeShownIsNamed() throws IOException {
        CommandRun.of("report", directory.resolve("nowhere").toString()).assertRefused("nowhere", "not a run");
        CommandRun.of("report").assertRefused("RUN");
        var run = trained("run");
        CommandRun.of(
                        "report",
                        run,
                        "--out",
                        directory.resolve("no/such/dir/report.html").toString())
                .assertRefused("--out must be a file that can be written", "no/such/dir");
    }
}
