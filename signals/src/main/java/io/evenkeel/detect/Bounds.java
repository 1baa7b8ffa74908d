package io.evenkeel.detect;

/// Checks of the components of configurations.
final class Bounds {
    private Bounds() {}

    static void atLeast(String name, int value, int bound) {
        if (value < bound) {
            throw new IllegalArgumentException(name + " must be >= " + bound + " but was " + value);
        }
    }

    static void within(String name, int value, String other, int bound) {
        if (value > bound) {
            throw new IllegalArgumentException(name + " must be <= " + other + " = " + bound + " but was " + value);
        }
    }

    static void above(String name, double value, double bound) {
        if (!(value > bound) || value == Double.POSITIVE_INFINITY) {
            throw new IllegalArgumentException(name + " must be > " + plain(bound) + " but was " + plain(value));
        }
    }

    static void share(String name, double value) {
        if (!(value > 0 && value < 1)) {
            throw new IllegalArgumentException(name + " must be in (0, 1) but was " + plain(value));
        }
    }

    private static String plain(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? Long.toString((long) value)
                : Double.toString(value);
    }
}
