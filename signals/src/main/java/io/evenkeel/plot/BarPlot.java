package io.evenkeel.plot;

import java.util.List;
import java.util.stream.DoubleStream;

/// Bars from zero; those of several series at one place stand side by side.
final class BarPlot {
    private BarPlot() {}

    /// The smallest distance between two places; infinite for none.
    static double spacing(List<Series.Bars> all) {
        var places = all.stream()
                .flatMapToDouble(bars -> DoubleStream.of(bars.x()))
                .sorted()
                .distinct()
                .toArray();
        if (places.length == 1) {
            return 1;
        }
        var smallest = Double.POSITIVE_INFINITY;
        for (int i = 1; i < places.length; i++) {
            smallest = Math.min(smallest, places[i] - places[i - 1]);
        }
        return smallest;
    }

    static void draw(Svg svg, List<Series.Bars> all, Plane plane, Legend legend) {
        var log = plane.x().axis().kind() == Axis.Kind.LOG;
        double places = all.stream()
                .flatMapToDouble(bars -> DoubleStream.of(bars.x()))
                .distinct()
                .count();
        double spacing = log
                ? (plane.to() - plane.from()) / Math.max(1, places)
                : Math.abs(plane.px(spacing(all)) - plane.px(0));
        double group = Math.min(spacing * 0.76, 64.0 * all.size());
        double each = group / all.size();
        for (int k = 0; k < all.size(); k++) {
            var bars = all.get(k);
            for (int i = 0; i < bars.x().length; i++) {
                double from = plane.px(bars.x()[i]) - group / 2 + k * each;
                bar(svg, bars, i, plane, from, each, legend.look(bars.name()));
            }
        }
    }

    /// One bar; without a value a hollow marker at the upper edge.
    private static void bar(Svg svg, Series.Bars bars, int i, Plane plane, double from, double width, int look) {
        var hint = plane.hint(bars.name(), bars.x()[i], bars.y()[i]);
        double middle = from + width / 2;
        if (!plane.y().drawable(bars.y()[i])) {
            Marker.draw(svg, look, middle, plane.top() + 6, false, hint);
            return;
        }
        double zero = plane.y().axis().kind() == Axis.Kind.LOG ? plane.bottom() : plane.inside(0);
        double end = plane.near(bars.y()[i]);
        svg.rect("bar f" + look, from + 1, Math.min(zero, end), Math.max(1, width - 2), Math.abs(zero - end), hint);
        PointPlot.whisker(svg, bars.low(), bars.high(), i, plane, middle, "whisker");
    }
}
