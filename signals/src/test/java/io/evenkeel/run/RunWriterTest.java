package io.evenkeel.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.evenkeel.InputException;
import io.evenkeel.metric.MetricSink;
import io.evenkeel.metric.Readings;
import io.evenkeel.metric.SeriesNames;
import io.evenkeel.metric.TensorBoardReader;
import io.evenkeel.metric.TensorBoardWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class RunWriterTest {
    @TempDir
    Path dir;

    private RunDirectory run() {
        return TestRuns.create(dir.resolve("run"));
    }

    private static RunWriter.Options options(int values, int entries, long segmentBytes, Runnable beforeWrite) {
        return new RunWriter.Options(values, entries, 50, 0, segmentBytes, beforeWrite);
    }

    @Test
    void whatWasRecordedIsReadWhileItRunsAndAfterwards() {
        var run = run();
        try (var writer = run.continueWriting(Incarnation.START)) {
            for (var step = 1; step <= 100; step++) {
                writer.record(TestRuns.readings(step, step == 50 ? Double.NaN : 1.0 / step));
            }
            writer.sync();
            assertThat(run.metrics().series("loss").steps())
                    .containsExactly(LongStream.rangeClosed(1, 100).toArray());
            assertThat(run.status().orElseThrow().liveness(Instant.now())).isEqualTo(Status.Liveness.RUNNING);
            writer.status(Status.State.FINISHED, 100, 100, "all steps done");
        }
        assertThat(run.metrics().series("loss").values()[49]).isNaN();
        assertThat(run.metrics().series("probe/layer.0").values()[99]).isEqualTo(-0.01);
        assertThat(run.metrics().summary().get("loss").firstNonFinite()).isEqualTo(50);
        var status = run.status().orElseThrow();
        assertThat(status.state()).isEqualTo(Status.State.FINISHED);
        assertThat(status.message()).isEqualTo("all steps done");
        assertThat(status.totalSteps()).isEqualTo(100);
        assertThat(run.path().resolve("metrics/00000.col")).exists();
    }

    @Test
    void rewindsInPlaceResumesAndRollsSegments() throws IOException {
        var run = run();
        var options = options(1 << 18, 1_000, 4_096, () -> {});
        try (var writer = run.continueWriting(Incarnation.START, options)) {
            for (var step = 1; step <= 200; step++) {
                writer.record(TestRuns.readings(step, step));
            }
            var next = writer.rewind(150, "rollback");
            assertThat(next).isEqualTo(new Incarnation(1, 150, "rollback"));
            assertThat(writer.incarnation()).isEqualTo(next);
            assertThatThrownBy(() -> writer.record(TestRuns.readings(149, 0)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("step must be >= 150, the last one recorded, but was 149");
            for (var step = 151; step <= 160; step++) {
                writer.record(TestRuns.readings(step, 1_000 + step));
            }
        }
        assertThat(run.status().orElseThrow().state()).isEqualTo(Status.State.STOPPED);
        assertThat(run.status().orElseThrow().step()).isEqualTo(160);
        assertThat(run.status().orElseThrow().incarnation()).isEqualTo(1);
        assertThat(run.incarnations()).containsExactly(Incarnation.START, new Incarnation(1, 150, "rollback"));
        assertThatThrownBy(() -> run.continueWriting(new Incarnation(1, 155, "resume")))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("cannot go on as 1");
        try (var writer = run.continueWriting(run.nextIncarnation(155, "resume"), options)) {
            writer.record(TestRuns.readings(156, 2_156));
        }
        var loss = run.metrics().series("loss");
        assertThat(loss.steps()).containsExactly(LongStream.rangeClosed(1, 156).toArray());
        assertThat(loss.values()[149]).isEqualTo(150);
        assertThat(loss.values()[150]).isEqualTo(1_151);
        assertThat(loss.values()[155]).isEqualTo(2_156);
        assertThat(loss.branches()).extracting(branch -> branch.steps().length).containsExactly(50, 5);
        try (var segments = Files.newDirectoryStream(run.path().resolve("metrics"), "*.seg")) {
            assertThat(segments).hasSizeGreaterThan(4);
        }
        assertThat(run.metrics().damages()).isEmpty();
    }

    @Test
    void neverWaitsForASlowDiskAndDropsOnlyProbes() throws InterruptedException {
        var run = run();
        var paused = new CountDownLatch(1);
        var options = options(1_000, 10_000, 64 << 20, () -> await(paused));
        var steps = 3_000;
        var writer = run.continueWriting(Incarnation.START, options);
        var slowest = 0L;
        try {
            for (var step = 1; step <= steps; step++) {
                var readings = TestRuns.readings(step, step).put(SeriesNames.GRAD_NORM, 2 * step);
                var before = System.nanoTime();
                writer.record(readings);
                slowest = Math.max(slowest, System.nanoTime() - before);
            }
            writer.event(RunEvent.of(steps, Instant.EPOCH, "note", "still here"));
        } finally {
            paused.countDown();
            writer.close();
        }
        // The disk stood still all the time: waiting for it would never have ended.
        assertThat(slowest).isLessThan(Duration.ofSeconds(2).toNanos());
        var metrics = run.metrics();
        var all = LongStream.rangeClosed(1, steps).toArray();
        assertThat(metrics.series("loss").steps()).containsExactly(all);
        assertThat(metrics.series("lr").steps()).containsExactly(all);
        assertThat(metrics.series(SeriesNames.GRAD_NORM).steps()).containsExactly(all);
        var kept = metrics.series("probe/layer.0").size();
        assertThat(kept).isBetween(200, 400);
        var dropped = metrics.series(SeriesNames.STORE_DROPPED);
        assertThat(dropped.values()[dropped.size() - 1]).isEqualTo(steps - kept);
        assertThat(run.events()).extracting(RunEvent::text).containsExactly("still here");
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aDiskThatIsStuckForLongIsAnErrorInsteadOfAllMemory() {
        var run = run();
        var paused = new CountDownLatch(1);
        try (var writer = run.continueWriting(Incarnation.START, options(10, 50, 64 << 20, () -> await(paused)))) {
            assertThatThrownBy(() -> {
                        for (var step = 1; step <= 200; step++) {
                            writer.record(TestRuns.readings(step, step));
                        }
                    })
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessageContaining("the disk is stuck, 50 steps wait to be written");
            paused.countDown();
        }
    }

    @Test
    void aDiskThatStaysFullIsOneClearLineAndTheRunGoesOnMeanwhile() throws IOException {
        var full = Path.of("/dev/full");
        Assumptions.assumeTrue(Files.isWritable(full), "no /dev/full on this system");
        var run = run();
        Files.createSymbolicLink(run.path().resolve("events.jsonl"), full);
        var writer = run.continueWriting(Incarnation.START, options(1_000, 1_000, 64 << 20, () -> {}));
        writer.record(TestRuns.readings(1, 1));
        writer.event(RunEvent.of(1, Instant.EPOCH, "note", "does not fit"));
        assertThatThrownBy(writer::sync)
                .isInstanceOf(UncheckedIOException.class)
                .hasMessage("cannot write run " + run.path() + ": No space left on device");
        writer.record(TestRuns.readings(2, 2));
        assertThatThrownBy(writer::close).hasMessageContaining("No space left");
        assertThat(run.status().orElseThrow().state()).isEqualTo(Status.State.FAILED);
        assertThat(run.status().orElseThrow().message()).contains("No space left");
        Files.delete(run.path().resolve("events.jsonl"));
        try (var again = run.continueWriting(run.nextIncarnation(1, "resume"))) {
            again.record(TestRuns.readings(2, 2));
        }
        assertThat(run.metrics().series("loss").steps()).containsExactly(1, 2);
    }

    @Test
    void closeTellsAnErrorThatNoCallHasTold() throws IOException {
        var run = run();
        var writer = run.continueWriting(Incarnation.START, options(1_000, 1_000, 64 << 20, () -> {
            throw new IllegalStateException("broken on purpose");
        }));
        try {
            writer.record(TestRuns.readings(1, 1));
        } finally {
            assertThatThrownBy(writer::close)
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessageContaining("broken on purpose");
        }
        run.continueWriting(run.nextIncarnation(0, "resume")).close();
    }

    @Test
    void aPlaceThatCannotBeWrittenIsOneClearLine() throws IOException {
        var run = run();
        var metrics = run.path().resolve("metrics");
        Files.delete(metrics);
        Files.writeString(metrics, "in the way");
        assertThatThrownBy(() -> run.continueWriting(Incarnation.START))
                .isInstanceOf(InputException.class)
                .hasMessageContaining(metrics.toString());
        Files.delete(metrics);
        run.continueWriting(Incarnation.START).close();
    }

    @Test
    void oneWriterAtATimeInThisProcess() {
        var run = run();
        try (var _ = run.continueWriting(Incarnation.START)) {
            assertThatThrownBy(() -> run.continueWriting(new Incarnation(1, 0, "resume")))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("is being written by process "
                            + ProcessHandle.current().pid());
        }
        run.continueWriting(new Incarnation(1, 0, "resume")).close();
    }

    @Test
    void heartbeatsGoOnByThemselves() throws InterruptedException {
        var run = run();
        try (var writer = run.continueWriting(Incarnation.START, options(1_000, 1_000, 64 << 20, () -> {}))) {
            var first = run.status().orElseThrow();
            writer.record(TestRuns.readings(17, 1));
            writer.status(Status.State.RUNNING, 17, 20, null);
            Status later;
            do {
                Thread.sleep(20);
                later = run.status().orElseThrow();
            } while (later.step() != 17);
            assertThat(later.heartbeat()).isAfter(first.heartbeat());
            assertThat(later.totalSteps()).isEqualTo(20);
        }
        assertThatThrownBy(() -> {
                    var writer = run.continueWriting(run.nextIncarnation(17, "resume"));
                    writer.close();
                    writer.record(TestRuns.readings(18, 1));
                })
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
    }

    @Test
    void anInterruptedTrainingThreadDoesNotHarmTheFiles() {
        var run = run();
        try (var writer = run.continueWriting(Incarnation.START)) {
            Thread.currentThread().interrupt();
            writer.record(TestRuns.readings(1, 1));
            writer.sync();
            writer.record(TestRuns.readings(2, 1));
            writer.status(Status.State.STOPPED, 2, 10, "signal");
        }
        assertThat(Thread.interrupted()).isTrue();
        assertThat(run.metrics().series("loss").size()).isEqualTo(2);
        assertThat(run.status().orElseThrow().state()).isEqualTo(Status.State.STOPPED);
    }

    @Test
    void forwardsToTensorBoard() throws IOException {
        var run = run();
        try (var writer = run.continueWriting(Incarnation.START)) {
            writer.forwardTo(new TensorBoardWriter(run.tensorboard()));
            writer.record(TestRuns.readings(1, 1));
            writer.record(TestRuns.readings(2, 4));
            writer.rewind(1, "rollback");
            writer.record(TestRuns.readings(2, 0.5));
        }
        var losses = new ArrayList<Double>();
        for (var file : TensorBoardReader.files(run.tensorboard())) {
            try (var reader = new TensorBoardReader(file)) {
                reader.read(readings -> losses.add(readings.get("loss")));
            }
        }
        assertThat(losses).containsExactly(1.0, 4.0, 0.5);
    }

    @Test
    void aSinkThatFailsIsDroppedAndTheRunGoesOn() {
        var run = run();
        try (var writer = run.continueWriting(Incarnation.START)) {
            writer.forwardTo(new MetricSink() {
                @Override
                public void started(int incarnation, long rewindTo, String cause) {}

                @Override
                public void readings(Readings readings) throws IOException {
                    throw new IOException("no such place");
                }

                @Override
                public void flush() {}

                @Override
                public void close() {}
            });
            for (var step = 1; step <= 10; step++) {
                writer.record(TestRuns.readings(step, 1));
            }
        }
        assertThat(run.metrics().series("loss").size()).isEqualTo(10);
        assertThat(run.events()).extracting(RunEvent::kind).containsExactly("alert");
        assertThat(run.events().getFirst().text()).contains("stopped: no such place");
    }
}
