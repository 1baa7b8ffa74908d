package io.evenkeel.log;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// The fields of a line of a delimited table (RFC 4180, any delimiter; a blank stands for a run of them), as positions
/// in its bytes. Quotes around a field are left out.
final class Fields {
    private int[] starts = new int[16];
    private int[] ends = new int[16];
    private byte[] bytes = new byte[0];
    private int count;

    void split(byte[] line, int from, int to, byte delimiter) {
        bytes = line;
        count = 0;
        var at = from;
        while (at <= to) {
            if (delimiter == ' ') {
                while (at < to && (line[at] == ' ' || line[at] == '\t')) {
                    at++;
                }
                if (at == to) {
                    return;
                }
            }
            var end = at < to && line[at] == '"' ? quoted(line, at, to, delimiter) : plain(line, at, to, delimiter);
            at = end + 1;
        }
    }

    private int plain(byte[] line, int from, int to, byte delimiter) {
        var at = from;
        while (at < to && line[at] != delimiter && !(delimiter == ' ' && line[at] == '\t')) {
            at++;
        }
        add(from, at);
        return at;
    }

    private int quoted(byte[] line, int from, int to, byte delimiter) {
        var at = from + 1;
        while (at < to && (line[at] != '"' || (at + 1 < to && line[at + 1] == '"'))) {
            at += line[at] == '"' ? 2 : 1;
        }
        if (at >= to) {
            // The quote has no end: it is a character like others.
            return plain(line, from, to, delimiter);
        }
        add(from + 1, at);
        while (at < to && line[at] != delimiter) {
            at++;
        }
        return at;
    }

    private void add(int from, int to) {
        if (count == starts.length) {
            starts = Arrays.copyOf(starts, 2 * count);
            ends = Arrays.copyOf(ends, 2 * count);
        }
        starts[count] = from;
        ends[count++] = to;
    }

    int count() {
        return count;
    }

    int from(int field) {
        return starts[field];
    }

    int to(int field) {
        return ends[field];
    }

    boolean isEmpty(int field) {
        return starts[field] == ends[field];
    }

    /// Whether a field is the given bytes.
    boolean equals(int field, byte[] other) {
        return Arrays.equals(bytes, starts[field], ends[field], other, 0, other.length);
    }

    byte[] copy(int field) {
        return Arrays.copyOfRange(bytes, starts[field], ends[field]);
    }

    String text(int field) {
        return new String(bytes, starts[field], ends[field] - starts[field], StandardCharsets.UTF_8)
                .replace("\"\"", "\"")
                .strip();
    }

    List<String> texts() {
        var texts = new ArrayList<String>(count);
        for (var i = 0; i < count; i++) {
            texts.add(text(i));
        }
        return texts;
    }
}
