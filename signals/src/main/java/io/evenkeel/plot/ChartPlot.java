package io.evenkeel.plot;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.DoubleStream;
import org.jspecify.annotations.Nullable;

/// Draws a [Chart].
final class ChartPlot {
    /// Lines with at most this many points show them.
    private static final int DOTS = 24;
    /// Rows for the labels of marks.
    private static final int MARK_ROWS = 3;

    private final Chart chart;
    private final Svg svg = new Svg();
    private final Legend legend;
    private final List<Series.Bars> bars;
    private final Scale x;
    private final Scale y;
    private final int wantedX;
    private final List<Scale.Tick> yTicks;
    private final double left;
    private final double right;
    private final double inset;

    ChartPlot(Chart chart) {
        this.chart = chart;
        legend = new Legend(chart.series(), chart.width());
        bars = all(Series.Bars.class);
        wantedX = (int) (chart.width() / 90);
        int wantedY = (int) Math.max(2, chart.plotHeight() / 50);
        y = scale(chart.y(), ChartPlot::values, !bars.isEmpty(), true, wantedY);
        x = xScale();
        yTicks = y.ticks(wantedY);
        var gutter = yTicks.stream()
                .mapToDouble(tick -> Labels.width(tick.label(), Frame.NARROW_FONT))
                .max()
                .orElse(0);
        left = Frame.PAD + gutter + 8;
        right = chart.width() - Frame.PAD - 4;
        var dotted = all(Series.Line.class).stream().anyMatch(ChartPlot::dotted);
        inset = dotted || !all(Series.Points.class).isEmpty() ? 9 : 0;
    }

    private <T extends Series> List<T> all(Class<T> kind) {
        return chart.series().stream().filter(kind::isInstance).map(kind::cast).toList();
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
        return DoubleStream.concat(
                DoubleStream.of(y), DoubleStream.concat(DoubleStream.of(low), DoubleStream.of(high)));
    }

    private Scale scale(Axis axis, Values values, boolean fromZero, boolean widen, int wanted) {
        var log = axis.kind() == Axis.Kind.LOG;
        var extent = chart.series().stream()
                .flatMapToDouble(values::of)
                .filter(v -> Double.isFinite(v) && (!log || v > 0))
                .summaryStatistics();
        if (extent.getCount() == 0) {
            return new Scale(axis, Double.NaN, Double.NaN, widen, wanted);
        }
        var zero = fromZero && !log;
        double low = zero ? Math.min(0, extent.getMin()) : extent.getMin();
        double high = zero ? Math.max(0, extent.getMax()) : extent.getMax();
        return new Scale(axis, low, high, widen, wanted);
    }

    /// Bars need half a group of room at both ends.
    private Scale xScale() {
        var plain = scale(chart.x(), s -> DoubleStream.of(s.x()), false, false, wantedX);
        var kind = chart.x().kind();
        var room = BarPlot.spacing(bars) / 2;
        if (kind == Axis.Kind.CATEGORIES || kind == Axis.Kind.LOG || bars.isEmpty() || !Double.isFinite(room)) {
            return plain;
        }
        return new Scale(chart.x(), plain.low() - room, plain.high() + room, false, wantedX);
    }

    String render(boolean ownStyle) {
        var marks = new MarkRows(chart.marks(), x, left + inset, right - inset, MARK_ROWS);
        double caption = chart.y().caption().isEmpty() ? 8 : Frame.LINE + 8;
        double above = legend.height() + caption + marks.height();
        double below = captionBelow() + (chart.x().caption().isEmpty() ? 0 : Frame.LINE) + 11 - Frame.LINE;
        var notes = new ArrayList<>(chart.notes());
        notes.addAll(honesty());
        if (marks.hidden() > 0) {
            notes.add(Numbers.count(marks.hidden()) + " event labels left out");
        }
        double picture = above + chart.plotHeight() + below;
        var frame = Frame.open(
                svg, ownStyle, chart.width(), picture, chart.title(), chart.subtitle(), description(), notes);
        legend.draw(svg, frame.top());
        svg.label(chart.y().caption(), Frame.PAD, frame.top() + legend.height() + 15, "start", "muted");
        var plane = plane(frame.top() + above);
        axes(plane);
        clipped(plane);
        limits(plane);
        marks.draw(svg, plane.top(), plane.bottom());
        all(Series.Points.class).forEach(points -> PointPlot.draw(svg, points, plane, legend.look(points.name())));
        return frame.close(svg);
    }

    private Plane plane(double top) {
        return new Plane(x, y, left, right, top, top + chart.plotHeight(), inset);
    }

    /// Areas and lines, cut at the edges.
    private void clipped(Plane plane) {
        var id = "ek" + Integer.toHexString(Objects.hash(left, plane.top(), right, plane.bottom()));
        svg.open("clipPath", "id", id);
        svg.rect("", left, plane.top() - 1, right - left, plane.bottom() - plane.top() + 2, "");
        svg.close();
        svg.open("g", "clip-path", "url(#" + id + ")");
        all(Series.Band.class).forEach(band -> BandPlot.draw(svg, band, plane, legend.look(band.name())));
        if (!bars.isEmpty()) {
            BarPlot.draw(svg, bars, plane, legend);
        }
        all(Series.Line.class).stream()
                .sorted(Comparator.comparing(Series.Line::style).reversed())
                .forEach(line -> line(line, plane));
        svg.close();
    }

    /// Names of categories may need a second row on a narrow screen.
    private double captionBelow() {
        return 21 + Frame.LINE + (chart.x().kind() == Axis.Kind.CATEGORIES ? 14 : 0);
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

    /// Whether the raw values behind a line are drawn too: then those are counted.
    private boolean smoothsAnother(Series.Line line) {
        return line.style() == Series.Style.NORMAL
                && all(Series.Line.class).stream()
                        .anyMatch(raw ->
                                raw.style() == Series.Style.FAINT && raw.name().equals(line.name()));
    }

    /// What the picture does not show. An interval belongs to a line or bar that is counted already; a missing bar
    /// shows
    /// itself.
    private List<String> honesty() {
        var plane = plane(0);
        var lines = new ArrayList<String>();
        var shown = all(Series.Line.class).stream()
                .filter(line -> !smoothsAnother(line))
                .map(line -> reduced(line, plane))
                .reduce(M4.none(), M4::plus);
        var reduced = shown.honesty(Numbers.value(shown.firstMissing()));
        if (!reduced.isEmpty()) {
            lines.add(reduced);
        }
        int diverged = count(PointPlot.Place.TOP);
        if (diverged > 0) {
            lines.add(Numbers.count(diverged) + (diverged == 1 ? " point" : " points")
                    + " diverged or above the axis: hollow, at the top");
        }
        int outside = count(PointPlot.Place.NOWHERE);
        if (outside > 0) {
            lines.add(Numbers.count(outside) + (outside == 1 ? " point" : " points") + " outside the axes");
        }
        return lines;
    }

    private int count(PointPlot.Place place) {
        int count = 0;
        for (var points : all(Series.Points.class)) {
            for (int i = 0; i < points.x().length; i++) {
                count += PointPlot.place(points, i, x, y) == place ? 1 : 0;
            }
        }
        return count;
    }

    private M4 reduced(Series.Line line, Plane plane) {
        return M4.of(line.x(), line.y(), x, y, plane::px);
    }

    private void axes(Plane plane) {
        for (var tick : yTicks) {
            double at = plane.py(tick.value());
            svg.path("grid", Svg.across(left, right, at), "");
            svg.label(tick.label(), left - 8, at + 4.5, "end", "muted");
        }
        double bottom = plane.bottom();
        svg.path("axis", Svg.across(left, right, bottom), "");
        var ticks = x.ticks(wantedX);
        if (chart.x().kind() != Axis.Kind.CATEGORIES) {
            ticks.forEach(tick -> svg.path("axis", Svg.down(plane.px(tick.value()), bottom, bottom + 4), ""));
        }
        Frame.ticksBelow(svg, ticks, x, plane.from(), plane.to(), bottom + 21);
        svg.label(chart.x().caption(), (left + right) / 2, bottom + captionBelow(), "middle", "muted");
    }

    private void line(Series.Line line, Plane plane) {
        var reduced = reduced(line, plane);
        int look = legend.look(line.name());
        var path = new StringBuilder();
        for (var piece : reduced.pieces()) {
            for (int i = 0; i < piece.size() && piece.size() > 1; i++) {
                double at = plane.near(line.y()[piece.get(i)]);
                path.append(i == 0 ? "M" : i == 1 ? "L" : " ").append(Svg.point(plane.px(line.x()[piece.get(i)]), at));
            }
        }
        if (!path.isEmpty()) {
            svg.path(Legend.lineClass(line.style(), look), path.toString(), "");
        }
        var css = line.style() == Series.Style.BRANCH ? "muted" : "f" + look;
        var dots = dotted(line);
        for (var piece : reduced.pieces()) {
            for (int i : dots || piece.size() == 1 ? piece : List.<Integer>of()) {
                var hint = plane.hint(line.name(), line.x()[i], line.y()[i]);
                svg.circle(css, plane.px(line.x()[i]), plane.near(line.y()[i]), dots ? 3 : 1.75, hint);
            }
        }
    }

    private void limits(Plane plane) {
        for (var limit : chart.limits()) {
            if (!y.drawable(limit.y()) || y.at(limit.y()) < 0 || y.at(limit.y()) > 1) {
                continue;
            }
            double at = plane.py(limit.y());
            svg.path("mark " + limit.tone().css() + "-line", Svg.across(left, right, at), "");
            double text = at < plane.top() + 24 ? at + 18 : at - 6;
            svg.label(
                    limit.label(),
                    right - 4,
                    text,
                    "end",
                    "halo " + limit.tone().css());
        }
    }
}
