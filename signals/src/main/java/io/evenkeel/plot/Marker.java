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
            if (hint.isEmpty()) {
                svg.element("circle", "cx", x, "cy", y, "r", R, "class", kind);
            } else {
                svg.hinted("circle", hint, "cx", x, "cy", y, "r", R, "class", kind);
            }
            return;
        }
        var path = "M" + Svg.number(x) + " " + Svg.number(y)
                + switch (look % 4) {
                    case 1 -> "m-4 -4h8v8h-8z";
                    case 2 -> "m0 -5l5 9h-10z";
                    default -> "m0 -5.5l5.5 5.5l-5.5 5.5l-5.5 -5.5z";
                };
        if (hint.isEmpty()) {
            svg.element("path", "d", path, "class", kind);
        } else {
            svg.hinted("path", hint, "d", path, "class", kind);
        }
    }
}
