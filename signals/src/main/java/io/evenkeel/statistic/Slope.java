package io.evenkeel.statistic;

import java.util.Arrays;

/// A line through points that up to 29 % of outliers do not turn: the median of the slopes between all pairs (Theil,
/// 1950), with the interval that Kendall's tau gives it (Sen, "Estimates of the regression coefficient based on
/// Kendall's tau", 1968).
///
/// @param slope     median slope
/// @param intercept median of `y - slope x`
/// @param low       lower end of the 95 % interval of the slope; minus infinity for fewer than 4 points
/// @param high      upper end; plus infinity for fewer than 4 points
public record Slope(double slope, double intercept, double low, double high) {
    private static final double Z = 1.959963984540054;

    /// The line through `(x[i], y[i])`. O(n^2): meant for up to a few hundred points.
    ///
    /// @throws IllegalArgumentException when the lengths differ or all `x` are equal
    public static Slope of(double[] x, double[] y) {
        if (x.length != y.length) {
            throw new IllegalArgumentException("y must have " + x.length + " values but had " + y.length);
        }
        var slopes = new double[x.length * (x.length - 1) / 2];
        var count = 0;
        for (var i = 0; i < x.length; i++) {
            for (var j = i + 1; j < x.length; j++) {
                if (x[i] != x[j]) {
                    slopes[count++] = (y[j] - y[i]) / (x[j] - x[i]);
                }
            }
        }
        if (count == 0) {
            throw new IllegalArgumentException("x must have two different values but had none");
        }
        Arrays.sort(slopes, 0, count);
        double slope = Sample.quantileOfSorted(slopes, count, 0.5);
        var residuals = new double[x.length];
        for (var i = 0; i < x.length; i++) {
            residuals[i] = y[i] - slope * x[i];
        }
        int n = x.length;
        // Half the width of the interval, in ranks: Kendall's S has variance n (n - 1) (2 n + 5) / 18.
        double width = Z * Math.sqrt(n * (n - 1.0) * (2.0 * n + 5) / 18);
        int below = (int) Math.round((count - width) / 2) - 1;
        int above = (int) Math.round((count + width) / 2);
        boolean known = n >= 4 && below >= 0 && above < count;
        return new Slope(
                slope,
                Sample.median(residuals),
                known ? slopes[below] : Double.NEGATIVE_INFINITY,
                known ? slopes[above] : Double.POSITIVE_INFINITY);
    }

    /// The line through `(0, y[0]), (1, y[1]), ...`.
    public static Slope of(double... y) {
        var x = new double[y.length];
        Arrays.setAll(x, i -> i);
        return of(x, y);
    }

    /// The value of the line.
    public double at(double x) {
        return intercept + slope * x;
    }

    /// Whether the interval lies above 0.
    public boolean rises() {
        return low > 0;
    }

    /// Whether the interval lies below 0.
    public boolean falls() {
        return high < 0;
    }
}
