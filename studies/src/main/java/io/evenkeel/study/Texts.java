package io.evenkeel.study;

import java.math.BigDecimal;
import java.math.MathContext;

/// Numbers and times for people.
public final class Texts {
    private static final MathContext DIGITS = new MathContext(3);
    private static final int MINUTE = 60;

    private Texts() {}

    /// Three significant digits, without an exponent where that is short.
    public static String number(double value) {
        if (!Double.isFinite(value) || value == 0) {
            return Double.isFinite(value) ? "0" : Double.toString(value);
        }
        var rounded = new BigDecimal(value).round(DIGITS);
        var magnitude = Math.abs(value);
        return magnitude >= 1e-4 && magnitude < 1e6
                ? rounded.stripTrailingZeros().toPlainString()
                : Double.toString(rounded.doubleValue());
    }

    /// `45s`, `3m10s`, `1h05m`.
    public static String duration(double seconds) {
        long s = Math.round(seconds);
        if (s < MINUTE) {
            return s + "s";
        }
        return s < MINUTE * MINUTE
                ? s / MINUTE + "m" + String.format("%02ds", s % MINUTE)
                : s / (MINUTE * MINUTE) + "h" + String.format("%02dm", s / MINUTE % MINUTE);
    }
}
