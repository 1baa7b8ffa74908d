package io.evenkeel.studies.p60;

import io.evenkeel.random.RandomStream;
import java.util.Arrays;

/// `f(x) = sum of a_j b_j x_j` on examples of a vector with few entries that are not zero.
final class DiagonalNet implements Regression {
    private final double[][] x; // [n][d]
    private final double[] truth; // [d]
    private final double[] p; // a, then b

    /// @param d    entries
    /// @param n    examples
    /// @param ones entries of the vector that are 1; the others are 0
    /// @param init of every `a` and `b`
    DiagonalNet(int d, int n, int ones, double init, RandomStream random) {
        x = new double[n][d];
        for (var row : x) {
            for (var j = 0; j < d; j++) {
                row[j] = random.nextGaussian();
            }
        }
        truth = new double[d];
        for (var j = 0; j < ones; j++) {
            truth[j] = 1;
        }
        p = new double[2 * d];
        Arrays.fill(p, init);
    }

    private double weight(int j) {
        return p[j] * p[truth.length + j];
    }

    @Override
    public int size() {
        return p.length;
    }

    @Override
    public int examples() {
        return x.length;
    }

    @Override
    public double[] parameters() {
        return p;
    }

    @Override
    public double residual(int example) {
        var sum = 0.0;
        for (var j = 0; j < truth.length; j++) {
            sum += (weight(j) - truth[j]) * x[example][j];
        }
        return sum;
    }

    @Override
    public void addGradient(int example, double weight, double[] into) {
        var d = truth.length;
        for (var j = 0; j < d; j++) {
            var by = weight * x[example][j];
            into[j] += by * p[d + j];
            into[d + j] += by * p[j];
        }
    }

    /// `|w - w*|^2`.
    @Override
    public double testError() {
        var sum = 0.0;
        for (var j = 0; j < truth.length; j++) {
            sum += Math.pow(weight(j) - truth[j], 2);
        }
        return sum;
    }

    /// `|w|_1`.
    @Override
    public double norm() {
        var sum = 0.0;
        for (var j = 0; j < truth.length; j++) {
            sum += Math.abs(weight(j));
        }
        return sum;
    }
}
