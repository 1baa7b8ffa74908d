package io.evenkeel.plot;

import org.jspecify.annotations.Nullable;

/// Points and intervals.
final class PointPlot {
    /// Points with tooltips; more would only make the file large.
    private static final int HINTS = 400;

    private PointPlot() {}

    /// Where a point is drawn.
    enum Place {
        INSIDE,
        /// Hollow at the upper edge: not finite, or above the axis.
        TOP,
        NOWHERE
    }

    static Place place(Series.Points points, int i, Scale x, Scale y) {
        if (!x.drawable(points.x()[i]) || !within(x.at(points.x()[i]))) {
            return Place.NOWHERE;
        }
        var value = points.y()[i];
        if (Double.isNaN(value) || value == Double.POSITIVE_INFINITY) {
            return Place.TOP;
        }
        if (!y.drawable(value)) {
            return Place.NOWHERE;
        }
        return within(y.at(value)) ? Place.INSIDE : y.at(value) > 1 ? Place.TOP : Place.NOWHERE;
    }

    private static boolean within(double position) {
        return position >= -1e-9 && position <= 1 + 1e-9;
    }

    static void draw(Svg svg, Series.Points points, Plane plane, int look) {
        var hints = points.x().length <= HINTS;
        for (int i = 0; i < points.x().length; i++) {
            var hint = hints ? plane.hint(points.name(), points.x()[i], points.y()[i]) : "";
            double x = plane.px(points.x()[i]);
            switch (place(points, i, plane.x(), plane.y())) {
                case INSIDE -> {
                    whisker(svg, points.low(), points.high(), i, plane, x, "interval s" + look);
                    Marker.draw(svg, look, x, plane.py(points.y()[i]), true, hint);
                }
                case TOP -> Marker.draw(svg, look, x, plane.top(), false, hint);
                case NOWHERE -> {}
            }
        }
    }

    /// An interval as a line with ends, where there is one.
    static void whisker(
            Svg svg, double @Nullable [] low, double @Nullable [] high, int i, Plane plane, double x, String css) {
        if (low == null
                || high == null
                || !plane.y().drawable(low[i])
                || !plane.y().drawable(high[i])) {
            return;
        }
        double from = plane.inside(high[i]);
        double to = plane.inside(low[i]);
        svg.path(css, Svg.down(x, from, to) + Svg.across(x - 4, x + 4, from) + Svg.across(x - 4, x + 4, to), "");
    }
}
