package io.evenkeel.plot;

/// A sequence of colours from dark blue over grey-green to yellow, whose lightness rises evenly: it is read the same
/// by people who do not tell red from green, and in grey. Interpolated in OKLab (Ottosson, 2020).
final class Ramp {
    /// Colours told apart; more only make the file larger.
    static final int LEVELS = 32;
    /// Lightness and the two colour coordinates at equal distances.
    private static final double[][] STOPS = {
        {0.30, -0.01, -0.11}, {0.44, -0.03, -0.09}, {0.58, -0.06, -0.03}, {0.72, -0.07, 0.06}, {0.89, -0.03, 0.15}
    };

    private Ramp() {}

    /// The level of a position in [0, 1].
    static int level(double position) {
        return (int) Math.clamp(Math.floor(position * LEVELS), 0, LEVELS - 1);
    }

    /// The colour of a level as `#rrggbb`.
    static String colour(int level) {
        double at = level / (LEVELS - 1.0) * (STOPS.length - 1);
        int i = (int) Math.min(Math.floor(at), STOPS.length - 2);
        double t = at - i;
        var lab = new double[3];
        for (int k = 0; k < 3; k++) {
            lab[k] = STOPS[i][k] + t * (STOPS[i + 1][k] - STOPS[i][k]);
        }
        double l = cube(lab[0] + 0.3963377774 * lab[1] + 0.2158037573 * lab[2]);
        double m = cube(lab[0] - 0.1055613458 * lab[1] - 0.0638541728 * lab[2]);
        double s = cube(lab[0] - 0.0894841775 * lab[1] - 1.2914855480 * lab[2]);
        return "#" + channel(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s)
                + channel(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s)
                + channel(-0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s);
    }

    private static double cube(double value) {
        return value * value * value;
    }

    private static String channel(double linear) {
        double shown = linear <= 0.0031308 ? 12.92 * linear : 1.055 * Math.pow(linear, 1 / 2.4) - 0.055;
        int byteValue = Math.clamp(Math.round(shown * 255), 0, 255);
        return (byteValue < 16 ? "0" : "") + Integer.toHexString(byteValue);
    }
}
