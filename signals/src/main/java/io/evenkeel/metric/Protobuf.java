package io.evenkeel.metric;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/// The wire format of protocol buffers, to read messages of other programs without their classes.
public final class Protobuf {
    private Protobuf() {}

    /// The value of a field.
    ///
    /// @param bits  of a number
    /// @param bytes of a text or message, little endian
    /// @param width bytes of a number of fixed size, else 0
    public record Field(long bits, ByteBuffer bytes, int width) {
        /// The bytes, also of a number that stands alone instead of in a packed list.
        ByteBuffer asBytes() {
            if (width == 0) {
                return bytes;
            }
            var alone = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            return alone.putLong(0, bits).limit(width);
        }

        public String text() {
            return StandardCharsets.UTF_8.decode(bytes.duplicate()).toString();
        }
    }

    /// Receives fields in the order they stand.
    public interface Visitor {
        void field(int number, Field value) throws IOException;
    }

    /// Visits the fields of a message.
    ///
    /// @throws EOFException when the bytes are no message
    public static void fields(ByteBuffer message, Visitor visitor) throws IOException {
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
}
