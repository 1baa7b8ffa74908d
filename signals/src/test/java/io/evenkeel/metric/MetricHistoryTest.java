package io.evenkeel.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.evenkeel.AppendFile;
import io.evenkeel.random.RandomStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetricHistoryTest {
    @TempDir
    Path dir;

    private MetricHistory history() {
        return MetricHistory.of(dir, 0);
    }

    private interface Value {
        double at(long step);
    }

    /// A segment with the steps `from..to` of `loss`, and `val/loss` at every tenth.
    private SegmentWriter segment(int number, int incarnation, long rewindTo, long from, long to, Value loss)
            throws IOException {
        var writer = SegmentWriter.create(
                dir, number, 1, incarnation, rewindTo, "cause " + incarnation, AppendFile.OnError.THROW);
        for (var step = from; step <= to; step++) {
            if (step % 10 == 0) {
                writer.add(step, step * 0.5, new String[] {"val/loss", "loss"}, new double[] {
                    loss.at(step) + 100, loss.at(step)
                });
            } else {
                writer.add(step, step * 0.5, new String[] {"loss"}, new double[] {loss.at(step)});
            }
        }
        writer.flush();
        return writer;
    }

    private void complete(SegmentWriter writer) throws IOException {
        writer.finish();
        writer.close();
        ZoomFile.build(writer.file());
    }

    private static long[] range(long from, long to) {
        return LongStream.rangeClosed(from, to).toArray();
    }

    @Test
    void theHighestIncarnationWinsAndTheRestIsABranch() throws IOException {
        complete(segment(0, 0, 0, 1, 20, step -> step));
        complete(segment(1, 0, 0, 21, 34, step -> step));
        complete(segment(2, 1, 25, 26, 31, step -> 1000 + step));
        segment(3, 2, 15, 16, 18, step -> 2000 + step).close();

        var loss = history().series("loss");
        assertThat(loss.steps()).containsExactly(range(1, 18));
        assertThat(loss.values()[14]).isEqualTo(15);
        assertThat(loss.values()[15]).isEqualTo(2016);
        assertThat(loss.wallSeconds()[15]).isEqualTo(8);
        assertThat(loss.branches()).hasSize(2);
        assertThat(loss.branches().get(0).incarnation()).isZero();
        assertThat(loss.branches().get(0).steps()).containsExactly(range(16, 34));
        assertThat(loss.branches().get(1).incarnation()).isEqualTo(1);
        assertThat(loss.branches().get(1).values()).contains(1026, 1031).hasSize(6);
        assertThat(history().series("val/loss").steps()).containsExactly(10);
        assertThat(history().series("nothing").steps()).isEmpty();
        assertThat(history().names()).containsExactly("loss", "val/loss");

        var steps = new ArrayList<Long>();
        var values = new ArrayList<Double>();
        history().forEach(readings -> {
            steps.add(readings.step());
            values.add(readings.get("loss"));
        });
        assertThat(steps)
                .containsExactlyElementsOf(LongStream.rangeClosed(1, 18).boxed().toList());
        assertThat(values).last().isEqualTo(2018.0);
        assertThat(history().starts())
                .containsExactly(
                        new MetricHistory.Start(0, 0, "cause 0"),
                        new MetricHistory.Start(1, 25, "cause 1"),
                        new MetricHistory.Start(2, 15, "cause 2"));
        var summary = history().summary().get("loss");
        assertThat(summary.n()).isEqualTo(18);
        assertThat(summary.max()).isEqualTo(2018);
        assertThat(summary.lastStep()).isEqualTo(18);
    }

    @Test
    void aStepMeasuredAgainAfterGoingBackToItCountsOnce() throws IOException {
        complete(segment(0, 0, 0, 0, 10, step -> step));
        complete(segment(1, 1, 5, 5, 7, step -> 50 + step));
        assertThat(history().series("loss").values()).containsExactly(0, 1, 2, 3, 4, 55, 56, 57);
        var zoom = history().query("loss", 0, 99, 100);
        assertThat(zoom.points()).isEqualTo(8);
        assertThat(zoom.buckets()).extracting(Bucket::first).containsExactly(0.0, 1.0, 2.0, 3.0, 4.0, 55.0, 56.0, 57.0);
    }

    /// Spikes, NaN and infinities on noise; the same without zoom files as with them.
    @Test
    void zoomKeepsEveryExtremeAndCountsWhatIsNotFinite() throws IOException {
        var random = RandomStream.of(3, "zoom");
        var n = 60_000;
        var loss = new double[n + 1];
        for (var step = 1; step <= n; step++) {
            loss[step] = random.nextGaussian();
        }
        var spikes = new ArrayList<Long>();
        for (var i = 0; i < 57; i++) {
            var step = 1 + random.nextLong(n);
            loss[(int) step] = 50 + i;
            spikes.add(step);
        }
        loss[777] = Double.NaN;
        loss[778] = Double.POSITIVE_INFINITY;
        loss[30_000] = Double.NaN;
        Value value = step -> loss[(int) step];
        complete(segment(0, 0, 0, 1, 25_000, value));
        complete(segment(1, 0, 0, 25_001, 45_000, value));
        complete(segment(2, 1, 41_000, 41_001, 50_000, value));
        segment(3, 1, 41_000, 50_001, n, value).close();

        var pixels = List.of(1, 7, 100, 1_900);
        var ranges = List.of(
                new long[] {0, n}, new long[] {1, 9_000_000}, new long[] {700, 800}, new long[] {24_990, 47_123});
        var zooms = new ArrayList<Zoom>();
        for (var range : ranges) {
            for (var p : pixels) {
                var zoom = history().query("loss", range[0], range[1], p);
                matchesPoints(zoom, p);
                zooms.add(zoom);
            }
        }
        var drawn = history().query("loss", 0, n, 1_900);
        assertThat(drawn.nonFinite()).isEqualTo(3);
        assertThat(drawn.nonFiniteSteps()).contains(777).contains(30_000);
        assertThat(drawn.points()).isEqualTo(n);
        assertThat(drawn.drawn()).isBetween(1_900L, 4 * 1_900L);
        var shown = drawn.buckets().stream().map(Bucket::maxStep).toList();
        // Two spikes in one column show the higher.
        for (var spike : spikes) {
            var column = spike / drawn.stepsPerBucket();
            assertThat(shown)
                    .anyMatch(step ->
                            step / drawn.stepsPerBucket() == column && loss[step.intValue()] >= loss[spike.intValue()]);
        }

        for (var number = 0; number < 3; number++) {
            Files.delete(dir.resolve(String.format("%05d.col", number)));
        }
        var again = zooms.iterator();
        for (var range : ranges) {
            for (var p : pixels) {
                var with = again.next();
                var without = history().query("loss", range[0], range[1], p);
                assertThat(without.buckets()).hasSameSizeAs(with.buckets());
                for (var i = 0; i < with.buckets().size(); i++) {
                    // Sums of sums are rounded differently.
                    var sum = with.buckets().get(i).sum();
                    assertThat(without.buckets().get(i).sum()).isCloseTo(sum, within(1e-9));
                    assertThat(withSum(sum, without.buckets().get(i)))
                            .isEqualTo(withSum(sum, with.buckets().get(i)));
                }
            }
        }
    }

    private static Bucket withSum(double sum, Bucket b) {
        return new Bucket(
                b.step0(),
                b.step1(),
                b.n(),
                b.nonFinite(),
                b.firstNonFinite(),
                b.firstStep(),
                b.first(),
                b.lastStep(),
                b.last(),
                b.minStep(),
                b.min(),
                b.maxStep(),
                b.max(),
                sum);
    }

    /// Compares a zoom with what follows from the points themselves.
    private void matchesPoints(Zoom zoom, int pixels) {
        var points = history().series("loss");
        assertThat(zoom.buckets()).hasSizeLessThanOrEqualTo(pixels);
        var builders = new TreeMap<Long, List<Integer>>();
        for (var i = 0; i < points.size(); i++) {
            var step = points.steps()[i];
            if (step >= zoom.from() && step <= zoom.to()) {
                builders.computeIfAbsent((step - zoom.from()) / zoom.stepsPerBucket(), _ -> new ArrayList<>())
                        .add(i);
            }
        }
        assertThat(zoom.buckets()).hasSameSizeAs(builders.values());
        var buckets = zoom.buckets().iterator();
        for (var indices : builders.values()) {
            var bucket = buckets.next();
            var finite = indices.stream()
                    .filter(i -> Double.isFinite(points.values()[i]))
                    .toList();
            assertThat(bucket.n()).isEqualTo(indices.size());
            assertThat(bucket.nonFinite()).isEqualTo(indices.size() - finite.size());
            assertThat(bucket.step0()).isEqualTo(points.steps()[indices.getFirst()]);
            assertThat(bucket.step1()).isEqualTo(points.steps()[indices.getLast()]);
            if (!finite.isEmpty()) {
                var stats = finite.stream().mapToDouble(i -> points.values()[i]).summaryStatistics();
                assertThat(bucket.min()).isEqualTo(stats.getMin());
                assertThat(bucket.max()).isEqualTo(stats.getMax());
                assertThat(bucket.first()).isEqualTo(points.values()[finite.getFirst()]);
                assertThat(bucket.last()).isEqualTo(points.values()[finite.getLast()]);
                assertThat(bucket.firstStep()).isEqualTo(points.steps()[finite.getFirst()]);
                assertThat(bucket.lastStep()).isEqualTo(points.steps()[finite.getLast()]);
                assertThat(bucket.mean()).isCloseTo(stats.getAverage(), within(1e-9));
            }
        }
    }

    @Test
    void aZoomFileThatDoesNotFitItsSegmentIsNotUsed() throws IOException {
        complete(segment(0, 0, 0, 1, 100, step -> step));
        var col = dir.resolve("00000.col");
        var whole = Files.readAllBytes(col);
        for (var at = 0; at < whole.length; at += 7) {
            var bytes = whole.clone();
            bytes[at] ^= 0x20;
            Files.write(col, bytes);
            assertThat(ZoomFile.read(dir.resolve("00000.seg")))
                    .as("flip at %d", at)
                    .isNull();
            assertThat(history().query("loss", 0, 200, 1).buckets().getFirst().max())
                    .isEqualTo(100);
        }
    }

    @Test
    void aTailFollowsAcrossSegmentsAndGoesOnFromAPosition() throws IOException {
        var first = segment(0, 0, 0, 1, 3, step -> step);
        var tail = history().tail();
        assertThat(tail.poll()).extracting(Readings::step).containsExactly(1L, 2L, 3L);
        assertThat(tail.poll()).isEmpty();
        first.add(4, 0, new String[] {"loss"}, new double[] {4});
        first.flush();
        assertThat(tail.poll()).extracting(Readings::toString).containsExactly("step 4 {loss=4.0}");
        var position = tail.position();
        complete(first);
        segment(1, 1, 2, 3, 5, step -> step * 10).close();

        var heard = new ArrayList<String>();
        var listener = new Tail.Listener() {
            @Override
            public void started(int number, long rewindTo, String cause) {
                heard.add("start " + number + " from " + rewindTo);
            }

            @Override
            public void readings(int incarnation, Readings readings) {
                heard.add(incarnation + ": " + readings);
            }
        };
        tail.poll(listener);
        var expected =
                List.of("start 1 from 2", "1: step 3 {loss=30.0}", "1: step 4 {loss=40.0}", "1: step 5 {loss=50.0}");
        assertThat(heard).containsExactlyElementsOf(expected);
        tail.close();

        heard.clear();
        try (var other = history().tail(position)) {
            other.poll(listener);
        }
        assertThat(heard).containsExactlyElementsOf(expected);
        heard.clear();
        try (var other = history().tail(new Tail.Position(1, tail.position().offset()))) {
            other.poll(listener);
        }
        assertThat(heard).isEmpty();
    }

    @Test
    void namesOfSeriesAreKnownToATailThatBeginsInTheMiddle() throws IOException {
        var writer = segment(0, 0, 0, 1, 3, step -> step);
        Tail.Position position;
        try (var tail = history().tail()) {
            tail.poll();
            position = tail.position();
        }
        writer.add(4, 0, new String[] {"loss"}, new double[] {4});
        writer.flush();
        writer.close();
        try (var tail = history().tail(position)) {
            assertThat(tail.poll()).extracting(Readings::toString).containsExactly("step 4 {loss=4.0}");
            assertThat(tail.poll()).isEmpty();
        }
    }

    @Test
    void aSegmentOfAnotherRunIsReportedAndNotUsed() throws IOException {
        segment(0, 0, 0, 1, 3, step -> step).close();
        assertThat(MetricHistory.of(dir, 2).names()).isEmpty();
        assertThat(MetricHistory.of(dir, 2).damages())
                .extracting(Damage::reason)
                .containsExactly("belong to another run");
        assertThat(MetricHistory.of(dir, 1).series(List.of("loss", "lr")))
                .satisfies(data -> assertThat(data.get("loss").size()).isEqualTo(3))
                .satisfies(data -> assertThat(data.get("lr").size()).isZero());
    }

    @Test
    void nothingIsThereBeforeTheRunStarts() {
        var none = MetricHistory.of(dir.resolve("none"), 0);
        assertThat(none.names()).isEmpty();
        assertThat(none.summary()).isEqualTo(Map.of());
        assertThat(none.query("loss", 0, 10, 5).buckets()).isEmpty();
        assertThat(none.tail().poll()).isEmpty();
        assertThatThrownBy(() -> none.query("loss", 0, 10, 0)).hasMessage("pixels must be >= 1 but was 0");
    }
}
