package io.evenkeel.detect;

import java.util.Locale;

/// Sentences with numbers.
final class Evidence {
    private Evidence() {}

    /// Formats in the same way everywhere, whatever the locale of the machine.
    static String of(String pattern, Object... values) {
        return String.format(Locale.ROOT, pattern, values);
    }

    /// A number with four significant digits, as short as it can be written.
    static String number(double value) {
        if (!Double.isFinite(value)) {
            return Double.toString(value);
        }
        double size = Math.abs(value);
        if (value == 0 || size >= 1e-3 && size < 1e5) {
            int digits = value == 0 ? 1 : (int) Math.floor(Math.log10(size)) + 1;
            var text = String.format(Locale.ROOT, "%." + Math.max(0, 4 - digits) + "f", value);
            return text.contains(".") ? text.replaceAll("\\.?0+$", "") : text;
        }
        return String.format(Locale.ROOT, "%.3g", value);
    }

    /// A share in per cent.
    static String percent(double share) {
        return number(100 * share) + " %";
    }
}
