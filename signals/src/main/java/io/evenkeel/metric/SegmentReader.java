package io.evenkeel.metric;

import static io.evenkeel.metric.FrameBuffer.HEADER_BYTES;
import static io.evenkeel.metric.FrameBuffer.MAX_PAYLOAD_BYTES;
import static io.evenkeel.metric.FrameBuffer.PREFIX_BYTES;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// Reads a segment and follows one that is being written (format: [SegmentWriter]).
///
/// A frame that is short or whose checksum differs ends a [#read], which may be repeated later; when a good frame
/// follows, it is damage instead, which is kept in [#damages] and skipped. Not thread safe.
public final class SegmentReader implements AutoCloseable {
    private final Path file;
    private final FileChannel channel;
    private final CRC32C crc = new CRC32C();
    private final List<Damage> damages = new ArrayList<>();
    private int[] ids = new int[256];
    private double[] values = new double[256];

    /// Bytes of the file from `base`; those before `at` are consumed, those after `end` are not filled.
    private byte[] bytes = new byte[1 << 18];

    private long base;
    private int at;
    private int end;
    private long frameStart;
    private long frameEnd;
    private @Nullable Header header;
    private boolean complete;

    public SegmentReader(Path file) throws IOException {
        this.file = file;
        this.channel = FileChannel.open(file, StandardOpenOption.READ);
    }

    /// Offset of the first byte that was not read yet; everything before is whole frames or damage.
    public long position() {
        return base + at;
    }

    /// During a call of the visitor: the offset where its frame begins.
    long frameStart() {
        return frameStart;
    }

    /// During a call of the visitor: the offset behind its frame.
    long frameEnd() {
        return frameEnd;
    }

    /// Whether the closing frame was read.
    public boolean complete() {
        return complete;
    }

    /// What the header says; null when it was not read yet or is damaged.
    @Nullable
    Header header() {
        return header;
    }

    /// The header of a segment; the fields are those of [SegmentWriter#create].
    record Header(int incarnation, long run, long rewindTo) {}

    /// What was skipped so far.
    public List<Damage> damages() {
        return List.copyOf(damages);
    }

    /// Continues at the offset of a frame, without reading what lies before.
    void seek(long offset) {
        base = offset;
        at = 0;
        end = 0;
    }

    /// Gives the visitor every whole frame that is in the file by now and was not read yet.
    ///
    /// @return how many
    public int read(SegmentVisitor visitor) throws IOException {
        return read(visitor, Long.MAX_VALUE);
    }

    /// As [#read(SegmentVisitor)], but stops at a frame that begins at `limit` or later.
    int read(SegmentVisitor visitor, long limit) throws IOException {
        // What was seen of a torn frame may have changed since.
        seek(position());
        if (base == 0 && !readHeader()) {
            return 0;
        }
        var count = 0;
        while (position() < limit) {
            var length = frameAt();
            if (length < 0 && !resynchronise()) {
                return count;
            }
            if (length >= 0) {
                frameStart = position();
                frameEnd = frameStart + PREFIX_BYTES + length;
                decode(at + PREFIX_BYTES, length, visitor);
                at += PREFIX_BYTES + length;
                count++;
            }
        }
        return count;
    }

    private boolean readHeader() throws IOException {
        if (!fill(HEADER_BYTES)) {
            return false;
        }
        var good = Arrays.equals(bytes, 0, 4, FrameBuffer.MAGIC, 0, 4)
                && (int) FrameBuffer.INT.get(bytes, 28) == sum(0, HEADER_BYTES - Integer.BYTES);
        if (good && (int) FrameBuffer.INT.get(bytes, 4) > FrameBuffer.VERSION) {
            throw new IOException(file + " is of version " + (int) FrameBuffer.INT.get(bytes, 4)
                    + " of the format, which is newer than this program");
        }
        if (good) {
            header = new Header((int) FrameBuffer.INT.get(bytes, 8), (long) FrameBuffer.LONG.get(bytes, 12), (long)
                    FrameBuffer.LONG.get(bytes, 20));
        } else {
            // The frames carry all that is needed but the identity.
            damages.add(new Damage(file, 0, HEADER_BYTES, "are no header of a metric segment"));
        }
        at = HEADER_BYTES;
        return true;
    }

    /// The payload's length of the frame at the position when it is whole and its sum is right, else -1.
    private int frameAt() throws IOException {
        if (!fill(PREFIX_BYTES)) {
            return -1;
        }
        var length = (int) FrameBuffer.INT.get(bytes, at);
        if (length < 1 || length > MAX_PAYLOAD_BYTES || !fill(PREFIX_BYTES + length)) {
            return -1;
        }
        return (int) FrameBuffer.INT.get(bytes, at + 4) == sum(at + PREFIX_BYTES, length) ? length : -1;
    }

    /// Looks for a good frame behind a bad one and goes there; without one, stays.
    private boolean resynchronise() throws IOException {
        var start = position();
        for (var offset = 1L; fill(1 + PREFIX_BYTES + 1); offset++) {
            at++;
            var kind = bytes[at + PREFIX_BYTES];
            if (kind >= FrameBuffer.SCALARS && kind <= FrameBuffer.CLOSE && frameAt() >= 0) {
                var found = position();
                seek(start);
                // The frame at the start may have been one that was being written when it was looked
                // at.
                if (frameAt() < 0) {
                    seek(found);
                    damages.add(new Damage(file, start, offset, "do not match their checksum"));
                }
                return true;
            }
        }
        seek(start);
        return false;
    }

    /// Makes `wanted` bytes from the position available; false when the file has fewer.
    private boolean fill(int wanted) throws IOException {
        if (end - at >= wanted) {
            return true;
        }
        base += at;
        end -= at;
        System.arraycopy(bytes, at, bytes, 0, end);
        at = 0;
        if (bytes.length < wanted) {
            bytes = Arrays.copyOf(bytes, wanted);
        }
        while (end < wanted) {
            var read = channel.read(ByteBuffer.wrap(bytes, end, bytes.length - end), base + end);
            if (read < 0) {
                return false;
            }
            end += read;
        }
        return true;
    }

    private int sum(int from, int length) {
        crc.reset();
        crc.update(bytes, from, length);
        return (int) crc.getValue();
    }

    /// Gives a payload with a right sum to the visitor. Kinds of later versions are passed over.
    private void decode(int from, int length, SegmentVisitor visitor) throws IOException {
        try {
            dispatch(from, length, visitor);
        } catch (Cursor.MalformedException e) {
            throw new IOException(file + ": frame at " + frameStart + " is not of the format: " + e.getMessage(), e);
        }
    }

    private void dispatch(int from, int length, SegmentVisitor visitor) throws Cursor.MalformedException {
        var cursor = new Cursor(bytes, from + 1, from + length);
        switch (bytes[from]) {
            case FrameBuffer.SCALARS -> scalars(cursor, visitor);
            case FrameBuffer.SERIES -> series(cursor, visitor);
            case FrameBuffer.INCARNATION -> visitor.incarnation(cursor.count(), cursor.i64(), cursor.text());
            case FrameBuffer.CLOSE -> complete = true;
            default -> {}
        }
    }

    private void series(Cursor cursor, SegmentVisitor visitor) throws Cursor.MalformedException {
        var id = cursor.count();
        visitor.series(id, cursor.series());
    }

    private void scalars(Cursor cursor, SegmentVisitor visitor) throws Cursor.MalformedException {
        var step = cursor.i64();
        var wallSeconds = Double.longBitsToDouble(cursor.i64());
        var count = cursor.count();
        if (count > FrameBuffer.MAX_READINGS) {
            throw new Cursor.MalformedException("too many readings");
        }
        if (count > ids.length) {
            ids = new int[count];
            values = new double[count];
        }
        for (var i = 0; i < count; i++) {
            ids[i] = cursor.count();
            values[i] = Double.longBitsToDouble(cursor.i64());
        }
        visitor.scalars(step, wallSeconds, count, ids, values);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
