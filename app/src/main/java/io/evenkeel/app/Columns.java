package io.evenkeel.app;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// A table as lines of text.
final class Columns {
    private Columns() {}

    /// The lines: cells padded to their column, the header first.
    static List<String> of(List<String> header, List<List<String>> rows) {
        var all = Stream.concat(Stream.of(header), rows.stream()).toList();
        var widths = new int[header.size()];
        all.forEach(row -> {
            for (var i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        });
        var lines = new ArrayList<String>();
        for (var row : all) {
            var line = new StringBuilder();
            for (var i = 0; i < widths.length; i++) {
                line.append(row.get(i)).append(" ".repeat(widths[i] - row.get(i).length() + 2));
            }
            lines.add(line.toString().stripTrailing());
        }
        return lines;
    }
}
