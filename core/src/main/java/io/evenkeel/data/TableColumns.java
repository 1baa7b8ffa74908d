package io.evenkeel.data;

import io.evenkeel.InputException;
import io.evenkeel.data.format.CsvFile;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// How the cells of a row become numbers.
///
/// A column whose cells are all numbers is standardised with mean and (population) standard deviation of the training
/// rows; a missing cell is 0, the mean, and where training rows miss cells another input is 1 for them. Any other
/// column
/// has an input a value that training rows have, 1 where it holds; another value, and a missing one, is all zeros.
///
/// The target is a class when its cells are no numbers, or few whole ones; else a number, standardised likewise.
final class TableColumns {
    private static final int MOST_VALUES = 1000;
    private static final int MOST_WHOLE_CLASSES = 30;

    private final List<String> names = new ArrayList<>();
    private final List<Column> columns = new ArrayList<>();
    private final int targetIndex;
    private final String targetName;
    private final List<String> classes;
    private final double targetMean;
    private final double targetStd;

    private sealed interface Column {
        int index();
    }

    private record Numeric(int index, double mean, double std, boolean marksMissing) implements Column {}

    private record Categorical(int index, List<String> values) implements Column {}

    private TableColumns(CsvFile table, int target, int[] training) {
        for (var index = 0; index < table.header().size(); index++) {
            if (index != target) {
                add(table, index, training);
            }
        }
        this.targetIndex = target;
        this.targetName = table.header().get(target);
        for (var row = 0; row < table.rows().size(); row++) {
            if (table.rows().get(row).get(target) == null) {
                throw new InputException(
                        "target must be in every row but " + targetName + " is missing in row " + (row + 1));
            }
        }
        var numeric = isNumeric(table, target);
        var values = values(table, target, null);
        var whole = values.stream().allMatch(v -> v.matches("[-+]?\\d+"));
        if (numeric && !(whole && values.size() <= MOST_WHOLE_CLASSES)) {
            var statistics = statistics(table, target, training);
            this.classes = List.of();
            this.targetMean = statistics[0];
            this.targetStd = statistics[1];
        } else {
            this.classes = numeric
                    ? values.stream()
                            .sorted(Comparator.comparingDouble(Double::parseDouble))
                            .toList()
                    : List.copyOf(values);
            this.targetMean = 0;
            this.targetStd = 1;
        }
    }

    /// Looks at a table.
    ///
    /// @param training the rows that statistics are of
    /// @throws InputException when a target is missing, or a column has too many values for an input each
    static TableColumns of(CsvFile table, int target, int[] training) {
        return new TableColumns(table, target, training);
    }

    private void add(CsvFile table, int index, int[] training) {
        var name = table.header().get(index);
        if (isNumeric(table, index)) {
            var statistics = statistics(table, index, training);
            var missing = Arrays.stream(training)
                    .anyMatch(row -> table.rows().get(row).get(index) == null);
            columns.add(new Numeric(index, statistics[0], statistics[1], missing));
            names.add(name);
            if (missing) {
                names.add(name + " missing");
            }
            return;
        }
        var values = List.copyOf(values(table, index, training));
        if (values.size() > MOST_VALUES) {
            throw new InputException("column must have <= " + MOST_VALUES + " different values but " + name + " has "
                    + values.size() + " that are no numbers");
        }
        columns.add(new Categorical(index, values));
        values.forEach(value -> names.add(name + "=" + value));
    }

    private static boolean isNumeric(CsvFile table, int index) {
        var any = false;
        for (var row : table.rows()) {
            var cell = row.get(index);
            if (cell != null && Double.isNaN(number(cell))) {
                return false;
            }
            any |= cell != null;
        }
        return any;
    }

    /// NaN when it is none, or not finite.
    private static double number(String cell) {
        try {
            var number = Double.parseDouble(cell);
            return Double.isFinite(number) ? number : Double.NaN;
        } catch (NumberFormatException e) {
            return Double.NaN;
        }
    }

    private static NavigableSet<String> values(CsvFile table, int index, int @Nullable [] rows) {
        var values = new TreeSet<String>();
        var count = rows == null ? table.rows().size() : rows.length;
        for (var i = 0; i < count; i++) {
            var cell = table.rows().get(rows == null ? i : rows[i]).get(index);
            if (cell != null) {
                values.add(cell);
            }
        }
        return values;
    }

    /// Mean and standard deviation of the cells that are there; (0, 1) when there are none, deviation 1 when all
    /// are
    /// equal.
    private static double[] statistics(CsvFile table, int index, int[] rows) {
        var numbers = Arrays.stream(rows)
                .mapToObj(row -> table.rows().get(row).get(index))
                .filter(java.util.Objects::nonNull)
                .mapToDouble(TableColumns::number)
                .toArray();
        var mean = Arrays.stream(numbers).average().orElse(0);
        var variance = Arrays.stream(numbers)
                .map(v -> (v - mean) * (v - mean))
                .average()
                .orElse(1);
        return new double[] {mean, variance == 0 ? 1 : Math.sqrt(variance)};
    }

    List<String> names() {
        return names;
    }

    List<String> classes() {
        return classes;
    }

    double[] targetScale() {
        return new double[] {targetMean, targetStd};
    }

    /// Writes the inputs of a row from `at` on.
    void encode(List<@Nullable String> row, float[] into, int at) {
        var next = at;
        for (var column : columns) {
            var cell = row.get(column.index());
            switch (column) {
                case Numeric numeric -> {
                    into[next++] = cell == null ? 0 : (float) ((number(cell) - numeric.mean()) / numeric.std());
                    if (numeric.marksMissing()) {
                        into[next++] = cell == null ? 1 : 0;
                    }
                }
                case Categorical categorical -> {
                    for (var value : categorical.values()) {
                        into[next++] = value.equals(cell) ? 1 : 0;
                    }
                }
            }
        }
    }

    /// The class, or the standardised number.
    double target(List<@Nullable String> row) {
        var cell = row.get(targetIndex);
        if (cell == null) {
            throw new AssertionError("checked: " + targetName + " is never missing");
        }
        return classes.isEmpty() ? (number(cell) - targetMean) / targetStd : classes.indexOf(cell);
    }
}
