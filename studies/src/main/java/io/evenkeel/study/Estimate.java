package io.evenkeel.study;

import io.evenkeel.random.RandomStream;
import io.evenkeel.statistic.PairedComparison;
import io.evenkeel.statistic.Proportion;
import io.evenkeel.statistic.Sample;
import java.util.Arrays;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/// A number that was measured, with how sure it is.
///
/// @param value the estimate; NaN when there is none
/// @param low   lower end of its 95 % interval; NaN when nothing is known of it, as with a single run
/// @param high  upper end
/// @param n     independent runs (or pairs of them) behind it
public record Estimate(double value, double low, double high, int n) {
    /// There is none: trials are missing.
    public static final Estimate NONE = new Estimate(Double.NaN, Double.NaN, Double.NaN, 0);

    private static final int RESAMPLES = 10_000;

    /// A number that has no error, such as a count, or whose error does not matter.
    public static Estimate exact(double value) {
        return new Estimate(value, value, value, 1);
    }

    /// The mean of `left - right` over pairs, such as the runs of two arms with the same seeds: percentile bootstrap
    /// over pairs. Of a single pair nothing is known but the value.
    public static Estimate difference(double[] left, double[] right) {
        if (left.length != right.length || left.length == 0) {
            return NONE;
        }
        if (left.length == 1) {
            return new Estimate(left[0] - right[0], Double.NaN, Double.NaN, 1);
        }
        if (!allFinite(left) || !allFinite(right)) {
            return new Estimate(Double.NaN, Double.NaN, Double.NaN, left.length);
        }
        var paired = PairedComparison.of(/* left= */ right, /* right= */ left, random());
        return new Estimate(paired.mean(), paired.low(), paired.high(), paired.n());
    }

    /// The mean over runs.
    public static Estimate mean(double... values) {
        return difference(values, new double[values.length]);
    }

    /// A share, with the interval of Wilson.
    public static Estimate share(long successes, long trials) {
        if (trials == 0) {
            return NONE;
        }
        var share = new Proportion(successes, trials);
        return new Estimate(share.share(), share.low(), share.high(), (int) trials);
    }

    /// Any statistic of `n` runs: percentile bootstrap over them.
    ///
    /// @param statistic of the runs with those numbers, which may repeat
    public static Estimate bootstrap(int n, ToDoubleFunction<int[]> statistic) {
        if (n == 0) {
            return NONE;
        }
        var value = statistic.applyAsDouble(IntStream.range(0, n).toArray());
        if (n == 1) {
            return new Estimate(value, Double.NaN, Double.NaN, 1);
        }
        var random = random();
        var values = new double[RESAMPLES];
        for (var i = 0; i < RESAMPLES; i++) {
            values[i] = statistic.applyAsDouble(
                    IntStream.range(0, n).map(_ -> random.nextInt(n)).toArray());
        }
        return allFinite(values)
                ? new Estimate(value, Sample.quantile(values, 0.025), Sample.quantile(values, 0.975), n)
                : new Estimate(value, Double.NaN, Double.NaN, n);
    }

    /// `0.123 [0.05, 0.2]`.
    public String text() {
        if (Double.isNaN(value)) {
            return "not measured";
        }
        var interval = low == high ? "" : " [" + Texts.number(low) + ", " + Texts.number(high) + "]";
        return Texts.number(value) + (Double.isNaN(low) ? " (no interval)" : interval);
    }

    /// The same stream for every estimate, so that a verdict is a function of the trials.
    private static RandomStream random() {
        return RandomStream.of(0, "estimate");
    }

    private static boolean allFinite(double[] values) {
        return Arrays.stream(values).allMatch(Double::isFinite);
    }
}
