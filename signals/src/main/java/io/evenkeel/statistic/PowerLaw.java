package io.evenkeel.statistic;

/// A polynomial in logarithms fitted by least squares, `ln y = c0 + c1 ln x + c2 (ln x)^2 ..`: a straight line is a
/// power law. It extrapolates a quantity over model sizes.
///
/// @param coefficients c0, c1, ..
/// @paper P40 a quadratic through the largest attention logits of smaller models predicts that of a larger one
public record PowerLaw(double[] coefficients) {
    /// @param x      positive, `degree + 1` distinct ones at least
    /// @param y      positive
    /// @param degree of the polynomial, `>= 0`
    /// @throws IllegalArgumentException when that does not hold
    public static PowerLaw fit(double[] x, double[] y, int degree) {
        if (x.length != y.length || x.length <= degree) {
            throw new IllegalArgumentException(
                    "x and y must have the same length > " + degree + " but had " + x.length + " and " + y.length);
        }
        var n = degree + 1;
        var system = new double[n][n + 1];
        for (var i = 0; i < x.length; i++) {
            if (!(x[i] > 0 && y[i] > 0) || Double.isInfinite(x[i]) || Double.isInfinite(y[i])) {
                throw new IllegalArgumentException("x and y must be > 0 and finite but were " + x[i] + " and " + y[i]);
            }
            for (var row = 0; row < n; row++) {
                for (var column = 0; column < n; column++) {
                    system[row][column] += Math.pow(Math.log(x[i]), row + column);
                }
                system[row][n] += Math.pow(Math.log(x[i]), row) * Math.log(y[i]);
            }
        }
        return new PowerLaw(solve(system));
    }

    /// Gaussian elimination with partial pivoting of `[A | b]`.
    private static double[] solve(double[][] system) {
        var n = system.length;
        for (var column = 0; column < n; column++) {
            var pivot = column;
            for (var row = column + 1; row < n; row++) {
                pivot = Math.abs(system[row][column]) > Math.abs(system[pivot][column]) ? row : pivot;
            }
            var swapped = system[pivot];
            system[pivot] = system[column];
            system[column] = swapped;
            if (Math.abs(swapped[column]) < 1e-12) {
                throw new IllegalArgumentException("x must have " + n + " distinct values at least");
            }
            for (var row = 0; row < n; row++) {
                if (row != column) {
                    var factor = system[row][column] / swapped[column];
                    for (var k = column; k <= n; k++) {
                        system[row][k] -= factor * swapped[k];
                    }
                }
            }
        }
        var solution = new double[n];
        for (var i = 0; i < n; i++) {
            solution[i] = system[i][n] / system[i][i];
        }
        return solution;
    }

    /// The fitted value at `x > 0`.
    public double at(double x) {
        var sum = 0.0;
        for (var i = coefficients.length - 1; i >= 0; i--) {
            sum = sum * Math.log(x) + coefficients[i];
        }
        return Math.exp(sum);
    }
}
