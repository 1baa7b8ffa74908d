package io.evenkeel.metric;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
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
            Protobuf.fields(data, (field, value) -> {
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
                Protobuf.fields(event.summary, (field, value) -> {
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
        Protobuf.fields(sessionLog, (field, value) -> start[0] |= field == 1 && value.bits() == 1);
        return start[0];
    }

    private static final class Value {
        private String tag = "";
        private boolean scalar;
        private double number;
    }

    private static void scalar(ByteBuffer message, Readings readings) throws IOException {
        var found = new Value();
        Protobuf.fields(message, (field, value) -> {
            switch (field) {
                case 1 -> found.tag = value.text();
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
        Protobuf.fields(message, (field, value) -> {
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

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
