package io.evenkeel.statistic;

import java.util.Arrays;

/// Spearman's rank correlation: that of the ranks, where equal values share the mean of theirs.
public final class Spearman {
    private Spearman() {}

    /// In [-1, 1]; NaN when one side is constant.
    ///
    /// @throws IllegalArgumentException when the sides are not equally long or shorter than 2
    public static double of(double[] x, double[] y) {
        if (x.length != y.length || x.length < 2) {
            throw new IllegalArgumentException(
                    "x and y must be equally long, at least 2, but were " + x.length + " and " + y.length);
        }
        var a = ranks(x);
        var b = ranks(y);
        var middle = (x.length - 1) / 2.0;
        var products = 0.0;
        var squaresA = 0.0;
        var squaresB = 0.0;
        for (var i = 0; i < x.length; i++) {
            products += (a[i] - middle) * (b[i] - middle);
            squaresA += Math.pow(a[i] - middle, 2);
            squaresB += Math.pow(b[i] - middle, 2);
        }
        return squaresA == 0 || squaresB == 0 ? Double.NaN : products / Math.sqrt(squaresA * squaresB);
    }

    private static double[] ranks(double[] values) {
        var ranks = new double[values.length];
        Arrays.setAll(ranks, i -> {
            var below = 0;
            var equal = 0;
            for (var value : values) {
                below += value < values[i] ? 1 : 0;
                equal += value == values[i] ? 1 : 0;
            }
            return below + (equal - 1) / 2.0;
        });
        return ranks;
    }
}
