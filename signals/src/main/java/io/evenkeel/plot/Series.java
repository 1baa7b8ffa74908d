package io.evenkeel.plot;

import org.jspecify.annotations.Nullable;

/// Data of a [Chart]. Series of the same name share one look and one entry of the legend.
sealed interface Series {
    String name();

    double[] x();

    double[] y();

    /// How a line is drawn.
    enum Style {
        /// In the series' colour and dash.
        NORMAL,
        /// Thin and light: raw values behind a smoothed line.
        FAINT,
        /// Grey: steps that a rollback has superseded.
        BRANCH
    }

    /// A line from point to point; a NaN is a gap.
    record Line(String name, double[] x, double[] y, Style style) implements Series {}

    /// The area between two curves.
    record Band(String name, double[] x, double[] y, double[] high) implements Series {}

    /// Points, with an interval each when `low` and `high` are given. One that is not finite stands hollow at the
    /// top.
    record Points(String name, double[] x, double[] y, double @Nullable [] low, double @Nullable [] high)
            implements Series {}

    /// Bars from zero; those of several series at one place stand side by side.
    record Bars(String name, double[] x, double[] y, double @Nullable [] low, double @Nullable [] high)
            implements Series {}
}
