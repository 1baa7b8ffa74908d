package io.evenkeel.plot;

/// The shapes of points: one a look, so that they differ without colour.
final class Marker {
    private static final double R = 4.5;

    private Marker() {}

    /// @param solid filled with the colour of the look, or hollow
    /// @param hint  tooltip; empty for none
    static void draw(Svg svg, int look, double x, double y, boolean solid, String hint) {
        var kind = solid ? "f" + look : "hollow s" + look;
        if (look % 4 == 0) {
            svg.circle(kind, x, y, R, hint);
            return;
        }
        var shape = switch (look % 4) {
            case 1 -> "m-4 -4h8v8h-8z";
            case 2 -> "m0 -5l5 9h-10z";
            default -> "m0 -5.5l5.5 5.5l-5.5 5.5l-5.5 -5.5z";
        };
        svg.path(kind, "M" + Svg.point(x, y) + shape, hint);
    }
}
