package io.evenkeel.studies.p60;

import io.evenkeel.random.RandomStream;
import java.util.ArrayList;
import java.util.function.DoublePredicate;

/// Stochastic gradient descent near an interpolating minimum, where every example has a gradient `g_i` and no residual:
/// `delta <- delta - (eta / B) sum over a batch of g_i (g_i . delta)`, batches drawn with replacement.
///
/// @param gradients `n` of them, each of length `d`; a basis of what they span, so `d <= n` (see [#spanning])
record LinearNoise(double[][] gradients) {
    private static final int BISECTIONS = 50;
    private static final int ITERATIONS = 4000;
    private static final double SETTLED = 1e-13;
    private static final double SMALL = 1e-12;

    /// The same gradients in an orthonormal basis of their span: outside of it nothing moves.
    static LinearNoise spanning(double[][] gradients) {
        var basis = new ArrayList<double[]>();
        for (var g : gradients) {
            var rest = g.clone();
            for (var axis : basis) {
                var along = dot(axis, rest);
                for (var k = 0; k < rest.length; k++) {
                    rest[k] -= along * axis[k];
                }
            }
            var norm = Math.sqrt(dot(rest, rest));
            if (norm > SMALL * Math.sqrt(dot(g, g))) {
                for (var k = 0; k < rest.length; k++) {
                    rest[k] /= norm;
                }
                basis.add(rest);
            }
        }
        var inside = new double[gradients.length][basis.size()];
        for (var i = 0; i < gradients.length; i++) {
            for (var k = 0; k < basis.size(); k++) {
                inside[i][k] = dot(basis.get(k), gradients[i]);
            }
        }
        return new LinearNoise(inside);
    }

    private int n() {
        return gradients.length;
    }

    private int d() {
        return gradients[0].length;
    }

    /// The trace of the Hessian, the mean of `|g_i|^2`.
    double trace() {
        var sum = 0.0;
        for (var g : gradients) {
            sum += dot(g, g);
        }
        return sum / n();
    }

    /// The Hessian, the mean of `g_i g_i^T`.
    double[][] hessian() {
        var h = new double[d()][d()];
        for (var g : gradients) {
            addOuter(h, g, 1.0 / n());
        }
        return h;
    }

    /// Its largest eigenvalue.
    double sharpness() {
        return largest(hessian());
    }

    /// The largest eigenvalue of a symmetric matrix without negative ones.
    static double largest(double[][] matrix) {
        var v = new double[matrix.length];
        for (var k = 0; k < v.length; k++) {
            v[k] = 1 + 0.1 * Math.sin(k);
        }
        var value = 0.0;
        for (var i = 0; i < ITERATIONS; i++) {
            var w = new double[v.length];
            for (var k = 0; k < v.length; k++) {
                w[k] = dot(matrix[k], v);
            }
            var norm = Math.sqrt(dot(w, w));
            if (norm == 0) {
                return 0;
            }
            for (var k = 0; k < v.length; k++) {
                v[k] = w[k] / norm;
            }
            if (Math.abs(norm - value) <= SETTLED * norm) {
                return norm;
            }
            value = norm;
        }
        return value;
    }

    /// The spectral radius of what maps the second moments `S` of `delta` from one step to the next:
    ///
    ///     S - eta (H S + S H) + eta^2 (mean of g (g^T S g) g^T / B + (1 - 1 / B) H S H)
    ///
    /// by power iteration from the identity, inside the cone of positive matrices.
    ///
    /// @param batch `B`; infinity for all examples at once
    double radius(double eta, double batch) {
        var h = hessian();
        var s = new double[d()][d()];
        for (var k = 0; k < d(); k++) {
            s[k][k] = 1;
        }
        var value = 0.0;
        for (var i = 0; i < ITERATIONS; i++) {
            var hs = product(h, s);
            var hsh = product(hs, h);
            var next = new double[d()][d()];
            for (var a = 0; a < d(); a++) {
                for (var b = 0; b < d(); b++) {
                    next[a][b] = s[a][b] - eta * (hs[a][b] + hs[b][a]) + eta * eta * (1 - 1 / batch) * hsh[a][b];
                }
            }
            if (batch < Double.POSITIVE_INFINITY) {
                for (var g : gradients) {
                    addOuter(next, g, eta * eta * quadratic(s, g) / (batch * n()));
                }
            }
            var norm = norm(next);
            for (var a = 0; a < d(); a++) {
                for (var b = 0; b < d(); b++) {
                    // rounding must not break the symmetry that S H = (H S)^T rests on
                    s[a][b] = (next[a][b] + next[b][a]) / (2 * norm);
                }
            }
            if (i > 0 && Math.abs(norm - value) <= SETTLED * norm) {
                return norm;
            }
            value = norm;
        }
        return value;
    }

    /// The largest learning rate at which second moments stay bounded.
    double criticalRate(double batch) {
        return bisect(2.2 / sharpness(), eta -> radius(eta, batch) <= 1);
    }

    /// The same by simulation: the rate at which the mean of `ln E|delta|^2` from step to step is zero over the last two thirds, with
    /// trajectories drawn anew in proportion to `|delta|^2` after each step. Without that the mean is carried by trajectories so rare
    /// that no sample has them.
    double simulatedRate(int batch, int trajectories, int steps, long seed) {
        return bisect(2.2 / sharpness(), eta -> growth(eta, batch, trajectories, steps, seed) <= 0);
    }

    private static double bisect(double high, DoublePredicate stable) {
        var low = 0.0;
        for (var i = 0; i < BISECTIONS && high - low > 1e-5 * high; i++) {
            var middle = (low + high) / 2;
            if (stable.test(middle)) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return (low + high) / 2;
    }

    private double growth(double eta, int batch, int trajectories, int steps, long seed) {
        var random = RandomStream.of(seed, "trajectories");
        var deltas = new double[trajectories][d()];
        for (var delta : deltas) {
            for (var k = 0; k < d(); k++) {
                delta[k] = random.nextGaussian();
            }
            scale(delta, 1 / Math.sqrt(dot(delta, delta)));
        }
        var sum = 0.0;
        var sizes = new double[trajectories];
        var alongs = new double[batch];
        var drawn = new int[batch];
        for (var step = 0; step < steps; step++) {
            var total = 0.0;
            for (var t = 0; t < trajectories; t++) {
                var delta = deltas[t];
                for (var i = 0; i < batch; i++) {
                    drawn[i] = random.nextInt(n());
                    alongs[i] = dot(gradients[drawn[i]], delta);
                }
                for (var i = 0; i < batch; i++) {
                    var g = gradients[drawn[i]];
                    var by = eta / batch * alongs[i];
                    for (var k = 0; k < delta.length; k++) {
                        delta[k] -= by * g[k];
                    }
                }
                sizes[t] = dot(delta, delta);
                total += sizes[t];
            }
            if (step >= steps / 3) {
                sum += Math.log(total / trajectories);
            }
            deltas = resampled(deltas, sizes, total, random);
        }
        return sum;
    }

    /// Systematic resampling, then unit length.
    private static double[][] resampled(double[][] deltas, double[] sizes, double total, RandomStream random) {
        var next = new double[deltas.length][];
        var at = random.nextDouble() * total / deltas.length;
        var sum = sizes[0];
        var from = 0;
        for (var t = 0; t < next.length; t++) {
            while (sum < at && from < sizes.length - 1) {
                sum += sizes[++from];
            }
            next[t] = deltas[from].clone();
            scale(next[t], 1 / Math.sqrt(sizes[from]));
            at += total / deltas.length;
        }
        return next;
    }

    static double dot(double[] a, double[] b) {
        var sum = 0.0;
        for (var k = 0; k < a.length; k++) {
            sum += a[k] * b[k];
        }
        return sum;
    }

    private static void scale(double[] vector, double by) {
        for (var k = 0; k < vector.length; k++) {
            vector[k] *= by;
        }
    }

    private static void addOuter(double[][] matrix, double[] g, double weight) {
        for (var a = 0; a < g.length; a++) {
            for (var b = 0; b < g.length; b++) {
                matrix[a][b] += weight * g[a] * g[b];
            }
        }
    }

    private static double quadratic(double[][] s, double[] g) {
        var sum = 0.0;
        for (var a = 0; a < g.length; a++) {
            sum += g[a] * dot(s[a], g);
        }
        return sum;
    }

    private static double[][] product(double[][] a, double[][] b) {
        var c = new double[a.length][b[0].length];
        for (var i = 0; i < a.length; i++) {
            for (var k = 0; k < b.length; k++) {
                for (var j = 0; j < c[0].length; j++) {
                    c[i][j] += a[i][k] * b[k][j];
                }
            }
        }
        return c;
    }

    private static double norm(double[][] matrix) {
        var sum = 0.0;
        for (var row : matrix) {
            sum += dot(row, row);
        }
        return Math.sqrt(sum);
    }
}
