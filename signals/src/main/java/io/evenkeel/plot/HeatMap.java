package io.evenkeel.plot;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Values over rows and columns as colours, such as a quantity of every layer over the steps of a run.
///
/// Where there are more columns than room, each drawn cell shows the largest of its values, so that no spike is lost.
/// A cell with a value that is not finite is hatched.
public final class HeatMap implements Figure {
    /// Cells beside each other at most.
    private static final int MOST_CELLS = 280;

    private final String title;
    private final String subtitle;
    private final Axis x;
    private final Axis colour;
    private final List<String> rows;
    private final double[] columns;
    private final double[][] values;
    private final List<Chart.Mark> marks;

    private HeatMap(
            String title,
            String subtitle,
            Axis x,
            Axis colour,
            List<String> rows,
            double[] columns,
            double[][] values,
            List<Chart.Mark> marks) {
        this.title = title;
        this.subtitle = subtitle;
        this.x = x;
        this.colour = colour;
        this.rows = List.copyOf(rows);
        this.columns = columns;
        this.values = values;
        this.marks = List.copyOf(marks);
    }

    /// A heat map of values.
    ///
    /// @param x       what the columns are; [Axis.Kind#LINEAR]
    /// @param colour  what the colours are; linear, percent or logarithmic
    /// @param rows    names of the rows, from top to bottom
    /// @param columns places of the columns, ascending
    /// @param values  a row of values for each name // [rows, columns]
    public static HeatMap of(
            String title, Axis x, Axis colour, List<String> rows, double[] columns, double[][] values) {
        if (values.length != rows.size() || Arrays.stream(values).anyMatch(row -> row.length != columns.length)) {
            throw new IllegalArgumentException("values must be " + rows.size() + " rows of " + columns.length
                    + " but was " + values.length + " rows of "
                    + Arrays.stream(values).map(row -> row.length).distinct().toList());
        }
        for (int i = 1; i < columns.length; i++) {
            if (!(columns[i] > columns[i - 1])) {
                throw new IllegalArgumentException("columns must ascend but was " + columns[i - 1] + ", " + columns[i]);
            }
        }
        var copy = Arrays.stream(values).map(double[]::clone).toArray(double[][]::new);
        return new HeatMap(title, "", x, colour, rows, columns.clone(), copy, List.of());
    }

    /// A line under the title.
    public HeatMap subtitle(String text) {
        return new HeatMap(title, text, x, colour, rows, columns, values, marks);
    }

    /// A vertical line where something happened.
    public HeatMap event(double x, String label, Chart.Tone tone) {
        var more = new ArrayList<>(marks);
        more.add(new Chart.Mark(x, label, tone));
        return new HeatMap(title, subtitle, this.x, colour, rows, columns, values, more);
    }

    @Override
    public String render(boolean ownStyle) {
        var svg = new Svg();
        double width = 640;
        double gutter = rows.stream()
                .mapToDouble(row -> Labels.width(row, Frame.NARROW_FONT))
                .max()
                .orElse(0);
        double left = Frame.PAD + Math.min(gutter, 200) + 8;
        double right = width - Frame.PAD - 4;
        double rowHeight = Math.clamp(260.0 / Math.max(1, rows.size()), 4, 26);
        double plot = rowHeight * rows.size();
        var extent = Arrays.stream(values)
                .flatMapToDouble(Arrays::stream)
                .filter(v -> Double.isFinite(v) && (colour.kind() != Axis.Kind.LOG || v > 0))
                .summaryStatistics();
        var none = extent.getCount() == 0;
        var shade =
                new Scale(colour, none ? Double.NaN : extent.getMin(), none ? Double.NaN : extent.getMax(), false, 4);
        var empty = columns.length == 0;
        var scale = new Scale(
                x, empty ? Double.NaN : columns[0], empty ? Double.NaN : columns[columns.length - 1], false, 7);
        var buckets = buckets();
        var markRows = new MarkRows(marks, scale, left, right, 3);
        int missing = missing(shade);
        var notes = new ArrayList<String>();
        if (buckets.length - 1 < columns.length || missing > 0) {
            notes.add(Numbers.count((long) columns.length * rows.size()) + " values, "
                    + Numbers.count((long) (buckets.length - 1) * rows.size()) + " cells"
                    + (buckets.length - 1 < columns.length ? " (the largest value of each)" : "")
                    + (missing > 0 ? ", " + Numbers.count(missing) + " not finite (hatched)" : ""));
        }
        double below = 26 + (x.caption().isEmpty() ? 0 : Frame.LINE) + 44;
        var frame = Frame.open(
                svg,
                ownStyle,
                width,
                markRows.height() + 6 + plot + below,
                title,
                subtitle,
                rows.size() + " rows, " + columns.length + " columns of " + colour.caption(),
                notes);
        double top = frame.top() + markRows.height() + 6;
        if (missing > 0) {
            hatch(svg);
        }
        cells(svg, scale, shade, buckets, left, right, top, rowHeight);
        rowLabels(svg, left, top, rowHeight);
        markRows.draw(svg, top, top + plot);
        Frame.ticksBelow(svg, scale.ticks(7), scale, left, right, top + plot + 19);
        double y = top + plot + 19;
        if (!x.caption().isEmpty()) {
            y += Frame.LINE;
            svg.label(x.caption(), (left + right) / 2, y, "middle", "muted");
        }
        key(svg, shade, y + 16, missing > 0);
        return frame.close(svg);
    }

    /// Boundaries of the drawn cells as column numbers.
    private int[] buckets() {
        int cells = Math.min(columns.length, MOST_CELLS);
        var bounds = new int[cells + 1];
        for (int i = 0; i <= cells; i++) {
            bounds[i] = (int) ((long) i * columns.length / Math.max(1, cells));
        }
        return bounds;
    }

    private int missing(Scale shade) {
        return (int) Arrays.stream(values)
                .flatMapToDouble(Arrays::stream)
                .filter(v -> !shade.drawable(v))
                .count();
    }

    private static void hatch(Svg svg) {
        svg.open("pattern", "id", "ek-hatch", "width", 5, "height", 5, "patternUnits", "userSpaceOnUse")
                .rect("bad-fill", 0, 0, 5, 5, "")
                .path("hatch", "M0 0L5 5", "")
                .close();
    }

    /// Where a column begins: half way from the one before it.
    private double edge(int column, Scale scale, double left, double right) {
        if (column <= 0 || column >= columns.length) {
            return column <= 0 ? left : right;
        }
        var middle = (scale.at(columns[column - 1]) + scale.at(columns[column])) / 2;
        return left + middle * (right - left);
    }

    private void cells(
            Svg svg, Scale scale, Scale shade, int[] buckets, double left, double right, double top, double height) {
        var missing = new Svg();
        svg.open("g", "shape-rendering", "crispEdges");
        for (int r = 0; r < rows.size(); r++) {
            int from = 0;
            while (from < buckets.length - 1) {
                int level = level(values[r], buckets[from], buckets[from + 1], shade);
                int to = from + 1;
                while (to < buckets.length - 1 && level(values[r], buckets[to], buckets[to + 1], shade) == level) {
                    to++;
                }
                double begin = edge(buckets[from], scale, left, right);
                double end = edge(buckets[to], scale, left, right);
                // A hair too wide, so that no gap shows between neighbours; a hatched cell wide enough
                // to be seen.
                double seen = level < 0 ? Math.max(end - begin, 4) : Math.min(end - begin + 0.5, right - begin);
                (level < 0 ? missing : svg).filled(fill(level), begin, top + r * height, seen, height);
                from = to;
            }
        }
        svg.add(missing).close();
    }

    private static String fill(int level) {
        return level < 0 ? "url(#ek-hatch)" : Ramp.colour(level);
    }

    /// The level of a cell, -1 when one of its values has none.
    private static int level(double[] row, int from, int to, Scale shade) {
        var largest = Double.NEGATIVE_INFINITY;
        for (int i = from; i < to; i++) {
            if (!shade.drawable(row[i])) {
                return -1;
            }
            largest = Math.max(largest, row[i]);
        }
        return Ramp.level(shade.at(largest));
    }

    private void rowLabels(Svg svg, double left, double top, double height) {
        int every = (int) Math.ceil(15 / height);
        int narrowEvery = (int) Math.ceil(22 / height / every) * every;
        for (int r = 0; r < rows.size(); r += every) {
            var css = r % narrowEvery == 0 ? "muted" : "muted wide-only";
            svg.label(rows.get(r), left - 8, top + (r + 0.5) * height + 4.5, "end", css);
        }
    }

    private void key(Svg svg, Scale shade, double y, boolean missing) {
        double each = 6;
        double label = Labels.width(colour.caption(), Frame.NARROW_FONT);
        double begin = Frame.PAD + label + (label > 0 ? 24 : 0);
        double lowRoom = Labels.width(Numbers.value(shade.low()), Frame.NARROW_FONT);
        svg.label(colour.caption(), Frame.PAD, y + 13, "start", "muted");
        svg.label(shadeLabel(shade.low()), begin + lowRoom, y + 13, "end", "");
        for (int level = 0; level < Ramp.LEVELS; level++) {
            svg.filled(Ramp.colour(level), begin + lowRoom + 8 + level * each, y, each + 0.3, 16);
        }
        double end = begin + lowRoom + 16 + Ramp.LEVELS * each;
        svg.label(shadeLabel(shade.high()), end, y + 13, "start", "");
        if (missing) {
            double at = end + Labels.width(shadeLabel(shade.high()), Frame.NARROW_FONT) + 16;
            svg.filled(fill(-1), at, y, 16, 16);
            svg.label("not finite", at + 22, y + 13, "start", "");
        }
    }

    private String shadeLabel(double value) {
        return colour.kind() == Axis.Kind.PERCENT ? Numbers.value(100 * value) + "%" : Numbers.value(value);
    }
}
