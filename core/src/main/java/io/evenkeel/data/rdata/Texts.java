package io.evenkeel.data.rdata;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Elements of vectors as text.
final class Texts {
    /// Above this, a double may stand for several whole numbers and is printed as it is.
    private static final double EXACT = 1L << 53;

    private Texts() {}

    static List<@Nullable String> of(RValue value) {
        return switch (value) {
            case RValue.Null _ -> List.of();
            case RValue.Strings strings -> strings.values();
            case RValue.Doubles doubles -> {
                var texts = new ArrayList<@Nullable String>(doubles.length());
                for (var number : doubles.values()) {
                    texts.add(Double.isNaN(number) ? null : text(number));
                }
                yield texts;
            }
            case RValue.Integers integers -> {
                var levels = integers.levels();
                var texts = new ArrayList<@Nullable String>(integers.length());
                for (var number : integers.values()) {
                    if (number == RValue.NA_INTEGER) {
                        texts.add(null);
                    } else if (!levels.isEmpty()) {
                        texts.add(levels.get(number - 1));
                    } else {
                        texts.add(integers.logical() ? String.valueOf(number != 0) : Integer.toString(number));
                    }
                }
                yield texts;
            }
            case RValue.Bytes _, RValue.Values _, RValue.Other _ ->
                throw new IllegalArgumentException("value must be a vector of scalars but was "
                        + value.getClass().getSimpleName());
        };
    }

    static String text(double number) {
        return number == Math.rint(number) && Math.abs(number) < EXACT
                ? Long.toString((long) number)
                : Double.toString(number);
    }
}
