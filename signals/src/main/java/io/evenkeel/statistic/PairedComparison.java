package io.evenkeel.statistic;

import io.evenkeel.random.RandomStream;
import java.util.Arrays;

/// Two treatments on the same units, such as two arms with the same seeds: the mean difference, how sure it is, and
/// whether it is zero for all purposes.
///
/// @param mean   mean of right minus left
/// @param low    lower end of its 95 % interval: percentile bootstrap over pairs (Efron and Tibshirani, 1993)
/// @param high   upper end
/// @param low90  lower end of the 90 % interval
/// @param high90 upper end
/// @param pValue two-sided, of no difference: sign flips of the differences, all of them up to [#EXACT] pairs
/// @param n      pairs
public record PairedComparison(
        double mean, double low, double high, double low90, double high90, double pValue, int n) {
    private static final int RESAMPLES = 10_000;
    private static final int EXACT = 16;

    /// @param random draws the resamples; the same stream gives the same result
    /// @throws IllegalArgumentException when the lengths differ, are below 2, or a value is not finite
    public static PairedComparison of(double[] left, double[] right, RandomStream random) {
        if (left.length != right.length || left.length < 2) {
            throw new IllegalArgumentException(
                    "left and right must have the same length >= 2 but had " + left.length + " and " + right.length);
        }
        var differences = new double[left.length];
        for (var i = 0; i < left.length; i++) {
            differences[i] = right[i] - left[i];
            if (!Double.isFinite(differences[i])) {
                throw new IllegalArgumentException(
                        "values must be finite but were " + left[i] + " and " + right[i] + " at " + i);
            }
        }
        var means = bootstrap(differences, random);
        return new PairedComparison(
                mean(differences),
                Sample.quantileOfSorted(means, means.length, 0.025),
                Sample.quantileOfSorted(means, means.length, 0.975),
                Sample.quantileOfSorted(means, means.length, 0.05),
                Sample.quantileOfSorted(means, means.length, 0.95),
                pValue(differences, random),
                left.length);
    }

    /// Whether the difference is shown to lie within a margin of zero: two one-sided tests at 5 % each (Schuirmann,
    /// 1987), which is the 90 % interval inside the margin.
    public boolean equivalentWithin(double margin) {
        return low90 > -margin && high90 < margin;
    }

    private static double mean(double[] values) {
        return Arrays.stream(values).average().orElse(Double.NaN);
    }

    private static double[] bootstrap(double[] differences, RandomStream random) {
        var means = new double[RESAMPLES];
        for (var i = 0; i < RESAMPLES; i++) {
            var sum = 0.0;
            for (var k = 0; k < differences.length; k++) {
                sum += differences[random.nextInt(differences.length)];
            }
            means[i] = sum / differences.length;
        }
        Arrays.sort(means);
        return means;
    }

    private static double pValue(double[] differences, RandomStream random) {
        var observed = Math.abs(sum(differences, (1L << differences.length) - 1));
        // Sums that differ by rounding only are equal.
        var bound = observed * (1 - 1e-12);
        if (differences.length <= EXACT) {
            var asFar = 0L;
            var all = 1L << differences.length;
            for (var signs = 0L; signs < all; signs++) {
                asFar += Math.abs(sum(differences, signs)) >= bound ? 1 : 0;
            }
            return (double) asFar / all;
        }
        // The observed one counts too, so that no p-value is zero (Phipson and Smyth, 2010).
        var asFar = 1L;
        for (var i = 0; i < RESAMPLES; i++) {
            var sum = 0.0;
            for (var difference : differences) {
                sum += random.nextInt(2) == 0 ? difference : -difference;
            }
            asFar += Math.abs(sum) >= bound ? 1 : 0;
        }
        return (double) asFar / (RESAMPLES + 1);
    }

    /// The sum with the signs that the bits say.
    private static double sum(double[] values, long plus) {
        var sum = 0.0;
        for (var i = 0; i < values.length; i++) {
            sum += (plus >> i & 1) == 1 ? values[i] : -values[i];
        }
        return sum;
    }
}
