package io.evenkeel.plot;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import org.jspecify.annotations.Nullable;

/// Draws a [Chart].
final class ChartPlot {
    /// Lines with at most this many points show them.
    private static final int DOTS = 24;
    /// Points with tooltips; more would only make the file large.
    private static final int HINTS = 400;
    /// Rows for the labels of marks.
    private static final int MARK_ROWS = 3;

    private final Chart chart;
    private final Svg svg = new Svg();
    private final Legend legend;
    private final Scale x;
    private final Scale y;
    private final int wantedX;
    private final int wantedY;
    private final List<Scale.Tick> yTicks;
    private final double left;
    private final double right;
    private final double inset;
    private double top;
    private double bottom;
    private M4 shown = M4.none();
    private int diverged;
    private int outside;

    ChartPlot(Chart chart) {
        this.chart = chart;
        legend = new Legend(chart.series(), chart.width());
        wantedX = (int) (chart.width() / 90);
        wantedY = (int) Math.max(2, chart.plotHeight() / 50);
        var bars = chart.series().stream().anyMatch(s -> s instanceof Series.Bars);
        y = scale(chart.y(), s -> values(s), bars, true, wantedY);
        x = xScale(bars);
        yTicks = y.ticks(wantedY);
        var gutter = yTicks.stream()
                .mapToDouble(tick -> Labels.width(tick.label(), Frame.NARROW_FONT))
                .max()
                .orElse(0);
        left = Frame.PAD + gutter + 8;
        right = chart.width() - Frame.PAD - 4;
        inset = chart.series().stream().anyMatch(ChartPlot::dotted) ? 9 : 0;
    }

    private static boolean dotted(Series series) {
        return series instanceof Series.Points || (series instanceof Series.Line line && dotted(line));
    }

    private static boolean dotted(Series.Line line) {
        return line.style() == Series.Style.NORMAL && line.x().length <= DOTS;
    }

    private interface Values {
        DoubleStream of(Series series);
    }

    private static DoubleStream values(Series series) {
        return switch (series) {
            case Series.Line line -> DoubleStream.of(line.y());
            case Series.Band band -> DoubleStream.concat(DoubleStream.of(band.y()), DoubleStream.of(band.high()));
            case Series.Points points -> with(points.y(), points.low(), points.high());
            case Series.Bars bars -> with(bars.y(), bars.low(), bars.high());
        };
    }

    private static DoubleStream with(double[] y, double @Nullable [] low, double @Nullable [] high) {
        if (low == null || high == null) {
            return DoubleStream.of(y);
        }
        return DoubleStream.concat(DoubleStream.of(y), DoubleStream.concat(DoubleStream.of(low), DoubleStream.of(high)));
    }

    private Scale scale(Axis axis, Values values, boolean fromZero, boolean widen, int wanted) {
        var positive = axis.kind() == Axis.Kind.LOG;
        var extent = chart.series().stream()
                .flatMapToDouble(values::of)
                .filter(v -> Double.isFinite(v) && (!positive || v > 0))
                .summaryStatistics();
        if (extent.getCount() == 0) {
            return new Scale(axis, Double.NaN, Double.NaN, widen, wanted);
        }
        var zero = fromZero && !positive;
        return new Scale(
                axis,
                zero ? Math.min(0, extent.getMin()) : extent.getMin(),
                zero ? Math.max(0, extent.getMax()) : extent.getMax(),
                widen,
                wanted);
    }

    /// Bars need half a group of room at both ends.
    private Scale xScale(boolean bars) {
        var plain = scale(chart.x(), s -> DoubleStream.of(s.x()), false, false, wantedX);
        if (!bars || chart.x().kind() == Axis.Kind.CATEGORIES || chart.x().kind() == Axis.Kind.LOG) {
            return plain;
        }
        var room = spacing(chart.series().stream()) / 2;
        var wide = DoubleStream.of(plain.low() - room, plain.high() + room).toArray();
        return new Scale(
                chart.x(), Double.isFinite(room) ? wide[0] : plain.low(), Double.isFinite(room) ? wide[1] : plain.high(),
                false, wantedX);
    }

    private static double spacing(java.util.stream.Stream<Series> series) {
        var places = series.filter(s -> s instanceof Series.Bars)
                .flatMapToDouble(s -> DoubleStream.of(s.x()))
                .sorted()
                .distinct()
                .toArray();
        var smallest = Double.POSITIVE_INFINITY;
        for (int i = 1; i < places.length; i++) {
            smallest = Math.min(smallest, places[i] - places[i - 1]);
        }
        return places.length == 1 ? 1 : smallest;
    }

    private double px(double value) {
        return from() + x.at(value) * (to() - from());
    }

    /// Where the horizontal axis has its ends: points need room to stand on them.
    private double from() {
        return left + inset;
    }

    private double to() {
        return right - inset;
    }

    private double py(double value) {
        return bottom - y.at(value) * (bottom - top);
    }

    String render(boolean ownStyle) {
        var marks = new MarkRows(chart.marks(), x, from(), to(), MARK_ROWS);
        double caption = chart.y().caption().isEmpty() ? 8 : Frame.LINE + 8;
        double above = legend.height() + caption + marks.height();
        double below = 24 + (chart.x().caption().isEmpty() ? 0 : Frame.LINE) + 8;
        // The note is known only when all is drawn, and the height only when the note is: draw the series first.
        top = 0;
        bottom = chart.plotHeight();
        count();
        var notes = new ArrayList<>(chart.notes());
        honesty().forEach(notes::add);
        if (marks.hidden() > 0) {
            notes.add(Numbers.count(marks.hidden()) + " event labels left out");
        }
        var frame = Frame.open(
                svg, ownStyle, chart.width(), above + chart.plotHeight() + below, chart.title(), chart.subtitle(),
                description(), notes);
        legend.draw(svg, frame.top());
        double captionY = frame.top() + legend.height() + 15;
        svg.text("text", chart.y().caption(), "x", Frame.PAD, "y", captionY, "class", "muted");
        top = frame.top() + above;
        bottom = top + chart.plotHeight();
        axes();
        var clip = "ek" + Integer.toHexString(java.util.Objects.hash(left, top, right, bottom));
        svg.open("clipPath", "id", clip)
                .element("rect", "x", left, "y", top - 1, "width", right - left, "height", bottom - top + 2)
                .close();
        svg.open("g", "clip-path", "url(#" + clip + ")");
        chart.series().forEach(s -> {
            if (s instanceof Series.Band band) {
                band(band);
            }
        });
        bars();
        chart.series().stream()
                .filter(s -> s instanceof Series.Line)
                .map(s -> (Series.Line) s)
                .sorted(Comparator.comparing((Series.Line line) -> line.style()).reversed())
                .forEach(this::line);
        svg.close();
        limits();
        marks.draw(svg, top, bottom);
        chart.series().forEach(s -> {
            if (s instanceof Series.Points points) {
                points(points);
            }
        });
        return frame.close(svg);
    }

    private String description() {
        var text = new StringBuilder();
        for (var series : chart.series()) {
            text.append(text.isEmpty() ? "" : "; ")
                    .append(series.name().isEmpty() ? "series" : series.name())
                    .append(": ")
                    .append(Numbers.count(series.x().length))
                    .append(series instanceof Series.Bars ? " bars" : " points");
        }
        for (var mark : chart.marks()) {
            text.append("; ").append(mark.label()).append(" at ").append(Numbers.value(mark.x()));
        }
        return text.toString();
    }

    private void count() {
        for (var series : chart.series()) {
            switch (series) {
                case Series.Line line -> shown = smoothsAnother(line) ? shown : shown.plus(reduced(line));
                case Series.Band _, Series.Bars _ -> {
                    // An interval belongs to a line or bar that is counted already; a missing bar shows itself.
                }
                case Series.Points points -> {
                    for (int i = 0; i < points.x().length; i++) {
                        var state = place(points, i);
                        diverged += state == Place.TOP ? 1 : 0;
                        outside += state == Place.NOWHERE ? 1 : 0;
                    }
                }
            }
        }
    }

    /// Whether the raw values behind a line are drawn too: then those are counted.
    private boolean smoothsAnother(Series.Line line) {
        return line.style() == Series.Style.NORMAL
                && chart.series().stream()
                        .anyMatch(s -> s instanceof Series.Line raw
                                && raw.style() == Series.Style.FAINT
                                && raw.name().equals(line.name()));
    }

    private List<String> honesty() {
        var lines = new ArrayList<String>();
        var first = shown.firstMissing();
        var reduced = shown.honesty(Double.isNaN(first) ? "" : Numbers.value(first));
        if (!reduced.isEmpty()) {
            lines.add(reduced);
        }
        if (diverged > 0) {
            lines.add(Numbers.count(diverged) + (diverged == 1 ? " point" : " points")
                    + " diverged or above the axis: hollow, at the top");
        }
        if (outside > 0) {
            lines.add(Numbers.count(outside) + (outside == 1 ? " point" : " points") + " outside the axes");
        }
        return lines;
    }

    private M4 reduced(Series.Line line) {
        return M4.of(line.x(), line.y(), x, y, this::px);
    }

    private void axes() {
        svg.open("g", "class", "grid");
        for (var tick : yTicks) {
            svg.element("path", "d", "M" + Svg.number(left) + " " + Svg.number(py(tick.value())) + "H" + Svg.number(right));
        }
        svg.close();
        for (var tick : yTicks) {
            svg.text(
                    "text", tick.label(), "x", left - 8, "y", py(tick.value()) + 4.5, "text-anchor", "end", "class",
                    "muted");
        }
        var ticks = x.ticks(wantedX);
        svg.open("g", "class", "axis");
        svg.element("path", "d", "M" + Svg.number(left) + " " + Svg.number(bottom) + "H" + Svg.number(right));
        if (chart.x().kind() != Axis.Kind.CATEGORIES) {
            for (var tick : ticks) {
                svg.element("path", "d", "M" + Svg.number(px(tick.value())) + " " + Svg.number(bottom) + "v4");
            }
        }
        svg.close();
        Frame.ticksBelow(svg, ticks, x, from(), to(), bottom + 21);
        if (!chart.x().caption().isEmpty()) {
            svg.text(
                    "text", chart.x().caption(), "x", (left + right) / 2, "y", bottom + 21 + Frame.LINE, "text-anchor",
                    "middle", "class", "muted");
        }
    }

    private void line(Series.Line line) {
        var reduced = reduced(line);
        int look = legend.look(line.name());
        var path = new StringBuilder();
        for (var piece : reduced.pieces()) {
            if (piece.size() > 1) {
                for (int i = 0; i < piece.size(); i++) {
                    path.append(i == 0 ? "M" : i == 1 ? "L" : " ").append(point(line.x(), line.y(), piece.get(i)));
                }
            }
        }
        if (!path.isEmpty()) {
            svg.element("path", "d", path, "class", Legend.lineClass(line.style(), look));
        }
        var dots = dotted(line);
        for (var piece : reduced.pieces()) {
            for (int i : piece) {
                if (dots || piece.size() == 1) {
                    var fill = line.style() == Series.Style.BRANCH ? "muted" : "f" + look;
                    svg.hinted(
                            "circle", hint(line.name(), line.x()[i], line.y()[i]), "cx", px(line.x()[i]), "cy",
                            py(line.y()[i]), "r", dots ? 3 : 1.75, "class", fill);
                }
            }
        }
    }

    private String point(double[] xs, double[] ys, int i) {
        return Svg.number(Math.round(px(xs[i]) * 10) / 10.0) + " " + Svg.number(Math.round(clamped(py(ys[i])) * 10) / 10.0);
    }

    /// Far outside the picture, numbers only cost room.
    private double clamped(double pixel) {
        return Math.clamp(pixel, -10_000, 10_000);
    }

    private String hint(String name, double xValue, double yValue) {
        var place = chart.x().kind() == Axis.Kind.CATEGORIES
                ? chart.x().categories().get((int) Math.clamp(Math.round(xValue), 0, chart.x().categories().size() - 1))
                : Numbers.value(xValue);
        var value = chart.y().kind() == Axis.Kind.PERCENT ? Numbers.value(100 * yValue) + "%" : Numbers.value(yValue);
        return (name.isEmpty() ? "" : name + ", ") + place + ": " + value;
    }

    /// The area as one outline a piece. Where points are dense, of every pixel column the widest extent.
    private void band(Series.Band band) {
        var path = new StringBuilder();
        int i = 0;
        while (i < band.x().length) {
            if (!whole(band, i)) {
                i++;
                continue;
            }
            var columns = new ArrayList<double[]>();
            for (; i < band.x().length && whole(band, i); i++) {
                double pixel = px(band.x()[i]);
                double low = clamped(py(band.y()[i]));
                double high = clamped(py(band.high()[i]));
                var last = columns.isEmpty() ? null : columns.getLast();
                if (last != null && Math.floor(last[0]) == Math.floor(pixel)) {
                    last[1] = Math.max(last[1], low);
                    last[2] = Math.min(last[2], high);
                } else {
                    columns.add(new double[] {pixel, low, high});
                }
            }
            outline(path, columns);
        }
        if (!path.isEmpty()) {
            svg.element("path", "d", path, "class", "band f" + legend.look(band.name()));
        }
    }

    private boolean whole(Series.Band band, int i) {
        return x.drawable(band.x()[i]) && y.drawable(band.y()[i]) && y.drawable(band.high()[i]);
    }

    private static void outline(StringBuilder path, List<double[]> columns) {
        for (int i = 0; i < columns.size(); i++) {
            corner(path, i == 0 ? "M" : "L", columns.get(i)[0], columns.get(i)[2]);
        }
        for (int i = columns.size() - 1; i >= 0; i--) {
            corner(path, "L", columns.get(i)[0], columns.get(i)[1]);
        }
        path.append('Z');
    }

    private static void corner(StringBuilder path, String command, double pixelX, double pixelY) {
        path.append(command).append(Svg.number(pixelX)).append(' ').append(Svg.number(pixelY));
    }

    private void bars() {
        var all = chart.series().stream().filter(s -> s instanceof Series.Bars).map(s -> (Series.Bars) s).toList();
        if (all.isEmpty()) {
            return;
        }
        double places = all.stream().flatMapToDouble(s -> DoubleStream.of(s.x())).distinct().count();
        double spacing = x.axis().kind() == Axis.Kind.LOG
                ? (to() - from()) / Math.max(1, places)
                : Math.abs(px(spacing(chart.series().stream())) - px(0));
        double group = Math.min(spacing * 0.76, 64 * all.size());
        double each = group / all.size();
        double zero = y.axis().kind() == Axis.Kind.LOG ? bottom : Math.clamp(py(0), top, bottom);
        for (int k = 0; k < all.size(); k++) {
            var bars = all.get(k);
            int look = legend.look(bars.name());
            for (int i = 0; i < bars.x().length; i++) {
                double from = px(bars.x()[i]) - group / 2 + k * each;
                if (!y.drawable(bars.y()[i])) {
                    missingBar(bars, i, from, each, look);
                    continue;
                }
                double end = clamped(py(bars.y()[i]));
                svg.hinted(
                        "rect", hint(bars.name(), bars.x()[i], bars.y()[i]), "x", from + 1, "y", Math.min(zero, end),
                        "width", Math.max(1, each - 2), "height", Math.abs(zero - end), "class", "bar f" + look);
                whisker(bars.low(), bars.high(), i, from + each / 2, "whisker");
            }
        }
    }

    /// A bar without a value is a hollow marker where its top would be lost: at the upper edge.
    private void missingBar(Series.Bars bars, int i, double from, double each, int look) {
        Marker.draw(svg, look, from + each / 2, top + 6, false, hint(bars.name(), bars.x()[i], bars.y()[i]));
    }

    private void whisker(double @Nullable [] low, double @Nullable [] high, int i, double at, String css) {
        if (low == null || high == null || !y.drawable(low[i]) || !y.drawable(high[i])) {
            return;
        }
        double from = Math.clamp(py(high[i]), top, bottom);
        double to = Math.clamp(py(low[i]), top, bottom);
        svg.element(
                "path", "d", "M" + Svg.number(at) + " " + Svg.number(from) + "V" + Svg.number(to) + "M" + Svg.number(at - 4)
                        + " " + Svg.number(from) + "h8M" + Svg.number(at - 4) + " " + Svg.number(to) + "h8",
                "class", css, "stroke-width", 1.5, "fill", "none");
    }

    private enum Place {
        INSIDE,
        TOP,
        NOWHERE
    }

    private Place place(Series.Points points, int i) {
        if (!x.drawable(points.x()[i]) || x.at(points.x()[i]) < -1e-9 || x.at(points.x()[i]) > 1 + 1e-9) {
            return Place.NOWHERE;
        }
        var value = points.y()[i];
        if (Double.isNaN(value) || value == Double.POSITIVE_INFINITY) {
            return Place.TOP;
        }
        if (!y.drawable(value)) {
            return Place.NOWHERE;
        }
        return y.at(value) > 1 + 1e-9 ? Place.TOP : y.at(value) < -1e-9 ? Place.NOWHERE : Place.INSIDE;
    }

    private void points(Series.Points points) {
        int look = legend.look(points.name());
        var hints = points.x().length <= HINTS;
        for (int i = 0; i < points.x().length; i++) {
            var place = place(points, i);
            if (place == Place.NOWHERE) {
                continue;
            }
            var hint = hints ? hint(points.name(), points.x()[i], points.y()[i]) : "";
            if (place == Place.TOP) {
                Marker.draw(svg, look, px(points.x()[i]), top, false, hint);
            } else {
                whisker(points.low(), points.high(), i, px(points.x()[i]), "s" + look);
                Marker.draw(svg, look, px(points.x()[i]), py(points.y()[i]), true, hint);
            }
        }
    }

    private void limits() {
        for (var limit : chart.limits()) {
            if (!y.drawable(limit.y()) || y.at(limit.y()) < 0 || y.at(limit.y()) > 1) {
                continue;
            }
            double at = py(limit.y());
            svg.element(
                    "path", "d", "M" + Svg.number(left) + " " + Svg.number(at) + "H" + Svg.number(right), "class",
                    "mark " + limit.tone().css() + "-line");
            svg.text(
                    "text", limit.label(), "x", right - 4, "y", at < top + 24 ? at + 18 : at - 6, "text-anchor", "end",
                    "class", "halo " + limit.tone().css());
        }
    }
}
