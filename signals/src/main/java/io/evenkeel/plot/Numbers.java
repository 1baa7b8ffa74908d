package io.evenkeel.plot;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Locale;

/// Numbers for people.
final class Numbers {
    private Numbers() {}

    /// A count with separators: `19,560`.
    static String count(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }

    /// A value in a tooltip or as a single tick: four significant digits.
    static String value(double value) {
        if (value == 0 || !Double.isFinite(value)) {
            return value == 0 ? "0" : Double.isNaN(value) ? "NaN" : value > 0 ? "Inf" : "-Inf";
        }
        var size = Math.abs(value);
        var rounded = new BigDecimal(value).round(new MathContext(size >= 1000 && size < 1e7 ? 8 : 4));
        if (size >= 1e7 || size < 1e-3) {
            return scientific(rounded);
        }
        return grouped(rounded.setScale(Math.max(0, rounded.stripTrailingZeros().scale()), RoundingMode.HALF_EVEN));
    }

    /// A tick on a linear axis whose ticks are `step` apart.
    static String tick(double value, double step, double largest) {
        var decimals = Math.max(0, (int) -Math.floor(Math.log10(step) + 1e-9));
        // A step such as 0.25 needs one digit more than its size tells.
        if (Math.abs(step * Math.pow(10, decimals) - Math.rint(step * Math.pow(10, decimals))) > 1e-6) {
            decimals++;
        }
        var rounded = new BigDecimal(value).setScale(decimals, RoundingMode.HALF_EVEN);
        if (rounded.signum() == 0) {
            return "0";
        }
        return largest >= 1e7 || largest < 1e-3 ? scientific(rounded) : grouped(rounded);
    }

    private static String scientific(BigDecimal value) {
        var digits = value.stripTrailingZeros();
        int exponent = digits.precision() - digits.scale() - 1;
        return digits.movePointLeft(exponent).stripTrailingZeros().toPlainString() + "e" + exponent;
    }

    private static String grouped(BigDecimal value) {
        return String.format(Locale.ROOT, "%,." + Math.max(0, value.scale()) + "f", value);
    }
}
