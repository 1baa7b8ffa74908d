package io.evenkeel.metric;

import java.nio.charset.StandardCharsets;
import java.util.List;

/// Reads what a [FrameBuffer] wrote.
final class Cursor {
    private final byte[] bytes;
    private final int end;
    private int at;

    Cursor(byte[] bytes, int at, int end) {
        this.bytes = bytes;
        this.at = at;
        this.end = end;
    }

    /// The bytes are not of the format although their checksum is right.
    static final class MalformedException extends Exception {
        MalformedException(String message) {
            super(message);
        }
    }

    int u8() throws MalformedException {
        return bytes[advance(1)] & 0xff;
    }

    long i64() throws MalformedException {
        return (long) FrameBuffer.LONG.get(bytes, advance(Long.BYTES));
    }

    double f64() throws MalformedException {
        return Double.longBitsToDouble(i64());
    }

    /// A varint that is a non-negative int.
    int count() throws MalformedException {
        var value = 0L;
        for (var shift = 0; shift < Integer.SIZE; shift += 7) {
            var next = bytes[advance(1)];
            value |= (next & 0x7fL) << shift;
            if (next >= 0 && value <= Integer.MAX_VALUE) {
                return (int) value;
            }
        }
        throw new MalformedException("number too large");
    }

    String text() throws MalformedException {
        var length = count();
        return new String(bytes, advance(length), length, StandardCharsets.UTF_8);
    }

    Series series() throws MalformedException {
        var better = choice(FrameBuffer.BETTER);
        var aggregate = choice(FrameBuffer.AGGREGATES);
        var name = text();
        try {
            return new Series(name, text(), better, aggregate);
        } catch (IllegalArgumentException e) {
            throw new MalformedException(String.valueOf(e.getMessage()));
        }
    }

    private <E> E choice(List<E> choices) throws MalformedException {
        var code = u8();
        if (code >= choices.size()) {
            throw new MalformedException("unknown choice " + code);
        }
        return choices.get(code);
    }

    private int advance(int by) throws MalformedException {
        if (by > end - at) {
            throw new MalformedException("payload too short");
        }
        at += by;
        return at - by;
    }
}
