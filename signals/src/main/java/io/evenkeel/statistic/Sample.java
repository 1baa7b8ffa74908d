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
        var sorted = values.clone();
        Arrays.sort(sorted);
        return quantileOfSorted(sorted, sorted.length, share);
    }

    /// Median of the distances from the median; NaN of an empty sample.
    public static double medianAbsoluteDeviation(double... values) {
        double center = median(values);
        return median(Arrays.stream(values).map(x -> Math.abs(x - center)).toArray());
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
