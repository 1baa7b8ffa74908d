package io.evenkeel.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.evenkeel.AppendFile;
import io.evenkeel.InputException;
import io.evenkeel.metric.SegmentWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunIndexTest {
    @TempDir
    Path dir;

    private Path runs() throws IOException {
        return Files.createDirectories(dir.resolve("runs"));
    }

    private RunIndex index() {
        return RunIndex.open(dir.resolve("cache/runs.sqlite"));
    }

    private void finished(String name, double loss) throws IOException {
        var run = TestRuns.create(runs().resolve("project").resolve(name));
        try (var writer = run.continueWriting(Incarnation.START)) {
            for (var step = 1; step <= 10; step++) {
                writer.record(TestRuns.readings(step, step == 4 ? Double.NaN : loss + Math.abs(step - 7)));
            }
            writer.event(RunEvent.of(4, Instant.now(), "nonfinite", "loss is NaN"));
            writer.status(Status.State.FINISHED, 10, 10, null);
        }
    }

    @Test
    void knowsWhatIsInTheDirectories() throws IOException {
        finished("a", 2);
        finished("b", 3);
        Files.createDirectories(runs().resolve("project/c/metrics"));
        var damaged = TestRuns.create(runs().resolve("d")).path();
        Files.writeString(damaged.resolve("manifest.json"), "{}");
        try (var index = index()) {
            var entries = index.list(runs());
            assertThat(entries)
                    .extracting(entry -> entry.path().getFileName().toString())
                    .containsExactly("b", "a", "d", "c");
            assertThat(entries.get(2).broken()).contains("manifest.json is damaged");
            assertThat(entries.get(3).broken()).contains("is not a run");
            var a = entries.get(1);
            assertThat(a.about().seed()).isEqualTo(7);
            assertThat(a.about().data()).isEqualTo("bundled");
            assertThat(a.liveness(Instant.now())).contains(Status.Liveness.FINISHED);
            assertThat(index.tags(a.path())).containsExactly("peri", "tiny");
            assertThat(index.parameters(a.path()))
                    .containsEntry("optimizer.lr", "3.0E-4")
                    .containsEntry("optimizer.betas", "[0.9, 0.95]")
                    .containsEntry("train.seed", "7");
            assertThat(index.eventCounts(a.path())).containsExactly(java.util.Map.entry("nonfinite", 1L));
            var loss = index.summary(a.path()).get("loss");
            assertThat(loss).isEqualTo(new RunIndex.Summary(10, 5, 10, 2, 8, 2, 7, 1, 4));
            assertThat(index.summary(a.path()).get("lr").best()).isNaN();
            assertThat(index.summaries(runs(), "loss")).hasSize(2).containsValue(loss);
            assertThat(index.list(runs().resolve("project"))).hasSize(3);
            assertThat(index.list(a.path())).hasSize(1);
            assertThatThrownBy(() -> index.list(dir.resolve("nowhere")))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("must exist");
        }
    }

    @Test
    void readsAgainWhatChangedAndForgetsWhatIsGone() throws IOException {
        finished("a", 2);
        finished("b", 3);
        var a = runs().resolve("project/a").toRealPath();
        try (var index = index()) {
            index.list(runs());
            var run = RunDirectory.open(a);
            try (var writer = run.continueWriting(run.nextIncarnation(10, "resume"))) {
                writer.record(TestRuns.readings(11, 0.5));
            }
            var entry = index.list(runs()).stream()
                    .filter(e -> e.path().equals(a))
                    .findFirst()
                    .orElseThrow();
            assertThat(entry.status().state()).isEqualTo(Status.State.STOPPED);
            assertThat(index.summary(a).get("loss").best()).isEqualTo(0.5);

            var manifest = Files.readAllBytes(a.resolve("manifest.json"));
            Files.writeString(a.resolve("manifest.json"), "gone");
            assertThat(index.list(runs()))
                    .last()
                    .satisfies(e -> assertThat(e.broken()).contains("damaged"));
            assertThat(index.summary(a)).isEmpty();
            Files.write(a.resolve("manifest.json"), manifest);
            assertThat(index.list(runs()))
                    .allSatisfy(e -> assertThat(e.broken()).isNull());
            assertThat(index.summary(a).get("loss").n()).isEqualTo(11);

            try (var tree = Files.walk(a)) {
                tree.sorted(java.util.Comparator.reverseOrder())
                        .forEach(path -> path.toFile().delete());
            }
            assertThat(index.list(runs())).hasSize(1);
            index.forget(runs());
            assertThat(index.list(runs())).hasSize(1);
        }
    }

    @Test
    void listsAThousandRunsWithinASecondOnceTheyAreKnown() throws IOException {
        for (var i = 0; i < 1_000; i++) {
            smallRun(runs().resolve("p" + i % 10).resolve("run-" + i), i);
        }
        try (var index = index()) {
            var start = System.nanoTime();
            assertThat(index.list(runs())).hasSize(1_000);
            var cold = System.nanoTime() - start;
            var warm = LongStream.range(0, 5)
                    .map(_ -> {
                        var before = System.nanoTime();
                        assertThat(index.list(dir.resolve("runs"))).hasSize(1_000);
                        return System.nanoTime() - before;
                    })
                    .sorted()
                    .toArray()[2];
            System.out.printf("index of 1,000 runs: cold %d ms, warm %d ms%n", cold / 1_000_000, warm / 1_000_000);
            assertThat(Duration.ofNanos(warm)).isLessThan(Duration.ofSeconds(1));
            assertThat(index.summaries(runs(), "loss")).hasSize(1_000);
        }
        try (var index = index()) {
            assertThat(index.list(runs()))
                    .allSatisfy(entry -> assertThat(entry.broken()).isNull());
        }
    }

    /// A run as its files are, without the waits for the disk that make it safe.
    private static void smallRun(Path path, int number) throws IOException {
        var metrics = Files.createDirectories(path.resolve("metrics"));
        var manifest = TestRuns.manifest("run " + number);
        Files.write(path.resolve("manifest.json"), manifest.bytes());
        Files.writeString(path.resolve("config.yaml"), TestRuns.CONFIG);
        var hash = manifest.runId().getMostSignificantBits() ^ manifest.runId().getLeastSignificantBits();
        try (var writer = SegmentWriter.create(metrics, 0, hash, 0, 0, "start", AppendFile.OnError.THROW)) {
            for (var step = 1; step <= 20; step++) {
                writer.add(step, step, new String[] {"loss", "lr"}, new double[] {number + 1.0 / step, 1e-3});
            }
            writer.finish();
        }
    }

    @Test
    void aDamagedIndexIsReplacedAndANewerOneLeftAlone() throws IOException, SQLException {
        finished("a", 2);
        var file = dir.resolve("cache/runs.sqlite");
        Files.createDirectories(file.getParent());
        Files.writeString(file, "this is no database, whatever its name says. ".repeat(100));
        try (var index = index()) {
            assertThat(index.list(runs())).hasSize(1);
        }
        try (var connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                var statement = connection.createStatement()) {
            statement.execute("PRAGMA user_version = 99");
        }
        try (var index = index()) {
            assertThat(index.list(runs())).hasSize(1);
        }
        try (var connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                var statement = connection.createStatement();
                var version = statement.executeQuery("PRAGMA user_version")) {
            assertThat(version.getInt(1)).isEqualTo(99);
        }
    }

    @Test
    void worksWithoutAPlaceForTheIndex() throws IOException {
        finished("a", 2);
        var inTheWay = Files.writeString(dir.resolve("file"), "x");
        try (var index = RunIndex.open(inTheWay.resolve("runs.sqlite"))) {
            assertThat(index.list(runs())).hasSize(1);
        }
    }

    @Test
    void twoIndexesShareOneFile() throws IOException {
        finished("a", 2);
        try (var one = index();
                var two = index()) {
            assertThat(one.list(runs())).hasSize(1);
            finished("b", 3);
            assertThat(two.list(runs())).hasSize(2);
            assertThat(one.list(runs())).hasSize(2);
            assertThat(one.summary(runs().resolve("project/b"))).containsKey("loss");
        }
    }
}
