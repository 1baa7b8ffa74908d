package io.evenkeel.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.evenkeel.metric.SeriesNames;
import io.evenkeel.random.RandomStream;
import io.evenkeel.run.RunDirectory;
import io.evenkeel.run.RunEvent;
import io.evenkeel.testing.ChildJvm;
import io.evenkeel.train.RunSummary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A run that is killed again and again ends with the same bits as one that is left alone.
class KillAndResumeTest {
    private static final int KILLS = 20;
    private static final List<String> FLAGS =
            List.of("-Xmx256m", "-XX:TieredStopAtLevel=1", "--enable-native-access=ALL-UNNAMED");
    private static final String CONFIG = """
            model: {width: 16, depth: 1, heads: 2}
            data: {context: 16}
            train: {steps: 1500, batchSize: 2, threads: 1, evalEverySteps: 400}
            checkpoint: {everySteps: 25, keep: 2}
            """;

    @TempDir
    Path directory;

    private Process start(List<String> more, String... arguments) throws IOException {
        var all = new ArrayList<>(List.of(arguments));
        all.addAll(more);
        return ChildJvm.of(Main.class, FLAGS, all.toArray(String[]::new))
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("output.txt").toFile())
                .start();
    }

    private void succeed(Process process) throws Exception {
        assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
        assertThat(process.exitValue())
                .as(() -> {
                    try {
                        return Files.readString(directory.resolve("output.txt"));
                    } catch (IOException e) {
                        return e.toString();
                    }
                })
                .isZero();
    }

    @Test
    void endsWithTheBitsOfAnUndisturbedRun() throws Exception {
        var right = trainTwice(CONFIG, List.of(), KILLS);
        assertThat(right.incarnations()).hasSizeGreaterThan(KILLS / 2);
    }

    /// A batch that is NaN whenever it is read leads to a rollback, data left out, and a learning rate warmed up
    /// again; killed in the midst of all that, the same decision is taken once.
    @Test
    void aRecoveryThatIsKilledEndsWithTheBitsOfOneThatIsNot() throws Exception {
        var right = trainTwice(CONFIG + """
                        guard:
                          ladder:
                            - {actions: [{type: rollback, skipLeadSteps: 3}, {type: rewarm}], attempts: 2}
                        """, List.of("--inject", "nan-batch@700:1"), KILLS / 2);
        assertThat(right.events().stream().map(RunEvent::kind)).contains("rollback", "rewarm", "recovered");
        assertThat(RunSummary.of(right).verdict()).isEqualTo("recovered");
    }

    /// `train --restarts`: the process that trains is killed, and nobody but the program resumes it.
    @Test
    void aSupervisedRunSurvivesAKillByItself() throws Exception {
        var config = Files.writeString(directory.resolve("tiny.yaml"), CONFIG).toString();
        var whole = directory.resolve("whole");
        succeed(start(List.of("--set", "train.steps=200"), "train", config, "--out", whole.toString()));
        var run = directory.resolve("run");
        succeed(start(
                List.of("--set", "train.steps=200", "--restarts", "2", "--inject", "kill@120:1"),
                "train",
                config,
                "--out",
                run.toString()));
        assertThat(directory.resolve("output.txt")).content().contains("resuming (1 of 2)", "done: step 200");
        assertThat(RunSummary.of(RunDirectory.open(run)).stateHash())
                .isNotNull()
                .isEqualTo(RunSummary.of(RunDirectory.open(whole)).stateHash());
        assertThat(RunDirectory.open(run).events().stream().map(RunEvent::kind)).contains("resume");
    }

    /// Trains a run whole, and once more with kills at random moments, and compares the two.
    ///
    /// @return the run that was killed
    private RunDirectory trainTwice(String yaml, List<String> more, int times) throws Exception {
        var config = Files.writeString(directory.resolve("tiny.yaml"), yaml).toString();
        var whole = directory.resolve("whole");
        succeed(start(more, "train", config, "--out", whole.toString()));
        var cut = directory.resolve("cut");
        var random = RandomStream.of(7, "kills");
        var kills = 0;
        var process = start(more, "train", config, "--out", cut.toString());
        while (kills < times) {
            awaitSteps(cut, process);
            if (process.waitFor(random.nextInt(250), TimeUnit.MILLISECONDS)) {
                break;
            }
            process.destroyForcibly().waitFor();
            kills++;
            process = start(more, "resume", cut.toString());
        }
        succeed(process);
        assertThat(kills).as("kills before the end").isEqualTo(times);
        var left = RunDirectory.open(whole);
        var right = RunDirectory.open(cut);
        assertThat(RunSummary.of(right).stateHash())
                .isNotNull()
                .isEqualTo(RunSummary.of(left).stateHash());
        for (var series : List.of(SeriesNames.LOSS, SeriesNames.GRAD_NORM, SeriesNames.LR, SeriesNames.VAL_LOSS)) {
            var expected = left.metrics().series(series);
            var actual = right.metrics().series(series);
            assertThat(actual.steps()).as(series).isEqualTo(expected.steps());
            assertThat(actual.values()).as(series).isEqualTo(expected.values());
        }
        return right;
    }

    /// Waits until the process has written its metrics: since it has a new incarnation or has ended.
    private static void awaitSteps(Path run, Process process) throws Exception {
        var pid = process.pid();
        while (process.isAlive()) {
            if (Files.exists(run.resolve("status.json"))
                    && RunDirectory.open(run)
                            .status()
                            .filter(status -> status.pid() == pid)
                            .isPresent()) {
                return;
            }
            Thread.sleep(10);
        }
    }
}
