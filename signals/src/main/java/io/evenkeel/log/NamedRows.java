package io.evenkeel.log;

import io.evenkeel.metric.SeriesNames;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Rows whose names are not known before: the first ones are looked at together to decide what the names are.
final class NamedRows {
    private static final int SAMPLE = 64;

    private final RunStreams streams;
    private final SeriesMapping mapping;
    private @Nullable List<Row> waiting = new ArrayList<>();
    private Layout layout = Layout.SERIES_ONLY;
    private long withoutStep;
    private long losses;
    private long emptyLosses;

    NamedRows(RunStreams streams, SeriesMapping mapping) {
        this.streams = streams;
        this.mapping = streams.mapping(mapping);
    }

    void add(Row row) {
        if (waiting == null) {
            emit(row);
            return;
        }
        waiting.add(row);
        if (waiting.size() == SAMPLE) {
            decide();
        }
    }

    /// Decides with what is there and gives it.
    void decide() {
        if (waiting == null || waiting.isEmpty()) {
            return;
        }
        var rows = waiting;
        waiting = null;
        var columns = new LinkedHashMap<String, Layout.Column>();
        for (var row : rows) {
            row.numbers.forEach((name, value) ->
                    columns.computeIfAbsent(name, _ -> new Layout.Column()).number(value));
            row.texts.forEach((name, value) ->
                    columns.computeIfAbsent(name, _ -> new Layout.Column()).text(value));
        }
        layout = rows.stream().anyMatch(row -> !Double.isNaN(row.step))
                ? Layout.SERIES_ONLY
                : Layout.of(columns, streams, mapping);
        mapping.decide(layout.samples(columns));
        rows.forEach(this::emit);
    }

    void caughtUp() {
        decide();
        if (withoutStep > 0) {
            streams.note(withoutStep + " rows have no " + layout.step() + " and were passed over");
            withoutStep = 0;
        }
        // Where it usually is there; in sparse rows it is simply not measured.
        if (emptyLosses > 0 && losses > 9 * emptyLosses) {
            streams.note("the loss is null in " + emptyLosses + " rows: pandas and JavaScript write NaN so");
        }
    }

    private void emit(Row row) {
        var run = streams.run(group(row));
        if (!begin(run, row)) {
            return;
        }
        var named = layout.series() == null ? null : row.texts.get(layout.series());
        if (named != null) {
            put(run, named, row.numbers.get(layout.value()));
            return;
        }
        for (var name : row.empty) {
            emptyLosses += SeriesNames.LOSS.equals(mapping.of(name)) ? 1 : 0;
        }
        row.numbers.forEach((name, value) -> {
            if (!name.equals(layout.step())
                    && !name.equals(layout.time())
                    && !layout.groups().contains(name)) {
                put(run, name, value);
            }
        });
    }

    private boolean begin(RunStream run, Row row) {
        if (!Double.isNaN(row.step)) {
            return run.at(row.step, wall(row));
        }
        if (layout.step() == null) {
            run.next(wall(row));
            return true;
        }
        var step = row.numbers.get(layout.step());
        withoutStep += step == null ? 1 : 0;
        return step != null && run.at(step, wall(row));
    }

    private void put(RunStream run, String name, @Nullable Double value) {
        var series = value == null ? null : mapping.of(name);
        if (series != null && value != null) {
            run.put(series, value);
            losses += series.equals(SeriesNames.LOSS) ? 1 : 0;
        }
    }

    private double wall(Row row) {
        if (layout.time() == null) {
            return row.wall;
        }
        var number = row.numbers.get(layout.time());
        var text = row.texts.get(layout.time());
        return number != null ? Clock.seconds(number) : text != null ? Clock.seconds(text) : Double.NaN;
    }

    private String group(Row row) {
        if (layout.groups().isEmpty()) {
            return "";
        }
        var parts = new ArrayList<String>();
        for (var name : layout.groups()) {
            var text = row.texts.get(name);
            var number = row.numbers.get(name);
            parts.add(text != null ? text : number == null ? "" : plain(number));
        }
        return String.join("/", parts);
    }

    static String plain(double number) {
        return number == Math.rint(number) && Math.abs(number) < 1e15
                ? Long.toString((long) number)
                : Double.toString(number);
    }
}
