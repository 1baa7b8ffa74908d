package io.evenkeel.statistic;

import java.util.stream.DoubleStream;

/// The line of least squares through points.
///
/// @param slope     of the line
/// @param intercept of the line
/// @param r2        share of the variance of `y` that the line explains, in [0, 1]; 1 when all `y` are equal
public record LeastSquares(double slope, double intercept, double r2) {
    /// The line through `(x[i], y[i])`.
    ///
    /// @throws IllegalArgumentException when the lengths differ or all `x` are equal
    public static LeastSquares of(double[] x, double[] y) {
        if (x.length != y.length) {
            throw new IllegalArgumentException("y must have " + x.length + " values but had " + y.length);
        }
        var meanX = DoubleStream.of(x).average().orElse(Double.NaN);
        var meanY = DoubleStream.of(y).average().orElse(Double.NaN);
        var xx = 0.0;
        var xy = 0.0;
        var yy = 0.0;
        for (var i = 0; i < x.length; i++) {
            xx += (x[i] - meanX) * (x[i] - meanX);
            xy += (x[i] - meanX) * (y[i] - meanY);
            yy += (y[i] - meanY) * (y[i] - meanY);
        }
        if (!(xx > 0)) {
            throw new IllegalArgumentException("x must have two different values but had none");
        }
        var slope = xy / xx;
        return new LeastSquares(slope, meanY - slope * meanX, yy == 0 ? 1 : slope * xy / yy);
    }
}
