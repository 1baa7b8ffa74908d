package io.evenkeel.finding;

import java.util.Arrays;

/// A series of any length in a fixed number of stretches, each with its smallest and largest value: what a picture of
/// it needs. When all are used, two become one.
public final class Curve {
    private static final int STRETCHES = 1024;

    private final long[] from = new long[STRETCHES];
    private final double[] min = new double[STRETCHES];
    private final double[] max = new double[STRETCHES];
    private int used;
    private long perStretch = 1;
    private long inLast;

    void add(long step, double value) {
        if (!Double.isFinite(value)) {
            return;
        }
        if (used > 0 && inLast < perStretch) {
            min[used - 1] = Math.min(min[used - 1], value);
            max[used - 1] = Math.max(max[used - 1], value);
            inLast++;
            return;
        }
        if (used == STRETCHES) {
            halve();
        }
        from[used] = step;
        min[used] = value;
        max[used] = value;
        used++;
        inLast = 1;
    }

    private void halve() {
        for (var i = 0; i < STRETCHES / 2; i++) {
            from[i] = from[2 * i];
            min[i] = Math.min(min[2 * i], min[2 * i + 1]);
            max[i] = Math.max(max[2 * i], max[2 * i + 1]);
        }
        used = STRETCHES / 2;
        perStretch *= 2;
    }

    /// First step of each stretch.
    public double[] steps() {
        return Arrays.stream(from, 0, used).asDoubleStream().toArray();
    }

    /// Smallest value of each stretch.
    public double[] low() {
        return Arrays.copyOf(min, used);
    }

    /// Largest value of each stretch.
    public double[] high() {
        return Arrays.copyOf(max, used);
    }

    /// Values of a stretch.
    public long perStretch() {
        return perStretch;
    }
}
