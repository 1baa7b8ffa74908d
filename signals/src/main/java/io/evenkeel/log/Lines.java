package io.evenkeel.log;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// The lines of a stream as bytes, without copying them. A stream that ends may grow: [#next] then goes on. A line
/// that is too long is passed over, whatever its length.
final class Lines {
    private static final int BLOCK = 1 << 16;

    private final InputStream in;
    private final int longest;
    private final boolean overprinted;
    private final Idle idle;
    private byte[] bytes = new byte[2 * BLOCK];
    /// The line is `[from, to)`; what is unread begins at `next`, was searched up to `searched` and ends at `end`.
    private int from;
    private int to;
    private int next;
    private int searched;
    private int end;
    private boolean discarding;
    private boolean terminated;
    private long number;
    private long tooLong;

    /// Called when the stream has nothing more for now.
    interface Idle {
        void idle() throws IOException;
    }

    /// @param longest     of a line, bytes
    /// @param overprinted whether carriage returns and backspaces end a line too, as in the output of progress bars
    Lines(InputStream in, int longest, boolean overprinted, Idle idle) {
        this.in = in;
        this.longest = longest;
        this.overprinted = overprinted;
        this.idle = idle;
    }

    byte[] bytes() {
        return bytes;
    }

    int from() {
        return from;
    }

    int to() {
        return to;
    }

    /// Whether the line had an end.
    boolean terminated() {
        return terminated;
    }

    /// Lines so far, those passed over included.
    long number() {
        return number;
    }

    /// Lines passed over.
    long tooLong() {
        return tooLong;
    }

    String text() {
        return new String(bytes, from, to - from, StandardCharsets.UTF_8);
    }

    byte[] copy() {
        return Arrays.copyOfRange(bytes, from, to);
    }

    /// Goes to the next line.
    ///
    /// @param last whether what follows the last line end is a line too
    /// @return whether there is one by now
    boolean next(boolean last) throws IOException {
        while (true) {
            var at = searched;
            while (at < end && !isEnd(bytes[at])) {
                at++;
            }
            if (at < end) {
                searched = at + 1;
                if (take(at, true)) {
                    return true;
                }
            } else {
                searched = end;
                if (end - next > longest) {
                    discarding = true;
                    next = end;
                }
                if (!fill()) {
                    if (last && next < end) {
                        searched = end;
                        return take(end, false);
                    }
                    return false;
                }
            }
        }
    }

    private boolean isEnd(byte b) {
        return b == '\n' || (overprinted && (b == '\r' || b == '\b'));
    }

    private boolean take(int at, boolean whole) {
        from = next;
        to = at > from && bytes[at - 1] == '\r' ? at - 1 : at;
        next = whole ? at + 1 : at;
        terminated = whole;
        number++;
        if (discarding || to - from > longest) {
            discarding = false;
            tooLong++;
            return false;
        }
        return true;
    }

    private boolean fill() throws IOException {
        if (end == bytes.length) {
            var rest = end - next;
            if (rest > bytes.length / 2) {
                bytes = Arrays.copyOfRange(bytes, next, next + 2 * bytes.length);
            } else {
                System.arraycopy(bytes, next, bytes, 0, rest);
            }
            searched -= next;
            end = rest;
            next = 0;
        }
        if (in.available() == 0) {
            idle.idle();
        }
        var read = in.read(bytes, end, Math.min(BLOCK, bytes.length - end));
        if (read <= 0) {
            return false;
        }
        end += read;
        return true;
    }
}
