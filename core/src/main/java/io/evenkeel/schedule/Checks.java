package io.evenkeel.schedule;

/// Bounds that several schedules share.
final class Checks {
    private Checks() {}

    static void atLeast(long least, String name, long value) {
        if (value < least) {
            throw new IllegalArgumentException(name + " must be >= " + least + " but was " + value);
        }
    }

    static void floor(double floor) {
        if (!(floor >= 0 && floor <= 1)) {
            throw new IllegalArgumentException("floor must be in [0, 1] but was " + floor);
        }
    }
}
