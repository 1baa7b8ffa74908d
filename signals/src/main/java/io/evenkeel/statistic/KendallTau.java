package io.evenkeel.statistic;

/// Rank correlation of two orderings: tau-b, which allows for ties (Kendall, "The treatment of ties in ranking
/// problems", 1945).
///
/// @param tau in [-1, 1]; NaN when one of the two has a single value only
/// @param n   pairs of values
public record KendallTau(double tau, int n) {
    /// @throws IllegalArgumentException when the lengths differ or are below 2
    public static KendallTau of(double[] x, double[] y) {
        if (x.length != y.length || x.length < 2) {
            throw new IllegalArgumentException(
                    "x and y must have the same length >= 2 but had " + x.length + " and " + y.length);
        }
        long balance = 0;
        long untiedX = 0;
        long untiedY = 0;
        for (var i = 0; i < x.length; i++) {
            for (var j = i + 1; j < x.length; j++) {
                int signX = Double.compare(x[i], x[j]);
                int signY = Double.compare(y[i], y[j]);
                balance += (long) Integer.signum(signX) * Integer.signum(signY);
                untiedX += signX == 0 ? 0 : 1;
                untiedY += signY == 0 ? 0 : 1;
            }
        }
        return new KendallTau(balance / Math.sqrt((double) untiedX * untiedY), x.length);
    }
}
