package io.evenkeel.log;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The beginning of a delimited table: how its fields are parted and what its columns are called.
///
/// @param names        of the columns; `column 1` and so on where the table does not name them
/// @param headerLines  lines before the first row
/// @param overprinted  whether a carriage return alone ends a line
/// @param decimalComma whether numbers are written `0,5`
record TableHead(byte delimiter, List<String> names, int headerLines, boolean overprinted, boolean decimalComma) {
    private static final byte[] DELIMITERS = {',', '\t', ';', '|', ' '};
    private static final int LONGEST_NAME = 200;
    private static final int SNIFFED_ROWS = 20;

    /// @return null when the text does not begin as a table does
    static @Nullable TableHead of(byte[] head) {
        var overprinted = indexOf(head, (byte) '\n') < 0 && indexOf(head, (byte) '\r') >= 0;
        var lines = lines(head, overprinted);
        var skipped = 0;
        while (skipped < lines.size() - 1 && skipped < 50 && isComment(lines, skipped)) {
            skipped++;
        }
        var rows = lines.subList(skipped, lines.size());
        for (var delimiter : DELIMITERS) {
            var found = of(rows, skipped, delimiter, overprinted);
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    private static int indexOf(byte[] bytes, byte wanted) {
        for (var i = 0; i < bytes.length; i++) {
            if (bytes[i] == wanted) {
                return i;
            }
        }
        return -1;
    }

    private static List<byte[]> lines(byte[] head, boolean overprinted) {
        var lines = new ArrayList<byte[]>();
        var end = overprinted ? '\r' : '\n';
        var from = 0;
        for (var i = 0; i <= head.length && lines.size() < SNIFFED_ROWS + 50; i++) {
            if (i == head.length || head[i] == end) {
                var to = i > from && head[i - 1] == '\r' ? i - 1 : i;
                if (i < head.length || to > from) {
                    lines.add(Arrays.copyOfRange(head, from, to));
                }
                from = i + 1;
            }
        }
        return lines;
    }

    /// A comment line, unless it is the header as NumPy writes it, with rows of numbers behind.
    private static boolean isComment(List<byte[]> lines, int at) {
        var line = lines.get(at);
        if (new String(line, StandardCharsets.ISO_8859_1).isBlank()) {
            return true;
        }
        return line[0] == '#' && at + 1 < lines.size() && lines.get(at + 1).length > 0 && lines.get(at + 1)[0] == '#';
    }

    private static @Nullable TableHead of(List<byte[]> rows, int skipped, byte delimiter, boolean overprinted) {
        if (rows.isEmpty() || rows.getFirst().length == 0) {
            return null;
        }
        var names = names(rows.getFirst(), delimiter);
        var data = rows.subList(1, Math.min(rows.size(), SNIFFED_ROWS));
        var comma = delimiter == ';' && hasDecimalCommas(data);
        if (isNumeric(names)) {
            // No header: only a table of numbers that are all the same in number is taken.
            if (names.size() < 2 || share(rows, delimiter, names.size(), comma) < 1) {
                return null;
            }
            var numbered = new ArrayList<String>();
            for (var i = 0; i < names.size(); i++) {
                numbered.add("column " + (i + 1));
            }
            return new TableHead(delimiter, List.copyOf(numbered), skipped, overprinted, comma);
        }
        if (!isHeader(names, delimiter) || (!data.isEmpty() && share(data, delimiter, names.size(), comma) < 0.5)) {
            return null;
        }
        return new TableHead(delimiter, unique(names), skipped + 1, overprinted, comma);
    }

    private static List<String> names(byte[] line, byte delimiter) {
        var from = line[0] == '#' ? 1 : 0;
        var fields = new Fields();
        fields.split(line, from, line.length, delimiter);
        return fields.texts();
    }

    private static boolean isHeader(List<String> names, byte delimiter) {
        if (names.size() < 2 && !(names.size() == 1 && KnownNames.isKnown(names.getFirst()))) {
            return false;
        }
        var known = 0;
        for (var name : names) {
            if (name.length() > LONGEST_NAME
                    || name.indexOf('=') >= 0
                    || name.contains(": ")
                    || name.startsWith("{")
                    || name.startsWith("[")) {
                return false;
            }
            known += KnownNames.isKnown(name) || name.contains(" - ") || KnownNames.isValueColumn(name) ? 1 : 0;
        }
        return known > 0 && (delimiter != ' ' || known * 2 >= names.size());
    }

    private static boolean isNumeric(List<String> fields) {
        var numbers = new NumberParser();
        return !fields.isEmpty() && fields.stream().allMatch(numbers::parse);
    }

    /// The share of rows with as many fields as wanted, of which a number.
    private static double share(List<byte[]> rows, byte delimiter, int wanted, boolean comma) {
        var fields = new Fields();
        var numbers = new NumberParser();
        var good = 0;
        var all = 0;
        for (var row : rows) {
            if (row.length == 0) {
                continue;
            }
            all++;
            fields.split(row, 0, row.length, delimiter);
            var numeric = false;
            for (var i = 0; i < fields.count(); i++) {
                var text = fields.text(i);
                numeric |= numbers.parse(comma ? text.replace(',', '.') : text);
            }
            good += fields.count() == wanted && numeric ? 1 : 0;
        }
        return all == 0 ? 0 : (double) good / all;
    }

    private static boolean hasDecimalCommas(List<byte[]> rows) {
        return rows.stream()
                .anyMatch(row ->
                        new String(row, StandardCharsets.ISO_8859_1).matches("(?:.*;)?-?\\d+,\\d+(?:[eE].*|;.*)?"));
    }

    private static List<String> unique(List<String> names) {
        var seen = new HashSet<String>();
        var unique = new ArrayList<String>();
        for (var i = 0; i < names.size(); i++) {
            var name = names.get(i).isEmpty() ? "column " + (i + 1) : names.get(i);
            unique.add(seen.add(name) ? name : name + " (" + (i + 1) + ")");
            seen.add(unique.getLast());
        }
        return List.copyOf(unique);
    }

    /// Whether this is an export of a W&B chart: a column a run and metric.
    boolean isWandbChart() {
        return names.size() > 1
                && KnownNames.stepRank(names.getFirst()) >= 0
                && names.stream().skip(1).allMatch(name -> name.contains(" - "));
    }

    boolean isKeras() {
        return KnownNames.plain(names.getFirst()).equals("epoch")
                && names.stream().skip(1).noneMatch(name -> KnownNames.stepRank(name) >= 0)
                && names.stream().anyMatch(name -> KnownNames.plain(name).equals("loss"));
    }

    boolean isLightning(String fileName) {
        return fileName.equals("metrics.csv") && names.contains("step") && names.contains("epoch");
    }
}
