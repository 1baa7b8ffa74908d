package io.evenkeel.plot;

/// A picture of data.
public sealed interface Figure permits Chart, HeatMap, ParallelCoordinates {
    /// The figure as an SVG document that stands alone in a file.
    default String svg() {
        return render(true);
    }

    /// The figure as an element for a page that carries [PlotStyle#CSS] once.
    default String inlineSvg() {
        return render(false);
    }

    /// The figure with its own style sheet or without one.
    String render(boolean ownStyle);
}
