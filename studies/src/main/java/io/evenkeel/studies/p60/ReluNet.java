package io.evenkeel.studies.p60;

import io.evenkeel.random.RandomStream;

/// `f(x) = sum of a_j relu(b_j . x)` on examples of a network of two such units.
final class ReluNet implements Regression {
    private static final int TESTS = 500;

    private final double[][] x; // [n][d]
    private final double[] y; // [n]
    private final double[][] testX;
    private final double[] testY;
    private final int units;
    private final int d;
    private final double[] p; // a [m], then b [m][d]

    /// @param units m
    /// @param d     entries of an example
    /// @param n     examples
    ReluNet(int units, int d, int n, RandomStream random) {
        this.units = units;
        this.d = d;
        var teacher = gaussian(2, d, random);
        x = gaussian(n, d, random);
        testX = gaussian(TESTS, d, random);
        y = answers(teacher, x);
        testY = answers(teacher, testX);
        p = new double[units * (1 + d)];
        for (var j = 0; j < p.length; j++) {
            p[j] = random.nextGaussian() / Math.sqrt(j < units ? units : d);
        }
    }

    private static double[][] gaussian(int rows, int d, RandomStream random) {
        var matrix = new double[rows][d];
        for (var row : matrix) {
            for (var k = 0; k < d; k++) {
                row[k] = random.nextGaussian();
            }
        }
        return matrix;
    }

    /// The difference of two rectified units of unit length.
    private static double[] answers(double[][] teacher, double[][] x) {
        var answers = new double[x.length];
        for (var i = 0; i < x.length; i++) {
            for (var j = 0; j < teacher.length; j++) {
                var z = LinearNoise.dot(teacher[j], x[i]) / Math.sqrt(LinearNoise.dot(teacher[j], teacher[j]));
                answers[i] += (j == 0 ? 1 : -1) * Math.max(0, z);
            }
        }
        return answers;
    }

    /// `b_j . x`.
    private double input(int j, double[] of) {
        var sum = 0.0;
        var at = units + j * d;
        for (var k = 0; k < d; k++) {
            sum += p[at + k] * of[k];
        }
        return sum;
    }

    private double output(double[] of) {
        var sum = 0.0;
        for (var j = 0; j < units; j++) {
            sum += p[j] * Math.max(0, input(j, of));
        }
        return sum;
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
        return output(x[example]) - y[example];
    }

    @Override
    public void addGradient(int example, double weight, double[] into) {
        var of = x[example];
        for (var j = 0; j < units; j++) {
            var z = input(j, of);
            if (z > 0) {
                into[j] += weight * z;
                var at = units + j * d;
                var by = weight * p[j];
                for (var k = 0; k < d; k++) {
                    into[at + k] += by * of[k];
                }
            }
        }
    }

    /// Mean squared error on other examples.
    @Override
    public double testError() {
        var sum = 0.0;
        for (var i = 0; i < TESTS; i++) {
            sum += Math.pow(output(testX[i]) - testY[i], 2);
        }
        return sum / TESTS;
    }

    /// The path norm, sum of `|a_j| |b_j|`.
    @Override
    public double norm() {
        var sum = 0.0;
        for (var j = 0; j < units; j++) {
            var square = 0.0;
            for (var k = 0; k < d; k++) {
                square += Math.pow(p[units + j * d + k], 2);
            }
            sum += Math.abs(p[j]) * Math.sqrt(square);
        }
        return sum;
    }
}
