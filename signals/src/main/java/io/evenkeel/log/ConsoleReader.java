package io.evenkeel.log;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Reads the text that a training program prints, among whatever else it prints. The first lines that a tool's format
/// takes decide whose it is; a general format only holds until those of a tool turn up.
final class ConsoleReader implements LogReader {
    /// Longer lines are no tool's: they are dumps of configurations and the like.
    static final int LONGEST_LINE = 4096;

    private static final Pattern ANSI = Pattern.compile("\u001b\\[[0-9;?]*+[A-Za-z]");

    private final LogInput in;
    private final RunStreams streams;
    private final Lines lines;
    private final List<LineFormat> formats = LineFormat.all();
    private @Nullable LineFormat chosen;
    private @Nullable NamedRows rows;
    private @Nullable Row unsure;
    private long taken;

    /// @param hint what the beginning of the text showed, [LogFormat#UNKNOWN] for nothing
    ConsoleReader(LogInput in, RunStreams streams, LogFormat hint) {
        this.in = in;
        this.streams = streams;
        this.lines = new Lines(in, LONGEST_LINE, true, () -> {
            if (rows != null) {
                rows.decide();
            }
            streams.flush();
        });
        formats.stream().filter(format -> format.format() == hint).findFirst().ifPresent(this::choose);
    }

    @Override
    public boolean follows() {
        return !in.packed();
    }

    @Override
    public void read(boolean last) throws IOException {
        while (lines.next(last)) {
            if (lines.to() > lines.from()) {
                line(plain(lines.text()));
            }
        }
        if (rows != null) {
            rows.caughtUp();
        }
    }

    /// A line without the codes that colour it.
    static String plain(String line) {
        return line.indexOf('\u001b') < 0 ? line : ANSI.matcher(line).replaceAll("");
    }

    private void line(String line) {
        var own = chosen;
        for (var format : formats) {
            if (own != null && !own.isProvisional() && !format.equals(own)) {
                continue;
            }
            var row = format.read(line);
            if (row != null && (!row.isEmpty() || format.equals(own))) {
                take(format, row);
                return;
            }
        }
    }

    private void take(LineFormat format, Row row) {
        if (!format.equals(chosen) && !becomes(format, row)) {
            return;
        }
        if (!row.isEmpty() && rows != null) {
            taken++;
            rows.add(row);
        }
    }

    /// Decides for another format than before; not for a general one by a single line.
    private boolean becomes(LineFormat format, Row row) {
        var own = chosen;
        if (own != null && (formats.indexOf(format) > formats.indexOf(own))) {
            return false;
        }
        var first = unsure;
        if (format.format() == LogFormat.KEY_VALUE && first == null) {
            unsure = row;
            return false;
        }
        if (own != null && rows != null) {
            rows.decide();
            streams.note(taken + " lines before were read as " + own.format().title());
            taken = 0;
        }
        choose(format);
        if (format.format() == LogFormat.KEY_VALUE && first != null && rows != null) {
            rows.add(first);
        }
        return true;
    }

    private void choose(LineFormat format) {
        chosen = format;
        streams.format(format.format());
        rows = new NamedRows(streams, new SeriesMapping(streams.options(), format.names()));
        if (!format.note().isEmpty()) {
            streams.note(format.note());
        }
    }

    /// The format of the beginning of a text: that of the most particular kind that any line has, a general one
    /// only by
    /// two lines.
    static LogFormat recognise(byte[] head) {
        var text = new String(head, StandardCharsets.UTF_8);
        var formats = LineFormat.all();
        var hits = new int[formats.size()];
        for (var line : lines(text)) {
            for (var i = 0; i < hits.length; i++) {
                var row = formats.get(i).read(line);
                if (row != null && !row.isEmpty()) {
                    hits[i]++;
                    break;
                }
            }
        }
        for (var i = 0; i < hits.length; i++) {
            var format = formats.get(i).format();
            if (hits[i] >= (format == LogFormat.KEY_VALUE ? 2 : 1)) {
                return format;
            }
        }
        return LogFormat.UNKNOWN;
    }

    private static List<String> lines(String text) {
        var lines = new ArrayList<String>();
        for (var line : text.split("[\\r\\n\\x08]+")) {
            if (!line.isEmpty() && line.length() <= LONGEST_LINE) {
                lines.add(plain(line));
            }
        }
        return lines;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
