package io.evenkeel.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TensorBoardTest {
    @TempDir
    Path dir;

    private static List<Readings> read(Path file) throws IOException {
        var all = new ArrayList<Readings>();
        try (var reader = new TensorBoardReader(file)) {
            reader.read(all::add);
        }
        return all;
    }

    @Test
    void writesWhatIsReadBackOneDirectoryAnIncarnation() throws IOException {
        try (var writer = new TensorBoardWriter(dir)) {
            writer.started(0, 0, "start");
            writer.readings(new Readings(1, 1.7e9).put("loss", 2.5).put("a/ü", Double.NaN));
            writer.readings(new Readings(2, 1.7e9 + 1).put("loss", Double.NEGATIVE_INFINITY));
            writer.started(1, 1, "rollback");
            writer.readings(new Readings(2, Double.NaN).put("loss", 0.25));
        }
        var files = TensorBoardReader.files(dir);
        assertThat(files)
                .extracting(file -> dir.relativize(file.getParent()).toString())
                .containsExactly("incarnation-0", "incarnation-1");
        assertThat(files.getFirst().getFileName().toString()).matches("events\\.out\\.tfevents\\.\\d{10}\\..+");
        var first = read(files.getFirst());
        assertThat(first)
                .extracting(Readings::toString)
                .containsExactly("step 1 {loss=2.5, a/ü=NaN}", "step 2 {loss=-Infinity}");
        assertThat(first.getLast().wallSeconds()).isEqualTo(1.7e9 + 1);
        assertThat(read(files.getLast())).extracting(Readings::toString).containsExactly("step 2 {loss=0.25}");
    }

    /// The first record byte for byte, as derived by hand from the protobuf and framing rules.
    @Test
    void beginsWithTheVersionRecord() throws IOException {
        try (var writer = new TensorBoardWriter(dir)) {
            writer.started(0, 0, "start");
        }
        var bytes = ByteBuffer.wrap(
                        Files.readAllBytes(TensorBoardReader.files(dir).getFirst()))
                .order(ByteOrder.LITTLE_ENDIAN);
        assertThat(bytes.getLong(0)).isEqualTo(24);
        assertThat(bytes.get(12)).isEqualTo((byte) 0x09);
        assertThat(bytes.getDouble(13)).isBetween(1.6e9, 1e10);
        assertThat(Arrays.copyOfRange(bytes.array(), 21, 36))
                .isEqualTo("\u001a\rbrain.Event:2".getBytes(StandardCharsets.ISO_8859_1));
        assertThat(bytes.capacity()).isEqualTo(40);
    }

    @Test
    void masksTheCheckValueOfCrc32c() {
        var digits = "123456789".getBytes(StandardCharsets.US_ASCII);
        var crc = 0xE3069283;
        assertThat(TensorBoardWriter.maskedCrc(digits, 0, 9)).isEqualTo(((crc >>> 15) | (crc << 17)) + 0xa282ead8);
    }

    @Test
    void waitsAtACutAndStopsAtDamage() throws IOException {
        try (var writer = new TensorBoardWriter(dir)) {
            writer.started(0, 0, "start");
            writer.readings(new Readings(1, 1).put("loss", 1));
            writer.readings(new Readings(2, 2).put("loss", 2));
        }
        var file = TensorBoardReader.files(dir).getFirst();
        var whole = Files.readAllBytes(file);
        var last = (whole.length - 40) / 2;
        for (var cut = whole.length - last; cut < whole.length; cut++) {
            Files.write(file, Arrays.copyOf(whole, cut));
            var all = new ArrayList<Readings>();
            try (var reader = new TensorBoardReader(file)) {
                reader.read(all::add);
                assertThat(all).hasSize(1);
                Files.write(file, whole);
                reader.read(all::add);
                assertThat(all).hasSize(2);
            }
        }
        for (var at = 40; at < whole.length - last; at++) {
            var bytes = whole.clone();
            bytes[at] ^= 4;
            Files.write(file, bytes);
            assertThatThrownBy(() -> read(file)).isInstanceOf(IOException.class).hasMessageContaining("record at 40");
        }
    }

    private static byte[] message(Object... parts) {
        var out = ByteBuffer.allocate(1_000).order(ByteOrder.LITTLE_ENDIAN);
        for (var i = 0; i < parts.length; i += 2) {
            var field = (int) parts[i] << 3;
            switch (parts[i + 1]) {
                case Integer number -> out.put((byte) field).put(number.byteValue());
                case Float number -> out.put((byte) (field | 5)).putFloat(number);
                case Double number -> out.put((byte) (field | 1)).putDouble(number);
                case byte[] bytes ->
                    out.put((byte) (field | 2)).put(length(bytes.length)).put(bytes);
                case String text ->
                    out.put((byte) (field | 2)).put((byte) text.length()).put(text.getBytes(StandardCharsets.US_ASCII));
                default -> throw new AssertionError(parts[i + 1]);
            }
        }
        return Arrays.copyOf(out.array(), out.position());
    }

    private static byte[] length(int length) {
        return length < 128
                ? new byte[] {(byte) length}
                : new byte[] {(byte) ((length & 0x7f) | 0x80), (byte) (length >> 7)};
    }

    private static byte[] record(byte[] data) {
        var frame = ByteBuffer.allocate(data.length + 16).order(ByteOrder.LITTLE_ENDIAN);
        frame.putLong(data.length);
        frame.putInt(masked(frame.array(), 8)).put(data).putInt(masked(data, data.length));
        return frame.array();
    }

    private static int masked(byte[] bytes, int length) {
        var crc = new CRC32C();
        crc.update(bytes, 0, length);
        var sum = (int) crc.getValue();
        return ((sum >>> 15) | (sum << 17)) + 0xa282ead8;
    }

    /// Scalars as tensors, as newer writers store them, in every layout; other plugins and restarts.
    @Test
    void readsTheNewFormOfScalarsAndRestarts() throws IOException {
        var raw = ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putFloat(1.5f)
                .array();
        var wide = ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putDouble(1e300)
                .array();
        var summary = message(
                1, message(1, "raw", 8, message(1, 1, 4, raw)),
                1, message(1, "packed", 8, message(1, 1, 5, raw)),
                1, message(1, "single", 8, message(1, 1, 5, 1.5f)),
                1, message(1, "wide", 8, message(1, 2, 6, wide)),
                1, message(1, "single wide", 8, message(1, 2, 6, 1e300)),
                1, message(1, "text", 8, message(1, 7, 8, "words")),
                1, message(1, "histogram", 5, message(1, 0.5)));
        var file = dir.resolve("events.out.tfevents.1.x");
        Files.write(file, record(message(1, 5.0, 2, 7, 7, message(1, 1))));
        Files.write(file, record(message(1, 6.0, 2, 8, 5, summary)), java.nio.file.StandardOpenOption.APPEND);
        var heard = new ArrayList<String>();
        try (var reader = new TensorBoardReader(file)) {
            reader.read(new TensorBoardReader.Listener() {
                @Override
                public void readings(Readings readings) {
                    heard.add(readings.toString());
                }

                @Override
                public void restarted(long step) {
                    heard.add("restart at " + step);
                }
            });
        }
        assertThat(heard)
                .containsExactly(
                        "restart at 7", "step 8 {raw=1.5, packed=1.5, single=1.5, wide=1.0E300, single wide=1.0E300}");
    }
}
