package io.evenkeel.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.evenkeel.AppendFile;
import io.evenkeel.random.RandomStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SegmentTest {
    @TempDir
    Path dir;

    /// A frame as read back.
    private record Row(long step, double wall, List<String> names, List<Long> bits) {}

    private static final class Rows extends NamedVisitor {
        private final List<String> names = new ArrayList<>();
        private final List<Row> rows = new ArrayList<>();
        private final List<String> starts = new ArrayList<>();

        @Override
        void defined(int id, Series series) {
            assertThat(id).isEqualTo(names.size());
            names.add(series.name());
        }

        @Override
        public void incarnation(int number, long rewindTo, String cause) {
            starts.add(number + " " + rewindTo + " " + cause);
        }

        @Override
        public void scalars(long step, double wall, int count, int[] ids, double[] values) {
            rows.add(new Row(
                    step,
                    wall,
                    Arrays.stream(ids, 0, count).mapToObj(names::get).toList(),
                    Arrays.stream(values, 0, count)
                            .mapToObj(Double::doubleToRawLongBits)
                            .toList()));
        }
    }

    private SegmentWriter create() throws IOException {
        return SegmentWriter.create(dir, 0, 77, 3, 41, "resume", AppendFile.OnError.THROW);
    }

    private static Rows read(Path file) throws IOException {
        var rows = new Rows();
        try (var reader = new SegmentReader(file)) {
            reader.read(rows);
            assertThat(reader.damages()).isEmpty();
        }
        return rows;
    }

    @Test
    void keepsEveryBitOfEveryDouble() throws IOException {
        var values = new double[] {
            Double.NaN,
            Double.longBitsToDouble(0xfff8dead_beef0001L),
            Double.POSITIVE_INFINITY,
            Double.NEGATIVE_INFINITY,
            -0.0,
            0.0,
            Double.MIN_VALUE,
            Double.MAX_VALUE,
            0.1
        };
        var names = new String[values.length];
        Arrays.setAll(names, i -> "series/größe " + i);
        try (var writer = create()) {
            writer.add(42, 1.7e9 + 0.25, names, values);
            writer.add(Long.MAX_VALUE, Double.NaN, new String[0], new double[0]);
            writer.finish();
        }
        var rows = read(dir.resolve("00000.seg"));
        assertThat(rows.starts).containsExactly("3 41 resume");
        assertThat(rows.rows).hasSize(2);
        assertThat(rows.rows.getFirst())
                .isEqualTo(new Row(
                        42,
                        1.7e9 + 0.25,
                        List.of(names),
                        Arrays.stream(values)
                                .mapToObj(Double::doubleToRawLongBits)
                                .toList()));
        assertThat(rows.rows.getLast()).isEqualTo(new Row(Long.MAX_VALUE, Double.NaN, List.of(), List.of()));
    }

    @Test
    void splitsAStepWithMoreReadingsThanAFrameHolds() throws IOException {
        var names = new String[FrameBuffer.MAX_READINGS * 2 + 1];
        var values = new double[names.length];
        Arrays.setAll(names, i -> "s" + i);
        Arrays.setAll(values, i -> i);
        try (var writer = create()) {
            writer.add(50, 0, names, values);
            writer.flush();
        }
        var rows = read(dir.resolve("00000.seg")).rows;
        assertThat(rows).extracting(Row::step).containsExactly(50L, 50L, 50L);
        assertThat(rows.stream().mapToInt(row -> row.names().size()).sum()).isEqualTo(names.length);
        assertThat(rows.getLast().bits()).containsExactly(Double.doubleToRawLongBits(names.length - 1));
    }

    /// Writes five steps and returns the size of the file after each.
    private long[] fiveSteps() throws IOException {
        var sizes = new long[6];
        try (var writer = create()) {
            sizes[0] = writer.bytes();
            for (var i = 1; i <= 5; i++) {
                writer.add(41 + i, i, new String[] {"loss", "lr"}, new double[] {1.0 / i, 1e-3 * i});
                writer.flush();
                sizes[i] = writer.bytes();
            }
        }
        return sizes;
    }

    @Test
    void stopsAtATornFrameCutAnywhereAndGoesOnWhenTheRestComes() throws IOException {
        var sizes = fiveSteps();
        var file = dir.resolve("00000.seg");
        var whole = Files.readAllBytes(file);
        for (var cut = sizes[4]; cut < sizes[5]; cut++) {
            Files.write(file, Arrays.copyOf(whole, (int) cut));
            var rows = new Rows();
            try (var reader = new SegmentReader(file)) {
                reader.read(rows);
                assertThat(rows.rows).as("cut at %d", cut).hasSize(4);
                assertThat(reader.position()).isEqualTo(sizes[4]);
                Files.write(file, whole);
                reader.read(rows);
                assertThat(rows.rows)
                        .as("cut at %d", cut)
                        .extracting(Row::step)
                        .containsExactly(42L, 43L, 44L, 45L, 46L);
                assertThat(reader.damages()).isEmpty();
            }
        }
    }

    @Test
    void recoveryCutsATornEndAnywhereAndClosesTheSegment() throws IOException {
        var sizes = fiveSteps();
        var file = dir.resolve("00000.seg");
        var whole = Files.readAllBytes(file);
        for (var cut = 0; cut <= whole.length; cut++) {
            Files.deleteIfExists(ZoomFile.pathOf(file));
            Files.write(file, Arrays.copyOf(whole, cut));
            var next = SegmentWriter.recover(dir);
            if (cut < FrameBuffer.HEADER_BYTES) {
                assertThat(next).isZero();
                assertThat(file).doesNotExist();
                continue;
            }
            assertThat(next).isEqualTo(1);
            var steps = 0;
            while (steps < 5 && sizes[steps + 1] <= cut) {
                steps++;
            }
            var rows = new Rows();
            try (var reader = new SegmentReader(file)) {
                reader.read(rows);
                assertThat(rows.rows).as("cut at %d", cut).hasSize(steps);
                assertThat(reader.complete()).isTrue();
                assertThat(reader.position()).isEqualTo(Files.size(file));
            }
            assertThat(SegmentWriter.recover(dir)).isEqualTo(1);
        }
    }

    @Test
    void reportsAFlippedByteAnywhereInTheMiddleAndReadsTheRest() throws IOException {
        var sizes = fiveSteps();
        var file = dir.resolve("00000.seg");
        var whole = Files.readAllBytes(file);
        for (var at = sizes[1]; at < sizes[2]; at++) {
            for (var bit = 0; bit < 8; bit++) {
                var bytes = whole.clone();
                bytes[(int) at] ^= (byte) (1 << bit);
                Files.write(file, bytes);
                var rows = new Rows();
                try (var reader = new SegmentReader(file)) {
                    reader.read(rows);
                    assertThat(rows.rows).extracting(Row::step).containsExactly(42L, 44L, 45L, 46L);
                    assertThat(reader.damages())
                            .singleElement()
                            .satisfies(damage -> assertThat(damage.offset()).isEqualTo(sizes[1]))
                            .satisfies(damage -> assertThat(damage.bytes()).isEqualTo(sizes[2] - sizes[1]));
                }
            }
        }
    }

    @Test
    void aDamagedBeginningIsReportedAndTheIncarnationKnownAnyway() throws IOException {
        fiveSteps();
        var file = dir.resolve("00000.seg");
        var whole = Files.readAllBytes(file);
        for (var at = 0; at < FrameBuffer.HEADER_BYTES + 15; at++) {
            var bytes = whole.clone();
            bytes[at] ^= 0x10;
            Files.write(file, bytes);
            var history = MetricHistory.of(dir, 0);
            assertThat(history.damages()).as("flip at %d", at).isNotEmpty();
            assertThat(history.starts()).extracting(MetricHistory.Start::number).containsExactly(3);
            assertThat(history.starts())
                    .extracting(MetricHistory.Start::rewindTo)
                    .containsExactly(41L);
            assertThat(history.series("loss").steps()).hasSize(5);
        }
    }

    @Test
    void findsGoodFramesBehindALongRunOfRandomBytes() throws IOException {
        fiveSteps();
        var file = dir.resolve("00000.seg");
        var good = Files.readAllBytes(file);
        var random = RandomStream.of(5, "noise");
        var noise = new byte[3 << 20];
        random.nextBytes(noise);
        var frames = Arrays.copyOfRange(good, FrameBuffer.HEADER_BYTES, good.length);
        try (var out = Files.newOutputStream(file)) {
            out.write(good);
            out.write(noise);
            out.write(frames);
        }
        var rows = new Rows();
        try (var reader = new SegmentReader(file)) {
            reader.read(new SegmentVisitor() {
                @Override
                public void scalars(long step, double wall, int count, int[] ids, double[] values) {
                    rows.rows.add(new Row(step, wall, List.of(), List.of()));
                }
            });
            assertThat(rows.rows).hasSize(10);
            assertThat(reader.damages())
                    .singleElement()
                    .extracting(Damage::bytes)
                    .isEqualTo((long) noise.length);
        }
    }

    @Test
    void refusesNamesThatAreBlankOrEndless() throws IOException {
        try (var writer = create()) {
            assertThatThrownBy(() -> writer.add(1, 0, new String[] {" "}, new double[1]))
                    .hasMessageContaining("series name must have 1 to 1000 bytes");
            assertThatThrownBy(() -> writer.add(1, 0, new String[] {"x".repeat(1001)}, new double[1]))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void aFullDiskIsAnError() throws IOException {
        var full = Path.of("/dev/full");
        Assumptions.assumeTrue(Files.isWritable(full), "no /dev/full on this system");
        Files.createSymbolicLink(dir.resolve("link"), full);
        assertThatThrownBy(() -> {
                    try (var channel = java.nio.channels.FileChannel.open(
                            dir.resolve("link"), java.nio.file.StandardOpenOption.WRITE)) {
                        var buffer = new FrameBuffer();
                        buffer.header(0, 0, 0);
                        channel.write(buffer.view());
                    }
                })
                .isInstanceOf(IOException.class)
                .hasMessageContaining("No space left");
    }
}
