package io.evenkeel.statistic;

/// The standard normal distribution.
public final class Normal {
    private Normal() {}

    /// `P(Z <= z)`, within 1e-15 for `|z| < 3` and with about 14 relative digits in the tails.
    public static double cdf(double z) {
        return z < 0 ? upper(-z) : 1 - upper(z);
    }

    /// `P(Z > z)` for `z >= 0`: the series of the density's integral near 0, the continued fraction of Laplace
    /// beyond.
    private static double upper(double z) {
        double density = Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI);
        if (z > 38.6) {
            return 0;
        }
        if (z < 3) {
            double term = z;
            double sum = z;
            for (var k = 3; Math.abs(term) > 1e-17 * Math.abs(sum) && k < 400; k += 2) {
                term *= z * z / k;
                sum += term;
            }
            return 0.5 - density * sum;
        }
        double fraction = z;
        for (var k = 200; k >= 1; k--) {
            fraction = z + k / fraction;
        }
        return density / fraction;
    }

    /// The `z` with [#cdf] `probability`, by bisection: for `probability` in (0, 1), within 1e-14.
    public static double quantile(double probability) {
        if (!(probability > 0 && probability < 1)) {
            throw new IllegalArgumentException("probability must be in (0, 1) but was " + probability);
        }
        double low = -39;
        double high = 39;
        for (var i = 0; i < 80; i++) {
            double middle = 0.5 * (low + high);
            if (cdf(middle) < probability) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return 0.5 * (low + high);
    }
}
