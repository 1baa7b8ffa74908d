package io.evenkeel.data.format;

import io.evenkeel.InputException;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A table of text cells with a header, as comma-, semicolon-, tab- or bar-separated values (RFC 4180: a cell in double
/// quotes may hold anything, with `""` for a quote). Files may be packed with gzip.
///
/// @param header the names of the columns
/// @param rows   the cells, null where missing: empty without quotes, `NA`, `?`, `NaN` or `null`
public record CsvFile(List<String> header, List<List<@Nullable String>> rows) {
    private static final List<String> MISSING = List.of("", "NA", "?", "NaN", "nan", "null", "NULL");

    /// Reads a file; the separator is the one that the header has most of.
    ///
    /// @throws InputException naming the line where a row has another number of cells or a quote stays open
    public static CsvFile read(Path file) {
        return parse(Utf8.readAll(file), file.toString());
    }

    static CsvFile parse(String text, String where) {
        var parser = new Parser(text.startsWith("\uFEFF") ? text.substring(1) : text, where);
        var header = parser.row();
        if (header == null) {
            throw new InputException("source must have a header but was empty (" + where + ")");
        }
        var names =
                header.stream().map(name -> name == null ? "" : name.strip()).toList();
        if (names.contains("") || new HashSet<>(names).size() != names.size()) {
            throw new InputException("header must name each column once but was " + names + " (" + where + ":1)");
        }
        var rows = new ArrayList<List<@Nullable String>>();
        for (var row = parser.row(); row != null; row = parser.row()) {
            if (row.size() != names.size()) {
                throw new InputException("row must have " + names.size() + " cells but has " + row.size() + " (" + where
                        + ":" + parser.rowLine + ")");
            }
            rows.add(row);
        }
        return new CsvFile(names, rows);
    }

    /// The position of a column.
    ///
    /// @throws InputException when there is none of that name
    public int column(String name) {
        var index = header.indexOf(name);
        if (index < 0) {
            throw new InputException("target must be one of the columns " + header + " but was " + name);
        }
        return index;
    }

    /// Writes a new packed file, separated by commas; missing cells are empty.
    public void write(Path file) throws IOException {
        try (var out = new BufferedWriter(new OutputStreamWriter(Gzip.create(file), StandardCharsets.UTF_8))) {
            out.write(String.join(",", header.stream().map(CsvFile::quoted).toList()));
            out.write('\n');
            for (var row : rows) {
                for (var i = 0; i < row.size(); i++) {
                    var cell = row.get(i);
                    out.write(i == 0 ? "" : ",");
                    out.write(cell == null ? "" : quoted(cell));
                }
                out.write('\n');
            }
        }
    }

    private static String quoted(String cell) {
        var plain = cell.chars().noneMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r')
                && !MISSING.contains(cell.strip());
        return plain ? cell : '"' + cell.replace("\"", "\"\"") + '"';
    }

    /// Walks over the text once.
    private static final class Parser {
        private final String text;
        private final String where;
        private final char separator;
        private int at;
        private int line = 1;
        private int rowLine = 1;

        Parser(String text, String where) {
            this.text = text;
            this.where = where;
            this.separator = separator(text);
        }

        private static char separator(String text) {
            var end = text.indexOf('\n');
            var header = end < 0 ? text : text.substring(0, end);
            var best = ',';
            for (var candidate : new char[] {',', ';', '\t', '|'}) {
                if (count(header, candidate) > count(header, best)) {
                    best = candidate;
                }
            }
            return best;
        }

        private static long count(String text, char wanted) {
            return text.chars().filter(c -> c == wanted).count();
        }

        /// The next row that is not blank, null at the end.
        @Nullable
        List<@Nullable String> row() {
            while (at < text.length() && (text.charAt(at) == '\n' || text.charAt(at) == '\r')) {
                line += text.charAt(at++) == '\n' ? 1 : 0;
            }
            if (at >= text.length()) {
                return null;
            }
            rowLine = line;
            var cells = new ArrayList<@Nullable String>();
            while (true) {
                cells.add(at < text.length() && text.charAt(at) == '"' ? quotedCell() : plainCell());
                if (at >= text.length() || text.charAt(at) != separator) {
                    break;
                }
                at++;
            }
            return cells;
        }

        private @Nullable String plainCell() {
            var start = at;
            while (at < text.length() && text.charAt(at) != separator && text.charAt(at) != '\n') {
                at++;
            }
            var cell = text.substring(start, at).strip();
            return MISSING.contains(cell) ? null : cell;
        }

        private String quotedCell() {
            var opened = line;
            var cell = new StringBuilder();
            for (at++; at < text.length(); at++) {
                var c = text.charAt(at);
                if (c == '"' && at + 1 < text.length() && text.charAt(at + 1) == '"') {
                    at++;
                } else if (c == '"') {
                    at++;
                    while (at < text.length() && text.charAt(at) != separator && text.charAt(at) != '\n') {
                        if (!Character.isWhitespace(text.charAt(at))) {
                            throw new InputException(
                                    "cell must end at its closing quote but does not (" + where + ":" + line + ")");
                        }
                        at++;
                    }
                    return cell.toString();
                }
                line += c == '\n' ? 1 : 0;
                cell.append(c);
            }
            throw new InputException("cell must have a closing quote but has none (" + where + ":" + opened + ")");
        }
    }
}
