package io.evenkeel.log;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

/// Reads decimal numbers out of bytes, with the bits of [Double#parseDouble].
///
/// Up to 2^53 the digits are exact in a double, and so is 10^k up to k = 22: one multiplication or division then rounds
/// once, hence correctly (W. D. Clinger, "How to read floating point numbers accurately", PLDI 1990). Up to 18 digits
/// go
/// to [PowersOfFive], what is left to the JDK. NaN and infinities are taken in the spellings of C, Java, Python and
/// Windows. Not thread safe.
final class NumberParser {
    private static final double[] POWERS = {
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
        1e20, 1e21, 1e22
    };
    private static final long EXACT = 1L << 53;
    private static final long ROOM = (Long.MAX_VALUE - 9) / 10;
    /// Exponents beyond are zero or infinity whatever the digits, of which a line has fewer than this.
    private static final int EXPONENT_CAP = 100_000_000;

    private double value;

    /// The number that was read last.
    double value() {
        return value;
    }

    /// Reads `bytes[from, to)`, blanks around it apart.
    ///
    /// @return whether it is a number
    boolean parse(byte[] bytes, int from, int to) {
        var start = from;
        var end = to;
        while (start < end && isBlank(bytes[start])) {
            start++;
        }
        while (end > start && isBlank(bytes[end - 1])) {
            end--;
        }
        if (start == end) {
            return false;
        }
        var negative = bytes[start] == '-';
        var at = negative || bytes[start] == '+' ? start + 1 : start;
        return at < end && (digits(bytes, start, at, end, negative) || special(bytes, at, end, negative));
    }

    /// Reads a text.
    boolean parse(String text) {
        var bytes = text.getBytes(StandardCharsets.UTF_8);
        return parse(bytes, 0, bytes.length);
    }

    private static boolean isBlank(byte b) {
        return b == ' ' || b == '\t' || b == '\r';
    }

    private boolean digits(byte[] bytes, int start, int first, int end, boolean negative) {
        var mantissa = 0L;
        var exponent = 0;
        var count = 0;
        var exact = true;
        var at = first;
        var point = -1;
        for (; at < end; at++) {
            var digit = bytes[at] - '0';
            if (digit >= 0 && digit <= 9) {
                count++;
                if (mantissa <= ROOM) {
                    mantissa = mantissa * 10 + digit;
                    exponent -= point >= 0 ? 1 : 0;
                } else {
                    exact = false;
                }
            } else if (bytes[at] == '.' && point < 0) {
                point = at;
            } else {
                break;
            }
        }
        if (count == 0) {
            return false;
        }
        if (at < end) {
            if ((bytes[at] | 0x20) != 'e' || at + 1 == end) {
                return false;
            }
            var given = exponent(bytes, at + 1, end);
            if (given == Integer.MIN_VALUE) {
                return false;
            }
            exponent += given;
        }
        var magnitude = exact ? scaled(mantissa, exponent) : Double.NaN;
        value = !Double.isNaN(magnitude)
                ? negative ? -magnitude : magnitude
                : Double.parseDouble(new String(bytes, start, end - start, StandardCharsets.ISO_8859_1));
        return true;
    }

    private static double scaled(long mantissa, int exponent) {
        if (mantissa <= EXACT && exponent >= -22 && exponent <= 22) {
            return exponent < 0 ? mantissa / POWERS[-exponent] : mantissa * POWERS[exponent];
        }
        return mantissa != 0 && Math.abs(exponent) <= PowersOfFive.LARGEST
                ? PowersOfFive.scale(mantissa, exponent)
                : Double.NaN;
    }

    /// The exponent after its `e`; the smallest int when there is none.
    private static int exponent(byte[] bytes, int from, int end) {
        var negative = bytes[from] == '-';
        var at = negative || bytes[from] == '+' ? from + 1 : from;
        if (at == end) {
            return Integer.MIN_VALUE;
        }
        var exponent = 0;
        for (; at < end; at++) {
            var digit = bytes[at] - '0';
            if (digit < 0 || digit > 9) {
                return Integer.MIN_VALUE;
            }
            exponent = Math.min(EXPONENT_CAP, exponent * 10 + digit);
        }
        return negative ? -exponent : exponent;
    }

    private boolean special(byte[] bytes, int at, int end, boolean negative) {
        if (end - at > 9) {
            return false;
        }
        switch (new String(bytes, at, end - at, StandardCharsets.ISO_8859_1).toLowerCase(Locale.ROOT)) {
            case "nan", "nan(ind)", "nan(snan)", "1.#qnan", "1.#ind", "1.#snan" -> value = Double.NaN;
            case "inf", "infinity", "1.#inf" -> value = negative ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
            default -> {
                return false;
            }
        }
        return true;
    }
}
