package io.evenkeel.config;

import io.evenkeel.InputException;
import io.evenkeel.config.Tree.Scalar;
import io.evenkeel.config.Tree.Style;
import java.math.BigDecimal;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.regex.Pattern;

/// The scalar types of configurations and their text.
final class Scalars {
    private static final Pattern NUMBER =
            Pattern.compile("[-+]?(?:\\d+(?:_\\d+)*\\.?(?:\\d+(?:_\\d+)*)?|\\.\\d+(?:_\\d+)*)(?:[eE][-+]?\\d{1,4})?");
    private static final String DURATION_BOUND = "a duration such as 90s, 10m or 1h30m";
    private static final Pattern DURATION_PART = Pattern.compile("(\\d{1,18})(d|h|m|s|ms|us|ns)(?=\\d|$)");
    private static final SequencedMap<String, Duration> UNITS = new LinkedHashMap<>();

    static {
        UNITS.put("d", Duration.ofDays(1));
        UNITS.put("h", Duration.ofHours(1));
        UNITS.put("m", Duration.ofMinutes(1));
        UNITS.put("s", Duration.ofSeconds(1));
        UNITS.put("ms", Duration.ofMillis(1));
        UNITS.put("us", Duration.ofNanos(1000));
        UNITS.put("ns", Duration.ofNanos(1));
    }

    private Scalars() {}

    /// The value of type `type` that `tree` says.
    static Object parse(Class<?> type, Tree tree, String path) {
        if (!(tree instanceof Scalar scalar)) {
            throw Tree.mustBe(path, bound(type), tree);
        }
        if (type.isEnum()) {
            return constant(type, scalar, path);
        }
        return switch (type.getName()) {
            case "long", "java.lang.Long" -> integer(scalar, path, Long.MIN_VALUE, Long.MAX_VALUE);
            case "int", "java.lang.Integer" ->
                Math.toIntExact(integer(scalar, path, Integer.MIN_VALUE, Integer.MAX_VALUE));
            case "double", "java.lang.Double" -> number(scalar, path);
            case "boolean", "java.lang.Boolean" -> truth(scalar, path);
            case "java.lang.String" -> text(scalar, path);
            case "java.nio.file.Path" -> path(scalar, path);
            case "java.time.Duration" -> duration(scalar, path);
            default -> throw unsupported(type);
        };
    }

    /// What values a scalar type takes, as messages and the reference say it.
    static String bound(Class<?> type) {
        if (type.isEnum()) {
            return "one of " + String.join(", ", Choices.constants(type).keySet());
        }
        return switch (type.getName()) {
            case "long", "java.lang.Long", "int", "java.lang.Integer" -> "a whole number";
            case "double", "java.lang.Double" -> "a number";
            case "boolean", "java.lang.Boolean" -> "true or false";
            case "java.lang.String" -> "text";
            case "java.nio.file.Path" -> "a path";
            case "java.time.Duration" -> DURATION_BOUND;
            default -> throw unsupported(type);
        };
    }

    private static IllegalArgumentException unsupported(Class<?> type) {
        return new IllegalArgumentException("type " + type.getName() + " is not supported in configurations");
    }

    private static Object constant(Class<?> type, Scalar scalar, String path) {
        var constants = Choices.constants(type);
        var constant = constants.get(scalar.text());
        if (constant == null) {
            throw unknownChoice(path, constants, scalar);
        }
        return constant;
    }

    /// The error of a word that names none of the choices.
    static InputException unknownChoice(String path, SequencedMap<String, ?> choices, Scalar scalar) {
        return new InputException(path + " must be one of " + String.join(", ", choices.keySet()) + " but was "
                + scalar.shown() + Choices.suggestion(scalar.text(), choices.keySet()) + Tree.at(scalar.place()));
    }

    private static long integer(Scalar scalar, String path, long low, long high) {
        if (scalar.style() == Style.QUOTED || !NUMBER.matcher(scalar.text()).matches()) {
            throw Tree.mustBe(path, "a whole number", scalar);
        }
        var value = new BigDecimal(scalar.text().replace("_", ""));
        if (value.compareTo(BigDecimal.valueOf(low)) < 0 || value.compareTo(BigDecimal.valueOf(high)) > 0) {
            throw Tree.mustBe(path, "a whole number from " + low + " to " + high, scalar);
        }
        if (value.remainder(BigDecimal.ONE).signum() != 0) {
            throw Tree.mustBe(path, "a whole number", scalar);
        }
        return value.longValueExact();
    }

    private static double number(Scalar scalar, String path) {
        if (scalar.style() != Style.QUOTED) {
            switch (scalar.text()) {
                case ".inf", "+.inf", ".Inf", "+.Inf", ".INF", "+.INF" -> {
                    return Double.POSITIVE_INFINITY;
                }
                case "-.inf", "-.Inf", "-.INF" -> {
                    return Double.NEGATIVE_INFINITY;
                }
                case ".nan", ".NaN", ".NAN" -> {
                    return Double.NaN;
                }
                default -> {
                    var value = NUMBER.matcher(scalar.text()).matches()
                            ? Double.parseDouble(scalar.text().replace("_", ""))
                            : Double.NaN;
                    if (Double.isInfinite(value)) {
                        throw Tree.mustBe(path, "a number of at most 1.8e308", scalar);
                    }
                    if (!Double.isNaN(value)) {
                        return value;
                    }
                }
            }
        }
        throw Tree.mustBe(path, "a number", scalar);
    }

    private static boolean truth(Scalar scalar, String path) {
        if (scalar.style() != Style.QUOTED) {
            switch (scalar.text()) {
                case "true", "True", "TRUE" -> {
                    return true;
                }
                case "false", "False", "FALSE" -> {
                    return false;
                }
                default -> {}
            }
        }
        throw Tree.mustBe(path, "true or false", scalar);
    }

    private static String text(Scalar scalar, String path) {
        if (scalar.style() == Style.VALUE) {
            throw Tree.mustBe(path, "text (in quotes, when it reads as a number, true or false)", scalar);
        }
        if (scalar.style() == Style.NULL) {
            throw Tree.mustBe(path, "text", scalar);
        }
        return scalar.text();
    }

    private static Path path(Scalar scalar, String path) {
        if (scalar.style() == Style.NULL) {
            throw Tree.mustBe(path, "a path", scalar);
        }
        try {
            return Path.of(scalar.text());
        } catch (InvalidPathException e) {
            throw new InputException(
                    path + " must be a path but was " + scalar.shown() + ": " + e.getReason() + Tree.at(scalar.place()),
                    e);
        }
    }

    private static Duration duration(Scalar scalar, String path) {
        var text = scalar.text().replaceAll("(?<=[a-z]) (?=\\d)", "");
        if (text.equals("0")) {
            return Duration.ZERO;
        }
        var negative = text.startsWith("-");
        var matcher = DURATION_PART.matcher(text);
        var total = Duration.ZERO;
        var at = negative ? 1 : 0;
        try {
            while (at < text.length() && matcher.find(at) && matcher.start() == at) {
                var unit = Objects.requireNonNull(UNITS.get(matcher.group(2)));
                total = total.plus(unit.multipliedBy(Long.parseLong(matcher.group(1))));
                at = matcher.end();
            }
        } catch (ArithmeticException e) {
            throw new InputException(
                    path + " must be a duration below 10^11 years but was " + scalar.shown() + Tree.at(scalar.place()),
                    e);
        }
        if (at < text.length() || at == (negative ? 1 : 0)) {
            throw Tree.mustBe(path, DURATION_BOUND, scalar);
        }
        return negative ? total.negated() : total;
    }

    /// The text that [#parse] reads back as an equal duration: `1h30m`.
    static String text(Duration duration) {
        if (duration.isZero()) {
            return "0s";
        }
        var text = new StringBuilder(duration.isNegative() ? "-" : "");
        var rest = duration.abs();
        for (var unit : UNITS.entrySet()) {
            var count = rest.dividedBy(unit.getValue());
            if (count > 0) {
                text.append(count).append(unit.getKey());
                rest = rest.minus(unit.getValue().multipliedBy(count));
            }
        }
        return text.toString();
    }

    /// The shortest usual text of a double that reads back to the same bits: `3e-4`, `1.0`.
    static String text(double value) {
        if (Double.isNaN(value)) {
            return ".nan";
        }
        if (Double.isInfinite(value)) {
            return value > 0 ? ".inf" : "-.inf";
        }
        return Double.toString(value).replace(".0E", "e").replace('E', 'e');
    }
}
