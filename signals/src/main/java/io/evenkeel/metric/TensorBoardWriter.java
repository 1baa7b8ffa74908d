package io.evenkeel.metric;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// Writes readings as TensorBoard event files, one sub-directory an incarnation, since TensorBoard knows no step that
/// was taken back. Values are 32-bit there; the store of the run is the exact one.
///
///     file     events.out.tfevents.<seconds>.<host>.<pid>.<n>: records, the first with file_version "brain.Event:2"
///     record   length u64 | masked CRC-32C of those 8 bytes u32 | data | masked CRC-32C of the data u32, little-endian
///     mask     rotate right by 15, plus 0xa282ead8
///     data     protobuf Event: wall_time 1 double, step 2 int64, file_version 3 string, summary 5
///              Summary: value 1 repeated; Value: tag 1 string, simple_value 2 float
///
/// Not thread safe.
public final class TensorBoardWriter implements MetricSink {
    private static final long FLUSH_NANOS = 1_000_000_000;
    private static final int FLUSH_BYTES = 1 << 16;

    private final Path directory;
    private final Message event = new Message();
    private final Message summary = new Message();
    private final Message value = new Message();
    private final ByteArrayOutputStream records = new ByteArrayOutputStream();
    private @Nullable FileChannel channel;
    private long flushedAt = System.nanoTime();

    /// @param directory of the logs; give this one to TensorBoard
    public TensorBoardWriter(Path directory) {
        this.directory = directory;
    }

    @Override
    public void started(int incarnation, long rewindTo, String cause) throws IOException {
        close();
        var logs = directory.resolve("incarnation-" + incarnation);
        Files.createDirectories(logs);
        var now = System.currentTimeMillis();
        var pid = ProcessHandle.current().pid();
        var n = 0;
        Path file;
        do {
            file = logs.resolve(String.format("events.out.tfevents.%010d.evenkeel.%d.%d", now / 1000, pid, n++));
        } while (Files.exists(file));
        channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        event.clear();
        event.float64(1, now / 1e3);
        event.bytes(3, "brain.Event:2".getBytes(StandardCharsets.UTF_8));
        record();
        write();
    }

    @Override
    public void readings(Readings readings) throws IOException {
        summary.clear();
        readings.forEach((series, reading) -> {
            value.clear();
            value.bytes(1, series.getBytes(StandardCharsets.UTF_8));
            value.float32(2, (float) reading);
            summary.bytes(1, value.toBytes());
        });
        var wall = readings.wallSeconds();
        event.clear();
        event.float64(1, Double.isFinite(wall) ? wall : System.currentTimeMillis() / 1e3);
        event.varint(2, readings.step());
        event.bytes(5, summary.toBytes());
        record();
        if (records.size() >= FLUSH_BYTES) {
            write();
        }
    }

    /// Frames the event as a record.
    private void record() {
        var data = event.toBytes();
        var frame = ByteBuffer.allocate(data.length + 16).order(ByteOrder.LITTLE_ENDIAN);
        frame.putLong(data.length)
                .putInt(maskedCrc(frame.array(), 0, 8))
                .put(data)
                .putInt(maskedCrc(data, 0, data.length));
        records.writeBytes(frame.array());
    }

    static int maskedCrc(byte[] bytes, int from, int length) {
        var crc = new CRC32C();
        crc.update(bytes, from, length);
        return Integer.rotateRight((int) crc.getValue(), 15) + 0xa282ead8;
    }

    /// Writes about once a second.
    @Override
    public void flush() throws IOException {
        if (System.nanoTime() - flushedAt >= FLUSH_NANOS) {
            write();
        }
    }

    private void write() throws IOException {
        flushedAt = System.nanoTime();
        var open = channel;
        if (open != null) {
            var bytes = ByteBuffer.wrap(records.toByteArray());
            records.reset();
            while (bytes.hasRemaining()) {
                open.write(bytes);
            }
        }
    }

    @Override
    public void close() throws IOException {
        var open = channel;
        if (open != null) {
            try {
                write();
            } finally {
                channel = null;
                open.close();
            }
        }
    }

    /// A protobuf message under construction.
    private static final class Message {
        private static final int VARINT = 0;
        private static final int FIXED64 = 1;
        private static final int LENGTH = 2;
        private static final int FIXED32 = 5;

        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        void clear() {
            out.reset();
        }

        byte[] toBytes() {
            return out.toByteArray();
        }

        void varint(int field, long value) {
            raw((long) field << 3 | VARINT);
            raw(value);
        }

        void float64(int field, double value) {
            raw((long) field << 3 | FIXED64);
            fixed(Double.doubleToRawLongBits(value), Long.BYTES);
        }

        void float32(int field, float value) {
            raw((long) field << 3 | FIXED32);
            fixed(Float.floatToRawIntBits(value), Integer.BYTES);
        }

        void bytes(int field, byte[] value) {
            raw((long) field << 3 | LENGTH);
            raw(value.length);
            out.writeBytes(value);
        }

        private void fixed(long bits, int bytes) {
            for (var i = 0; i < bytes; i++) {
                out.write((int) (bits >>> (8 * i)));
            }
        }

        private void raw(long value) {
            while ((value & ~0x7fL) != 0) {
                out.write((int) (value | 0x80));
                value >>>= 7;
            }
            out.write((int) value);
        }
    }
}
