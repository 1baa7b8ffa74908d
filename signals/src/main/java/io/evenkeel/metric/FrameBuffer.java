package io.evenkeel.metric;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;

/// Frames under construction, to be written at once. The format is described at [SegmentWriter].
final class FrameBuffer {
    /// The kinds of frames; the first byte of a payload.
    static final byte SCALARS = 1;

    static final byte SERIES = 2;
    static final byte INCARNATION = 3;
    static final byte CLOSE = 4;

    /// Bytes of the segment's header.
    static final int HEADER_BYTES = 32;
    /// Bytes before a payload: length and checksum.
    static final int PREFIX_BYTES = 8;
    /// The longest payload; a longer length is damage.
    static final int MAX_PAYLOAD_BYTES = 1 << 20;
    /// How many readings a frame holds at most, so that its payload stays below the limit.
    static final int MAX_READINGS = 1 << 16;

    static final byte[] MAGIC = {'E', 'K', 'M', '1'};
    static final int VERSION = 1;

    /// The codes of the choices of a series are their places here.
    static final List<Series.Better> BETTER = List.of(Series.Better.NONE, Series.Better.MIN, Series.Better.MAX);

    static final List<Series.Aggregate> AGGREGATES = List.of(
            Series.Aggregate.LAST,
            Series.Aggregate.MEAN,
            Series.Aggregate.MIN,
            Series.Aggregate.MAX,
            Series.Aggregate.SUM);

    static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final CRC32C crc = new CRC32C();
    private byte[] bytes = new byte[1 << 16];
    private int size;
    private int frame;

    int size() {
        return size;
    }

    void clear() {
        size = 0;
    }

    /// A view of what was put, valid until the next change.
    ByteBuffer view() {
        return ByteBuffer.wrap(bytes, 0, size);
    }

    void header(int incarnation, long run, long rewindTo) {
        reserve(HEADER_BYTES);
        var start = size;
        System.arraycopy(MAGIC, 0, bytes, start, MAGIC.length);
        INT.set(bytes, start + 4, VERSION);
        INT.set(bytes, start + 8, incarnation);
        LONG.set(bytes, start + 12, run);
        LONG.set(bytes, start + 20, rewindTo);
        INT.set(bytes, start + 28, sum(start, HEADER_BYTES - Integer.BYTES));
        size += HEADER_BYTES;
    }

    FrameBuffer begin(byte kind) {
        frame = size;
        reserve(PREFIX_BYTES + 1);
        size += PREFIX_BYTES;
        bytes[size++] = kind;
        return this;
    }

    void end() {
        var payload = frame + PREFIX_BYTES;
        INT.set(bytes, frame, size - payload);
        INT.set(bytes, frame + Integer.BYTES, sum(payload, size - payload));
    }

    FrameBuffer u8(int value) {
        reserve(1);
        bytes[size++] = (byte) value;
        return this;
    }

    FrameBuffer i64(long value) {
        reserve(Long.BYTES);
        LONG.set(bytes, size, value);
        size += Long.BYTES;
        return this;
    }

    /// The bits as they are, so that every NaN stays the NaN it was.
    FrameBuffer f64(double value) {
        return i64(Double.doubleToRawLongBits(value));
    }

    FrameBuffer varint(long value) {
        reserve(10);
        while ((value & ~0x7fL) != 0) {
            bytes[size++] = (byte) (value | 0x80);
            value >>>= 7;
        }
        bytes[size++] = (byte) value;
        return this;
    }

    FrameBuffer text(String value) {
        var utf8 = value.getBytes(StandardCharsets.UTF_8);
        varint(utf8.length);
        reserve(utf8.length);
        System.arraycopy(utf8, 0, bytes, size, utf8.length);
        size += utf8.length;
        return this;
    }

    /// A series without its id; [Cursor#series] reads it.
    FrameBuffer series(Series series) {
        return u8(BETTER.indexOf(series.better()))
                .u8(AGGREGATES.indexOf(series.aggregate()))
                .text(series.name())
                .text(series.unit());
    }

    private int sum(int from, int length) {
        crc.reset();
        crc.update(bytes, from, length);
        return (int) crc.getValue();
    }

    private void reserve(int more) {
        if (size + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, size + more));
        }
    }
}
