package io.evenkeel.metric;

import java.util.Arrays;

/// Points of one series as measured by one incarnation, in the order they were written.
final class PointBuffer {
    private long[] steps = new long[64];
    private double[] values = new double[64];
    private double[] wallSeconds = new double[64];
    private int size;

    void add(long step, double value, double wall) {
        if (size == steps.length) {
            steps = Arrays.copyOf(steps, size * 2);
            values = Arrays.copyOf(values, size * 2);
            wallSeconds = Arrays.copyOf(wallSeconds, size * 2);
        }
        steps[size] = step;
        values[size] = value;
        wallSeconds[size++] = wall;
    }

    int size() {
        return size;
    }

    long step(int index) {
        return steps[index];
    }

    double value(int index) {
        return values[index];
    }

    double wall(int index) {
        return wallSeconds[index];
    }

    /// How many points are at `limit` or before.
    int upTo(long limit) {
        var count = size;
        while (count > 0 && steps[count - 1] > limit) {
            count--;
        }
        return count;
    }

    long[] steps(int from, int to) {
        return Arrays.copyOfRange(steps, from, to);
    }

    double[] values(int from, int to) {
        return Arrays.copyOfRange(values, from, to);
    }
}
