package io.evenkeel.tensor;

import java.util.Arrays;

/// Arithmetic on shapes.
public final class Shapes {
    private Shapes() {}

    /// How many elements a shape holds.
    public static long elements(long... shape) {
        var elements = 1L;
        for (var size : shape) {
            elements = Math.multiplyExact(elements, size);
        }
        return elements;
    }

    /// A shape as people read it: `[2, 3]`.
    public static String text(long... shape) {
        return Arrays.toString(shape);
    }
}
