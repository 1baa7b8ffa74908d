package io.evenkeel.statistic;

import java.util.Arrays;

/// The last `capacity` values of a stream, with their order statistics.
///
/// The values are kept in order of arrival and sorted: adding one is a binary search and a move of at most `capacity`
/// numbers (well under a microsecond at 512), quantiles are O(1), the median absolute deviation is O(log capacity).
/// Only finite values are taken. Not thread safe.
public final class SlidingWindow {
    private final double[] ring;
    private final double[] sorted;
    private int size;
    private int oldest;

    /// @param capacity how many values it holds, >= 1
    public SlidingWindow(int capacity) {
        if (capacity < 1) {
            throw new IllegalArgumentException("capacity must be >= 1 but was " + capacity);
        }
        ring = new double[capacity];
        sorted = new double[capacity];
    }

    /// What is saved: the values from the oldest to the newest.
    public record State(double[] values) {}

    /// Adds a value; the oldest leaves a full window.
    ///
    /// @throws IllegalArgumentException when the value is not finite
    public void add(double value) {
        if (!Double.isFinite(value)) {
            throw new IllegalArgumentException("value must be finite but was " + value);
        }
        int at = rank(value);
        if (size == ring.length) {
            replaceOldest(value, at);
            return;
        }
        ring[(oldest + size) % ring.length] = value;
        System.arraycopy(sorted, at, sorted, at + 1, size - at);
        sorted[at] = value;
        size++;
    }

    /// Only what lies between the places of the two moves.
    private void replaceOldest(double value, int at) {
        int gone = rank(ring[oldest]);
        ring[oldest] = value;
        oldest = oldest + 1 == ring.length ? 0 : oldest + 1;
        if (at > gone) {
            System.arraycopy(sorted, gone + 1, sorted, gone, at - gone - 1);
            sorted[at - 1] = value;
        } else {
            System.arraycopy(sorted, at, sorted, at + 1, gone - at);
            sorted[at] = value;
        }
    }

    /// How many values are smaller. Without branches that depend on them: the values of a noisy series cannot be
    /// predicted.
    private int rank(double value) {
        int base = 0;
        int length = size;
        while (length > 0) {
            int half = (length + 1) >>> 1;
            base += sorted[base + half - 1] < value ? half : 0;
            length -= half;
        }
        return base;
    }

    /// Forgets everything.
    public void clear() {
        size = 0;
        oldest = 0;
    }

    public int size() {
        return size;
    }

    public int capacity() {
        return ring.length;
    }

    public boolean isFull() {
        return size == ring.length;
    }

    /// The value that came `age` values before the newest, which has age 0.
    public double recent(int age) {
        if (age < 0 || age >= size) {
            throw new IndexOutOfBoundsException("age " + age + " of " + size);
        }
        return ring[(oldest + size - 1 - age) % ring.length];
    }

    /// The values from the oldest to the newest.
    public double[] values() {
        var values = new double[size];
        for (var i = 0; i < size; i++) {
            values[i] = ring[(oldest + i) % ring.length];
        }
        return values;
    }

    /// The median; NaN when empty.
    public double median() {
        return quantile(0.5);
    }

    /// The `share` quantile, interpolated as by [Sample#quantile]; NaN when empty.
    public double quantile(double share) {
        return Sample.quantileOfSorted(sorted, size, share);
    }

    /// The smallest value; NaN when empty.
    public double min() {
        return size == 0 ? Double.NaN : sorted[0];
    }

    /// The largest value; NaN when empty.
    public double max() {
        return size == 0 ? Double.NaN : sorted[size - 1];
    }

    /// Median of the distances from the median; NaN when empty.
    public double medianAbsoluteDeviation() {
        if (size == 0) {
            return Double.NaN;
        }
        double center = median();
        double upper = distance(center, size / 2);
        return size % 2 == 1 ? upper : 0.5 * (distance(center, size / 2 - 1) + upper);
    }

    /// The `share` quantile of the distances from the median, interpolated like [#quantile]; NaN when empty.
    public double quantileOfDistances(double share) {
        if (size == 0) {
            return Double.NaN;
        }
        double center = median();
        double position = share * (size - 1);
        int below = (int) position;
        double low = distance(center, below);
        return below + 1 >= size ? low : low + (position - below) * (distance(center, below + 1) - low);
    }

    /// The standard deviation of a normal sample with this median absolute deviation; NaN when empty.
    public double robustSigma() {
        return Sample.MAD_TO_SIGMA * medianAbsoluteDeviation();
    }

    /// The distance from `center` of rank `rank`, from 0. The distances of the values below the center and of those
    /// from it on are two ascending lists; the search is for how many of the first are among the `rank + 1`
    /// smallest.
    private double distance(double center, int rank) {
        int split = Arrays.binarySearch(sorted, 0, size, center);
        split = split < 0 ? -split - 1 : split;
        int low = Math.max(0, rank + 1 - (size - split));
        int high = Math.min(rank + 1, split);
        while (low < high) {
            int fromBelow = (low + high) >>> 1;
            int fromAbove = rank + 1 - fromBelow;
            double lastAbove = fromAbove == 0 ? Double.NEGATIVE_INFINITY : sorted[split + fromAbove - 1] - center;
            double nextBelow = center - sorted[split - 1 - fromBelow];
            if (nextBelow < lastAbove) {
                low = fromBelow + 1;
            } else {
                high = fromBelow;
            }
        }
        int fromAbove = rank + 1 - low;
        double below = low == 0 ? Double.NEGATIVE_INFINITY : center - sorted[split - low];
        double above = fromAbove == 0 ? Double.NEGATIVE_INFINITY : sorted[split + fromAbove - 1] - center;
        return Math.max(below, above);
    }

    public State state() {
        return new State(values());
    }

    /// Continues from a saved state.
    ///
    /// @throws IllegalArgumentException when it holds more values than this window can
    public void restore(State state) {
        if (state.values().length > ring.length) {
            throw new IllegalArgumentException(
                    "state must hold <= " + ring.length + " values but held " + state.values().length);
        }
        clear();
        for (double value : state.values()) {
            add(value);
        }
    }
}
