package io.evenkeel.statistic;

import java.util.Arrays;

/// Order statistics of a whole sample. Values must be finite.
public final class Sample {
    /// Times the median absolute deviation gives the standard deviation of a normal sample: `1 / Phi^-1(3/4)`.
    public static final double MAD_TO_SIGMA = 1.482602218505602;

    private Sample() {}

    /// The median; NaN of an empty sample.
    public static double median(double... values) {
        return quantile(values, 0.5);
    }

    /// The `share` quantile with linear interpolation between order statistics (type 7 of Hyndman and Fan, 1996);
    /// NaN of an empty sample.
    public static double quantile(double[] values, double share) {
        return quantileInPlace(values.clone(), share);
    }

    /// The same; the values change their order. Selects instead of sorting: linear in their number.
    static double quantileInPlace(double[] values, double share) {
        if (!(share >= 0 && share <= 1)) {
            throw new IllegalArgumentException("share must be in [0, 1] but was " + share);
        }
        int size = values.length;
        if (size == 0) {
            return Double.NaN;
        }
        if (hasNaN(values)) {
            // Behind all numbers, as a sort puts it.
            Arrays.sort(values);
            return quantileOfSorted(values, size, share);
        }
        double position = share * (size - 1);
        int below = (int) position;
        select(values, below);
        double low = values[below];
        if (below + 1 >= size || position == below) {
            return low;
        }
        double next = values[below + 1];
        for (int i = below + 2; i < size; i++) {
            next = Math.min(next, values[i]);
        }
        return low + (position - below) * (next - low);
    }

    private static boolean hasNaN(double[] values) {
        for (double value : values) {
            if (Double.isNaN(value)) {
                return true;
            }
        }
        return false;
    }

    /// Brings the value of rank `rank` to its place, smaller ones before it and larger ones behind it (Hoare,
    /// 1961).
    private static void select(double[] values, int rank) {
        int low = 0;
        int high = values.length - 1;
        while (low < high) {
            double pivot = middle(values[low], values[(low + high) >>> 1], values[high]);
            int i = low;
            int j = high;
            while (i <= j) {
                while (values[i] < pivot) {
                    i++;
                }
                while (values[j] > pivot) {
                    j--;
                }
                if (i <= j) {
                    double swap = values[i];
                    values[i++] = values[j];
                    values[j--] = swap;
                }
            }
            if (rank <= j) {
                high = j;
            } else if (rank >= i) {
                low = i;
            } else {
                return;
            }
        }
    }

    private static double middle(double a, double b, double c) {
        return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
    }

    /// The root of the mean squared distance from the mean; NaN of nothing.
    public static double standardDeviation(double... values) {
        var mean = Arrays.stream(values).average().orElse(Double.NaN);
        return Math.sqrt(Arrays.stream(values)
                .map(v -> (v - mean) * (v - mean))
                .average()
                .orElse(Double.NaN));
    }

    /// Median of the distances from the median; NaN of an empty sample.
    public static double medianAbsoluteDeviation(double... values) {
        double center = median(values);
        var distances = new double[values.length];
        for (var i = 0; i < values.length; i++) {
            distances[i] = Math.abs(values[i] - center);
        }
        return quantileInPlace(distances, 0.5);
    }

    /// The quantile of the first `size` values, which ascend.
    static double quantileOfSorted(double[] sorted, int size, double share) {
        if (!(share >= 0 && share <= 1)) {
            throw new IllegalArgumentException("share must be in [0, 1] but was " + share);
        }
        if (size == 0) {
            return Double.NaN;
        }
        double position = share * (size - 1);
        int below = (int) position;
        double low = sorted[below];
        if (below + 1 >= size) {
            return low;
        }
        return low + (position - below) * (sorted[below + 1] - low);
    }
}
