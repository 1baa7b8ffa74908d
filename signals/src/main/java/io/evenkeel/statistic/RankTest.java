package io.evenkeel.statistic;

import java.util.Arrays;

/// Whether values of one sample tend to exceed those of another, by ranks alone (Mann and Whitney, 1947).
///
/// @param superiority probability that a value of the first sample exceeds one of the second, ties counted half
/// @param pValue      two-sided, from the normal approximation with correction for ties and continuity
public record RankTest(double superiority, double pValue) {
    /// Compares two samples of finite values.
    ///
    /// @throws IllegalArgumentException when one is empty
    public static RankTest of(double[] first, double[] second) {
        if (first.length == 0 || second.length == 0) {
            throw new IllegalArgumentException("samples must not be empty");
        }
        int n = first.length;
        int m = second.length;
        var other = second.clone();
        Arrays.sort(other);
        var u = 0.0;
        for (double value : first) {
            int from = firstAtLeast(other, value);
            int to = from;
            while (to < m && other[to] == value) {
                to++;
            }
            u += from + 0.5 * (to - from);
        }
        double mean = n * (double) m / 2;
        double total = n + m;
        double variance = n * (double) m / 12 * (total + 1 - tieTerm(first, second) / (total * (total - 1)));
        double distance = Math.max(0, Math.abs(u - mean) - 0.5);
        double p = variance <= 0 ? 1 : Math.min(1, 2 * Normal.cdf(-distance / Math.sqrt(variance)));
        return new RankTest(u / (n * (double) m), p);
    }

    private static int firstAtLeast(double[] sorted, double value) {
        int low = 0;
        int high = sorted.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (sorted[middle] < value) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private static double tieTerm(double[] first, double[] second) {
        var all = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, all, first.length, second.length);
        Arrays.sort(all);
        var sum = 0.0;
        for (var i = 0; i < all.length; ) {
            int to = i;
            while (to < all.length && all[to] == all[i]) {
                to++;
            }
            double ties = to - i;
            sum += ties * ties * ties - ties;
            i = to;
        }
        return sum;
    }
}
