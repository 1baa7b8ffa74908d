package io.evenkeel.data.fetch;

import io.evenkeel.data.format.CsvFile;
import io.evenkeel.data.format.Utf8;
import io.evenkeel.data.rdata.RData;
import io.evenkeel.data.rdata.RValue;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// How the tables are made.
final class TableRecipes {
    private TableRecipes() {}

    /// A data frame in a file of an R package.
    static Recipe frame(String debian, String file, String object) {
        return (packages, into) -> {
            var path = packages.debian(debian).resolve("usr/lib/R/site-library").resolve(file);
            var frame = RData.load(path).get(object);
            if (!(frame instanceof RValue.Values columns)) {
                throw new IOException(file + " has no table " + object);
            }
            table(columns).write(into.resolve(DataSet.TABLE_FILE));
        };
    }

    /// Rows of texts from columns of values.
    static CsvFile table(RValue.Values frame) {
        var columns = frame.values().stream().map(RValue::texts).toList();
        var rows = new ArrayList<List<@Nullable String>>();
        for (var i = 0; i < columns.getFirst().size(); i++) {
            var row = new ArrayList<@Nullable String>();
            for (var column : columns) {
                row.add(column.get(i));
            }
            rows.add(row);
        }
        return new CsvFile(frame.names(), rows);
    }

    /// Where scikit-learn keeps its data.
    static Path sklearn(Packages packages) throws IOException {
        return packages.debian("python3-sklearn").resolve("usr/lib/python3/dist-packages/sklearn/datasets/data");
    }

    /// A file of scikit-learn: a first line with rows, columns and the names of the classes; then numbers, the
    /// class
    /// last.
    static Recipe classes(String file, List<String> columns) {
        return (packages, into) -> {
            var lines = Utf8.readAll(sklearn(packages).resolve(file)).lines().toList();
            var first = lines.getFirst().split(",", -1);
            var header = new ArrayList<String>(columns);
            for (var i = header.size(); i < Integer.parseInt(first[1]); i++) {
                header.add("x" + (i + 1));
            }
            header.add("class");
            var rows = new ArrayList<List<@Nullable String>>();
            for (var line : lines.subList(1, lines.size())) {
                var row = new ArrayList<@Nullable String>(List.of(line.split(",", -1)));
                row.set(row.size() - 1, first[2 + Integer.parseInt(line.substring(line.lastIndexOf(',') + 1))]);
                rows.add(row);
            }
            new CsvFile(header, rows).write(into.resolve(DataSet.TABLE_FILE));
        };
    }

    /// Measurements and progression in two files, line by line.
    static Recipe diabetes() {
        return (packages, into) -> {
            var from = sklearn(packages);
            var features = Utf8.readAll(from.resolve("diabetes_data_raw.csv.gz"))
                    .lines()
                    .toList();
            var targets =
                    Utf8.readAll(from.resolve("diabetes_target.csv.gz")).lines().toList();
            var rows = new ArrayList<List<@Nullable String>>();
            for (var i = 0; i < features.size(); i++) {
                var row = new ArrayList<@Nullable String>(
                        List.of(features.get(i).strip().split("\\s+", -1)));
                row.add(Long.toString((long) Double.parseDouble(targets.get(i))));
                rows.add(row);
            }
            new CsvFile(List.of("age", "sex", "bmi", "bp", "s1", "s2", "s3", "s4", "s5", "s6", "progression"), rows)
                    .write(into.resolve(DataSet.TABLE_FILE));
        };
    }

    /// Reads what a recipe made.
    static Map<String, Long> counts(Path directory) {
        var table = CsvFile.read(directory.resolve(DataSet.TABLE_FILE));
        var missing = table.rows().stream()
                .mapToLong(row -> row.stream().filter(java.util.Objects::isNull).count())
                .sum();
        var counts = new LinkedHashMap<String, Long>();
        counts.put("rows", (long) table.rows().size());
        counts.put("columns", (long) table.header().size());
        counts.put("missing", missing);
        return counts;
    }
}
