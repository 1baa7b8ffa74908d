package io.evenkeel.metric;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads scalars from a TensorBoard event file of any writer (format: [TensorBoardWriter]), and follows one that grows.
///
/// Read are the old form, a value's `simple_value`, and the new one, a tensor of one element with the plugin
/// `scalars`; other summaries are passed over. A record that is cut off ends a [#read], which may be repeated later;
/// one whose checksum is wrong is damage and ends the file for good. Not thread safe.
public final class TensorBoardReader implements AutoCloseable {
    private static final int FRAME_BYTES = 16;
    /// Longer records are damage: summaries of images stay well below.
    private static final long MAX_RECORD_BYTES = 1L << 30;

    private static final int DT_FLOAT = 1;
    private static final int DT_DOUBLE = 2;

    private final Path file;
    private final FileChannel channel;
    private long offset;

    public TensorBoardReader(Path file) throws IOException {
        this.file = file;
        this.channel = FileChannel.open(file, StandardOpenOption.READ);
    }

    /// Receives the events of a file in order.
    public interface Listener {
        /// The scalars of one event; several may share a step.
        void readings(Readings readings);

        /// The writer started again at this step: earlier events with a later step are superseded.
        default void restarted(long step) {}
    }

    /// The event files under a directory, in the order of their directories and times.
    public static List<Path> files(Path directory) throws IOException {
        try (var tree = Files.walk(directory)) {
            return tree.filter(
                            path -> path.getFileName().toString().contains(".tfevents.") && Files.isRegularFile(path))
                    .sorted()
                    .toList();
        }
    }

    /// Gives the listener the events that are in the file by now and were not read yet.
    ///
    /// @return how many
    /// @throws IOException at damage, naming the file and where
    public int read(Listener listener) throws IOException {
        var count = 0;
        while (true) {
            var head = bytes(offset, 12);
            if (head == null) {
                return count;
            }
            var length = head.getLong(0);
            if (head.getInt(8) != masked(head, 0, 8) || length < 0 || length > MAX_RECORD_BYTES) {
                throw new IOException(file + ": record at " + offset + " has a damaged length");
            }
            var data = bytes(offset + 12, (int) length + 4);
            if (data == null) {
                return count;
            }
            if (data.getInt((int) length) != masked(data, 0, (int) length)) {
                throw new IOException(file + ": record at " + offset + " does not match its checksum");
            }
            event(data.slice(0, (int) length), listener);
            offset += FRAME_BYTES + length;
            count++;
        }
    }

    /// Bytes of the file, null when it ends before.
    private @Nullable ByteBuffer bytes(long at, int length) throws IOException {
        if (at + length > channel.size()) {
            return null;
        }
        var buffer = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, at + buffer.position()) < 0) {
                return null;
            }
        }
        return buffer.flip();
    }

    private static int masked(ByteBuffer buffer, int from, int length) {
        return TensorBoardWriter.maskedCrc(buffer.array(), buffer.arrayOffset() + from, length);
    }

    private void event(ByteBuffer data, Listener listener) throws IOException {
        var event = new Event();
        try {
            fields(data, (field, value) -> {
                switch (field) {
                    case 1 -> event.wallSeconds = Double.longBitsToDouble(value.bits());
                    case 2 -> event.step = value.bits();
                    case 5 -> event.summary = value.bytes();
                    case 7 -> event.sessionStart = isSessionStart(value.bytes());
                    default -> {}
                }
            });
            if (event.sessionStart) {
                listener.restarted(event.step);
            }
            if (event.summary.hasRemaining()) {
                var readings = new Readings(event.step, event.wallSeconds);
                fields(event.summary, (field, value) -> {
                    if (field == 1) {
                        scalar(value.bytes(), readings);
                    }
                });
                if (readings.size() > 0) {
                    listener.readings(readings);
                }
            }
        } catch (EOFException e) {
            throw new IOException(file + ": record at " + offset + " is no event", e);
        }
    }

    private static final class Event {
        private double wallSeconds = Double.NaN;
        private long step;
        private ByteBuffer summary = ByteBuffer.allocate(0);
        private boolean sessionStart;
    }

    private static boolean isSessionStart(ByteBuffer sessionLog) throws IOException {
        var start = new boolean[1];
        fields(sessionLog, (field, value) -> start[0] |= field == 1 && value.bits() == 1);
        return start[0];
    }

    private static final class Value {
        private String tag = "";
        private boolean scalar;
        private double number;
    }

    private static void scalar(ByteBuffer message, Readings readings) throws IOException {
        var found = new Value();
        fields(message, (field, value) -> {
            switch (field) {
                case 1 -> found.tag = text(value.bytes());
                case 2 -> {
                    found.scalar = true;
                    found.number = Float.intBitsToFloat((int) value.bits());
                }
                case 8 -> tensor(value.bytes(), found);
                default -> {}
            }
        });
        if (found.scalar && !found.tag.isEmpty()) {
            readings.put(found.tag, found.number);
        }
    }

    /// A tensor is a scalar when it has one number, as `float_val`, `double_val` or raw content.
    private static void tensor(ByteBuffer message, Value found) throws IOException {
        var type = new int[1];
        var content = new ByteBuffer[] {ByteBuffer.allocate(0)};
        fields(message, (field, value) -> {
            switch (field) {
                case 1 -> type[0] = (int) value.bits();
                case 4, 5, 6 -> content[0] = value.asBytes();
                default -> {}
            }
        });
        var bytes = content[0];
        if (type[0] == DT_FLOAT && bytes.remaining() == Float.BYTES) {
            found.scalar = true;
            found.number = bytes.getFloat(bytes.position());
        } else if (type[0] == DT_DOUBLE && bytes.remaining() == Double.BYTES) {
            found.scalar = true;
            found.number = bytes.getDouble(bytes.position());
        }
    }

    private static String text(ByteBuffer bytes) {
        return StandardCharsets.UTF_8.decode(bytes.duplicate()).toString();
    }

    /// The value of a field: a number, or the bytes of a text or message.
    private record Field(long bits, ByteBuffer bytes, int width) {
        /// The bytes, also of a number that stands alone instead of in a packed list.
        ByteBuffer asBytes() {
            if (width == 0) {
                return bytes;
            }
            var alone = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            return alone.putLong(0, bits).limit(width);
        }
    }

    private interface FieldVisitor {
        void field(int number, Field value) throws IOException;
    }

    /// Visits the fields of a protobuf message.
    private static void fields(ByteBuffer message, FieldVisitor visitor) throws IOException {
        var in = message.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        var none = ByteBuffer.allocate(0);
        while (in.hasRemaining()) {
            var key = varint(in);
            var value = switch ((int) (key & 7)) {
                case 0 -> new Field(varint(in), none, 0);
                case 1 -> new Field(available(in, 8).getLong(), none, 8);
                case 2 -> {
                    var length = varint(in);
                    if (length < 0 || length > in.remaining()) {
                        throw new EOFException();
                    }
                    var bytes = in.slice(in.position(), (int) length).order(ByteOrder.LITTLE_ENDIAN);
                    in.position(in.position() + (int) length);
                    yield new Field(0, bytes, 0);
                }
                case 5 -> new Field(available(in, 4).getInt(), none, 4);
                default -> throw new EOFException();
            };
            visitor.field((int) (key >>> 3), value);
        }
    }

    private static ByteBuffer available(ByteBuffer in, int bytes) throws EOFException {
        if (in.remaining() < bytes) {
            throw new EOFException();
        }
        return in;
    }

    private static long varint(ByteBuffer in) throws EOFException {
        var value = 0L;
        for (var shift = 0; shift < Long.SIZE; shift += 7) {
            var next = available(in, 1).get();
            value |= (next & 0x7fL) << shift;
            if (next >= 0) {
                return value;
            }
        }
        throw new EOFException();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
