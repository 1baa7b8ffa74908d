package io.evenkeel.plot;

/// The area between the axes of a chart: values to coordinates of the drawing.
///
/// @param x      horizontal scale
/// @param y      vertical scale
/// @param left   left edge
/// @param right  right edge
/// @param top    upper edge
/// @param bottom lower edge
/// @param inset  room at both sides, so that points at the ends stand inside
record Plane(Scale x, Scale y, double left, double right, double top, double bottom, double inset) {
    double px(double value) {
        return from() + x.at(value) * (to() - from());
    }

    double py(double value) {
        return bottom - y.at(value) * (bottom - top);
    }

    /// Where the horizontal scale begins.
    double from() {
        return left + inset;
    }

    /// Where the horizontal scale ends.
    double to() {
        return right - inset;
    }

    /// [#py], but not so far outside that the number only costs room.
    double near(double value) {
        return Math.clamp(py(value), -10_000, 10_000);
    }

    /// [#py], but inside.
    double inside(double value) {
        return Math.clamp(py(value), top, bottom);
    }

    /// A tooltip.
    String hint(String name, double xValue, double yValue) {
        var categories = x.axis().categories();
        var place = categories.isEmpty()
                ? Numbers.value(xValue)
                : categories.get(Math.clamp(Math.round(xValue), 0, categories.size() - 1));
        var value = y.axis().kind() == Axis.Kind.PERCENT ? Numbers.value(100 * yValue) + "%" : Numbers.value(yValue);
        return (name.isEmpty() ? "" : name + ", ") + place + ": " + value;
    }
}
