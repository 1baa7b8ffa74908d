package io.evenkeel.log;

import io.evenkeel.InputException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What the columns of a table are, besides series: told by their names and by what stands in them.
///
/// @param step   the column that counts steps, null when there is none
/// @param time   the column with the time since 1970, null when there is none
/// @param groups the columns that tell runs apart
/// @param series the column that names the series of a row, null where every column is one
/// @param value  the column with the value of a row that names its series
record Layout(
        @Nullable String step,
        @Nullable String time,
        List<String> groups,
        @Nullable String series,
        @Nullable String value) {
    /// All columns are series.
    static final Layout SERIES_ONLY = new Layout(null, null, List.of(), null, null);

    /// What was seen of a column: numbers, and a text that is none.
    static final class Column {
        private final SeriesMapping.Sample numbers = new SeriesMapping.Sample();
        private int texts;
        private String text = "";

        void number(double value) {
            numbers.add(value);
        }

        void text(String value) {
            texts++;
            text = value;
        }

        boolean isNumeric() {
            return texts == 0 || numbers.count() > texts;
        }
    }

    /// @param columns by name, in order
    /// @param streams learns what was assumed
    static Layout of(Map<String, Column> columns, RunStreams streams, SeriesMapping mapping) {
        var options = streams.options();
        var step = chosen(LogOptions.STEP, columns, options, mapping);
        var groups = groups(columns, streams);
        if (step == null) {
            step = bestStep(columns, groups);
        }
        if (step == null) {
            streams.note("no column counts the steps: the number of the row stands for it");
        } else if (KnownNames.plain(step).equals("epoch")) {
            streams.note("steps are epochs");
        }
        var time = chosen(LogOptions.TIME, columns, options, mapping);
        if (time == null) {
            time = time(columns);
        }
        String series = null;
        String value = null;
        for (var column : columns.entrySet()) {
            if (KnownNames.isSeriesColumn(column.getKey()) && column.getValue().texts > 0) {
                series = column.getKey();
            } else if (KnownNames.isValueColumn(column.getKey())
                    && column.getValue().isNumeric()) {
                value = column.getKey();
            }
        }
        var tidy = series != null && value != null;
        return new Layout(step, time, groups, tidy ? series : null, tidy ? value : null);
    }

    private static @Nullable String chosen(
            String key, Map<String, Column> columns, LogOptions options, SeriesMapping mapping) {
        var name = options.map().get(key);
        if (name == null || !columns.containsKey(name)) {
            return null;
        }
        mapping.matched(name);
        return name;
    }

    private static @Nullable String bestStep(Map<String, Column> columns, List<String> groups) {
        String best = null;
        for (var column : columns.entrySet()) {
            var rank = KnownNames.stepRank(column.getKey());
            if (rank >= 0
                    && !groups.contains(column.getKey())
                    && column.getValue().isNumeric()
                    && column.getValue().numbers.countsSteps()
                    && (best == null || rank < KnownNames.stepRank(best))) {
                best = column.getKey();
            }
        }
        return best;
    }

    private static @Nullable String time(Map<String, Column> columns) {
        for (var column : columns.entrySet()) {
            if (!KnownNames.isTime(column.getKey())) {
                continue;
            }
            var seen = column.getValue();
            var known = seen.isNumeric()
                    ? !Double.isNaN(Clock.seconds(seen.numbers.min()))
                            && !Double.isNaN(Clock.seconds(seen.numbers.max()))
                    : !Double.isNaN(Clock.seconds(seen.text));
            if (known) {
                return column.getKey();
            }
        }
        return null;
    }

    private static List<String> groups(Map<String, Column> columns, RunStreams streams) {
        var options = streams.options();
        for (var name : options.groupBy()) {
            if (!columns.containsKey(name)) {
                throw new InputException("group-by must be one of the columns " + some(columns.keySet()) + " but was "
                        + name + " (" + streams.id() + ")");
            }
        }
        if (!options.groupBy().isEmpty()) {
            return options.groupBy();
        }
        var groups = new ArrayList<String>();
        for (var name : columns.keySet()) {
            if (KnownNames.isRun(name)) {
                groups.add(name);
            }
        }
        if (!groups.isEmpty()) {
            streams.note("runs are told apart by the column " + String.join(", ", groups));
        }
        return groups;
    }

    private static String some(Set<String> names) {
        return String.join(", ", names.stream().limit(20).toList()) + (names.size() > 20 ? ", ..." : "");
    }

    /// The columns that are series: numeric ones that are nothing else.
    Map<String, SeriesMapping.Sample> samples(Map<String, Column> columns) {
        var samples = new LinkedHashMap<String, SeriesMapping.Sample>();
        columns.forEach((name, column) -> {
            if (!name.equals(step) && !name.equals(time) && !groups.contains(name) && column.isNumeric()) {
                samples.put(name, column.numbers);
            }
        });
        return samples;
    }
}
