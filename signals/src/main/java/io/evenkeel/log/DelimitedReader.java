package io.evenkeel.log;

import io.evenkeel.metric.SeriesNames;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Reads a delimited table. The first rows decide what the columns are; after that a row is read out of its bytes
/// without making objects but the [io.evenkeel.metric.Readings].
final class DelimitedReader implements LogReader {
    private static final int SAMPLE = 64;
    private static final int NOT_A_SERIES = -1;

    private final LogInput in;
    private final TableHead head;
    private final RunStreams streams;
    private final SeriesMapping mapping;
    private final Lines lines;
    private final Fields fields = new Fields();
    private final NumberParser numbers = new NumberParser();
    private @Nullable List<Sampled> sample = new ArrayList<>();
    private long line;
    private int headerLeft;

    private int step = -1;
    private int time = -1;
    private int[] groups = {};
    private int seriesColumn = -1;
    private int valueColumn = -1;
    private @Nullable String[] seriesOf = {};
    private final Map<RunStream, int[]> slotsOf = new HashMap<>();
    private @Nullable RunStream run;
    private int[] slots = {};
    private byte[][] group = {};

    private int loss = -1;
    private long lossRows;
    private long lossEmpty;
    private long badRows;
    private long firstBadRow;
    private long badValues;

    private record Sampled(byte[] bytes, long line) {}

    DelimitedReader(LogInput in, TableHead head, RunStreams streams) {
        this.in = in;
        this.head = head;
        this.streams = streams;
        this.mapping = streams.mapping(new SeriesMapping(streams.options(), Map.of()));
        this.headerLeft = head.headerLines();
        this.lines = new Lines(in, streams.limits().lineBytes(), head.overprinted(), () -> {
            decide();
            streams.flush();
        });
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
            } else if (lines.to() > lines.from()) {
                if (sample != null) {
                    sample.add(new Sampled(lines.copy(), lines.number()));
                    if (sample.size() == SAMPLE) {
                        decide();
                    }
                } else {
                    line = lines.number();
                    row(lines.bytes(), lines.from(), lines.to());
                }
                if (!lines.terminated()) {
                    streams.note("the last line has no end: its last value may be cut");
                }
            }
        }
        decide();
        tell();
    }

    private void tell() {
        if (lines.tooLong() > 0) {
            streams.warning(
                    lines.tooLong() + " lines longer than " + streams.limits().lineBytes() + " bytes were passed over");
        }
        if (badRows > 0) {
            streams.warning("rows that do not fit the header were passed over, the first of " + badRows + " at line "
                    + firstBadRow);
        }
        if (badValues > 0) {
            streams.note(badValues + " values are no numbers and were passed over");
        }
        if (lossEmpty > 0 && lossRows > 9 * lossEmpty) {
            streams.note("the loss is empty in " + lossEmpty + " rows: pandas writes NaN so");
        }
    }

    private void decide() {
        if (sample == null || sample.isEmpty()) {
            return;
        }
        var rows = sample;
        sample = null;
        var names = head.names();
        var columns = new LinkedHashMap<String, Layout.Column>();
        names.forEach(name -> columns.put(name, new Layout.Column()));
        for (var row : rows) {
            var bytes = row.bytes();
            fields.split(bytes, 0, bytes.length, head.delimiter());
            for (var i = 0; i < names.size() && fields.count() == names.size(); i++) {
                var column = columns.get(names.get(i));
                if (column != null && !fields.isEmpty(i)) {
                    if (number(bytes, i)) {
                        column.number(numbers.value());
                    } else {
                        column.text(fields.text(i));
                    }
                }
            }
        }
        arrange(columns);
        for (var row : rows) {
            line = row.line();
            row(row.bytes(), 0, row.bytes().length);
        }
    }

    private void arrange(Map<String, Layout.Column> columns) {
        if (head.headerLines() == 0 || head.names().getFirst().equals("column 1")) {
            streams.note("the table has no header: its columns are called column 1, column 2 and so on");
        }
        var names = head.names();
        var layout = Layout.of(columns, streams, mapping);
        var samples = layout.samples(columns);
        if (layout.series() != null) {
            samples.clear();
        }
        mapping.decide(samples);
        step = index(layout.step());
        time = index(layout.time());
        groups = layout.groups().stream().mapToInt(names::indexOf).toArray();
        group = new byte[groups.length][];
        seriesColumn = index(layout.series());
        valueColumn = index(layout.value());
        seriesOf = new String[names.size()];
        for (var i = 0; i < names.size(); i++) {
            seriesOf[i] = samples.containsKey(names.get(i)) ? mapping.of(names.get(i)) : null;
            if (SeriesNames.LOSS.equals(seriesOf[i])) {
                loss = i;
            }
        }
    }

    private int index(@Nullable String name) {
        return name == null ? -1 : head.names().indexOf(name);
    }

    private void row(byte[] bytes, int from, int to) {
        fields.split(bytes, from, to, head.delimiter());
        if (fields.count() != seriesOf.length) {
            bad();
            return;
        }
        var current = current();
        var wall = time < 0 ? Double.NaN : wall(bytes);
        if (step < 0) {
            current.next(wall);
        } else if (!number(bytes, step)) {
            // A resumed run may have written its header again.
            if (!fields.text(step).equals(head.names().get(step))) {
                bad();
            }
            return;
        } else if (!current.at(numbers.value(), wall)) {
            return;
        }
        if (seriesColumn >= 0) {
            var name = mapping.of(fields.text(seriesColumn));
            if (name != null && number(bytes, valueColumn)) {
                current.put(name, numbers.value());
            }
            return;
        }
        for (var i = 0; i < slots.length; i++) {
            if (slots[i] == NOT_A_SERIES) {
                continue;
            }
            if (fields.isEmpty(i)) {
                lossEmpty += i == loss ? 1 : 0;
            } else if (number(bytes, i)) {
                current.put(slots[i], numbers.value());
                lossRows += i == loss ? 1 : 0;
            } else {
                badValues += isAbsent(i) ? 0 : 1;
            }
        }
    }

    private void bad() {
        if (badRows++ == 0) {
            firstBadRow = line;
        }
    }

    private boolean isAbsent(int field) {
        return switch (fields.text(field).toLowerCase(Locale.ROOT)) {
            case "", "na", "n/a", "none", "null", "-", "<na>" -> true;
            default -> false;
        };
    }

    private boolean number(byte[] bytes, int field) {
        return head.decimalComma()
                ? numbers.parse(fields.text(field).replace(',', '.'))
                : numbers.parse(bytes, fields.from(field), fields.to(field));
    }

    private double wall(byte[] bytes) {
        return number(bytes, time) ? Clock.seconds(numbers.value()) : Clock.seconds(fields.text(time));
    }

    /// The run of the row; consecutive rows usually share it.
    private RunStream current() {
        var known = run;
        if (known != null && sameGroup()) {
            return known;
        }
        var parts = new ArrayList<String>();
        for (var i = 0; i < groups.length; i++) {
            group[i] = fields.copy(groups[i]);
            parts.add(fields.text(groups[i]));
        }
        var next = streams.run(String.join("/", parts));
        run = next;
        slots = slotsOf.computeIfAbsent(next, this::slots);
        return next;
    }

    private boolean sameGroup() {
        for (var i = 0; i < groups.length; i++) {
            if (!fields.equals(groups[i], group[i])) {
                return false;
            }
        }
        return true;
    }

    private int[] slots(RunStream of) {
        var found = new int[seriesOf.length];
        Arrays.fill(found, NOT_A_SERIES);
        for (var i = 0; i < found.length; i++) {
            var series = seriesOf[i];
            if (series != null) {
                found[i] = of.slot(series);
            }
        }
        return found;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
