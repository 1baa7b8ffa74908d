package io.evenkeel.log;

import io.evenkeel.InputException;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.CharBuffer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/// The bytes of a log: unpacked when it is a gzip file, in UTF-8 when it was in UTF-16, without a byte order mark.
///
/// Not thread safe.
final class LogInput extends Peekable {
    private static final int HEAD_BYTES = 1 << 20;
    private static final int MARK_BYTES = 64;

    private final String name;
    private final @Nullable Gunzip gunzip;

    private LogInput(String name, InputStream in, @Nullable Gunzip gunzip) {
        super(in);
        this.name = name;
        this.gunzip = gunzip;
    }

    /// @param name for messages
    static LogInput of(String name, InputStream raw, LogOptions.Limits limits) throws IOException {
        var in = new Peekable(raw);
        var mark = in.peek(2, 2);
        if (mark.length < 2 || (mark[0] & 0xff) != 0x1f || (mark[1] & 0xff) != 0x8b) {
            return decoded(name, in, null);
        }
        var gunzip = new Gunzip(name, in, limits);
        return decoded(name, new Peekable(gunzip), gunzip);
    }

    private static LogInput decoded(String name, Peekable in, @Nullable Gunzip gunzip) throws IOException {
        var mark = in.peek(MARK_BYTES, 4);
        var charset = utf16(mark);
        if (charset != null) {
            return new LogInput(name, new Utf16(new InputStreamReader(in, charset)), gunzip);
        }
        if (mark.length >= 3 && (mark[0] & 0xff) == 0xef && (mark[1] & 0xff) == 0xbb && (mark[2] & 0xff) == 0xbf) {
            in.skipNBytes(3);
        }
        return new LogInput(name, in, gunzip);
    }

    /// UTF-16 by its mark, or by every second byte of the beginning being zero.
    private static @Nullable Charset utf16(byte[] mark) {
        if (mark.length >= 2 && (mark[0] & 0xff) == 0xff && (mark[1] & 0xff) == 0xfe) {
            return StandardCharsets.UTF_16;
        }
        if (mark.length >= 2 && (mark[0] & 0xff) == 0xfe && (mark[1] & 0xff) == 0xff) {
            return StandardCharsets.UTF_16;
        }
        var zeros = new int[2];
        for (var i = 0; i < mark.length; i++) {
            zeros[i % 2] += mark[i] == 0 ? 1 : 0;
        }
        var half = mark.length / 2;
        if (half < 4 || zeros[0] + zeros[1] < half * 3 / 4) {
            return null;
        }
        return zeros[0] == 0 ? StandardCharsets.UTF_16LE : zeros[1] == 0 ? StandardCharsets.UTF_16BE : null;
    }

    /// The next bytes, which stay unread: at most `count`, fewer at the end of the stream. A stream that waits for
    /// its
    /// writer is not waited for once two lines are there.
    byte[] head(int count) throws IOException {
        return peek(Math.min(count, HEAD_BYTES), (bytes, size) -> lines(bytes, size) >= 2);
    }

    private static int lines(byte[] bytes, int size) {
        var lines = 0;
        for (var i = 0; i < size; i++) {
            lines += bytes[i] == '\n' || bytes[i] == '\r' ? 1 : 0;
        }
        return lines;
    }

    boolean packed() {
        return gunzip != null;
    }

    String name() {
        return name;
    }

    /// What is wrong with the packed file, null if nothing was noticed so far.
    @Nullable
    String damage() {
        return gunzip == null ? null : gunzip.damage;
    }

    /// Unpacks, and stops where a small file becomes a huge one. A file that is cut off or damaged ends there.
    private static final class Gunzip extends InputStream {
        private final String name;
        private final Counting packed;
        private final LogOptions.Limits limits;
        private @Nullable GZIPInputStream in;
        private long unpacked;
        private @Nullable String damage;

        Gunzip(String name, InputStream raw, LogOptions.Limits limits) {
            this.name = name;
            this.packed = new Counting(raw);
            this.limits = limits;
        }

        @Override
        public int read() throws IOException {
            var one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            if (damage != null || length == 0) {
                return damage != null ? -1 : 0;
            }
            try {
                if (in == null) {
                    in = new GZIPInputStream(packed, 1 << 16);
                }
                var read = in.read(bytes, offset, length);
                unpacked += Math.max(0, read);
                check();
                return read;
            } catch (EOFException e) {
                damage = "is cut off: read up to there";
            } catch (ZipException e) {
                damage = "is damaged after " + unpacked + " unpacked bytes (" + e.getMessage() + "): read up to there";
            }
            return -1;
        }

        private void check() {
            if (unpacked > limits.unpackedBytes()) {
                throw new InputException(name + " unpacks to more than " + limits.unpackedBytes() + " bytes: stopped");
            }
            if (unpacked > LogOptions.Limits.RATIO_FREE_BYTES && unpacked / limits.ratio() > packed.count) {
                throw new InputException(name + " unpacks to more than " + limits.ratio()
                        + " times its size, as no training log does: stopped after " + unpacked + " bytes");
            }
        }

        @Override
        public int available() {
            return 1;
        }

        @Override
        public void close() throws IOException {
            packed.close();
        }
    }

    private static final class Counting extends FilterInputStream {
        private long count;

        Counting(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            var read = super.read();
            count += read >= 0 ? 1 : 0;
            return read;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            var read = super.read(bytes, offset, length);
            count += Math.max(0, read);
            return read;
        }
    }

    private static final class Utf16 extends InputStream {
        private final InputStreamReader reader;
        private final char[] chars = new char[4096];
        private byte[] bytes = new byte[0];
        private int at;

        Utf16(InputStreamReader reader) {
            this.reader = reader;
        }

        @Override
        public int read() throws IOException {
            return refill() ? bytes[at++] & 0xff : -1;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            if (!refill()) {
                return -1;
            }
            var count = Math.min(length, bytes.length - at);
            System.arraycopy(bytes, at, target, offset, count);
            at += count;
            return count;
        }

        private boolean refill() throws IOException {
            while (at == bytes.length) {
                var read = reader.read(chars, 0, chars.length - 1);
                if (read < 0) {
                    return false;
                }
                if (Character.isHighSurrogate(chars[read - 1])) {
                    var low = reader.read();
                    if (low >= 0) {
                        chars[read++] = (char) low;
                    }
                }
                var encoded = StandardCharsets.UTF_8.encode(CharBuffer.wrap(chars, 0, read));
                bytes = new byte[encoded.remaining()];
                encoded.get(bytes);
                at = 0;
            }
            return true;
        }

        @Override
        public int available() throws IOException {
            return bytes.length - at + (reader.ready() ? 1 : 0);
        }

        @Override
        public void close() throws IOException {
            reader.close();
        }
    }
}
