package io.evenkeel.log;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/// A stream whose next bytes can be looked at. Unlike [java.io.PushbackInputStream] it never waits for more while it
/// has
/// some.
class Peekable extends FilterInputStream {
    private byte[] ahead = {};
    private int at;

    Peekable(InputStream in) {
        super(in);
    }

    /// Whether what was looked at will do, when there is no more for now.
    interface Enough {
        boolean test(byte[] bytes, int size);
    }

    /// As [#peek(int, Enough)] with so many bytes being enough.
    byte[] peek(int count, int atLeast) throws IOException {
        return peek(count, (bytes, size) -> size >= atLeast);
    }

    /// The next bytes, which stay unread: `count`, or fewer at the end of the stream or when they are enough.
    byte[] peek(int count, Enough enough) throws IOException {
        var bytes = new byte[count];
        var size = 0;
        while (size < count && (size == 0 || available() > 0 || !enough.test(bytes, size))) {
            var read = read(bytes, size, count - size);
            if (read < 0) {
                break;
            }
            size += read;
        }
        var rest = Arrays.copyOfRange(ahead, at, ahead.length);
        ahead = Arrays.copyOf(bytes, size + rest.length);
        System.arraycopy(rest, 0, ahead, size, rest.length);
        at = 0;
        return Arrays.copyOf(bytes, size);
    }

    @Override
    public int read() throws IOException {
        return at < ahead.length ? ahead[at++] & 0xff : in.read();
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        if (at == ahead.length) {
            return in.read(bytes, offset, length);
        }
        var count = Math.min(length, ahead.length - at);
        System.arraycopy(ahead, at, bytes, offset, count);
        at += count;
        if (at == ahead.length) {
            ahead = new byte[0];
            at = 0;
        }
        return count;
    }

    @Override
    public long skip(long count) throws IOException {
        if (at == ahead.length) {
            return in.skip(count);
        }
        var some = (int) Math.min(count, ahead.length - at);
        at += some;
        return some;
    }

    @Override
    public int available() throws IOException {
        return ahead.length - at + in.available();
    }

    @Override
    public boolean markSupported() {
        return false;
    }
}
