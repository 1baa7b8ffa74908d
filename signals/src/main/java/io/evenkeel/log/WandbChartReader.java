package io.evenkeel.log;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Reads the CSV export of a W&B chart: a step column, then `<run> - <metric>` for every run drawn, each with the
/// extremes of what was left out, `..__MIN` and `..__MAX`.
final class WandbChartReader implements LogReader {
    private final LogInput in;
    private final TableHead head;
    private final RunStreams streams;
    private final SeriesMapping mapping;
    private final Lines lines;
    private final Fields fields = new Fields();
    private final NumberParser numbers = new NumberParser();
    private final List<Column> columns = new ArrayList<>();
    private int headerLeft;

    /// @param run    empty where only one is drawn
    /// @param series null for what is no metric
    private record Column(String run, String series) {}

    WandbChartReader(LogInput in, TableHead head, RunStreams streams) {
        this.in = in;
        this.head = head;
        this.streams = streams;
        this.mapping = streams.mapping(new SeriesMapping(streams.options(), Map.of()));
        this.headerLeft = head.headerLines();
        this.lines = new Lines(in, streams.limits().lineBytes(), head.overprinted(), streams::flush);
        streams.note("an export of a chart holds a sample of the points: a spike between them is not seen");
        for (var name : head.names()) {
            columns.add(column(name));
        }
    }

    private Column column(String name) {
        var at = name.lastIndexOf(" - ");
        if (at < 0) {
            return new Column("", "");
        }
        var metric = name.substring(at + 3);
        var extreme = metric.endsWith("__MIN") || metric.endsWith("__MAX");
        var series = extreme || metric.startsWith("_") ? null : mapping.of(metric);
        return new Column(name.substring(0, at), series == null ? "" : series);
    }

    @Override
    public boolean follows() {
        return !in.packed();
    }

    @Override
    public void read(boolean last) throws IOException {
        while (lines.next(last)) {
            if (headerLeft > 0) {
                headerLeft--;
                continue;
            }
            var bytes = lines.bytes();
            fields.split(bytes, lines.from(), lines.to(), head.delimiter());
            if (fields.count() == columns.size() && numbers.parse(bytes, fields.from(0), fields.to(0))) {
                row(bytes, numbers.value());
            } else if (lines.to() > lines.from()) {
                streams.warning(
                        "rows that do not fit the header were passed over, the first at line " + lines.number());
            }
        }
    }

    private void row(byte[] bytes, double step) {
        for (var i = 1; i < columns.size(); i++) {
            var column = columns.get(i);
            if (!column.series().isEmpty() && numbers.parse(bytes, fields.from(i), fields.to(i))) {
                var run = streams.run(column.run());
                if (run.at(step, Double.NaN)) {
                    run.put(column.series(), numbers.value());
                }
            }
        }
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
