package io.evenkeel.optim;

import java.util.List;

/// Bounds that several rules share. Messages begin with the component's name.
final class Checks {
    /// Least eps: with less, `0 / (sqrt(0) + eps)` may be no number in FLOAT32.
    private static final double LEAST_EPS = 1e-30;
    /// Most independent decay: the decay that is usual in the other form would empty the weights in a few steps.
    private static final double MOST_INDEPENDENT_DECAY = 0.01;

    private Checks() {}

    static void positive(String name, double value) {
        if (!(value > 0 && value < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(name + " must be finite and > 0 but was " + value);
        }
    }

    static void notNegative(String name, double value) {
        if (!(value >= 0 && value < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(name + " must be finite and >= 0 but was " + value);
        }
    }

    static void share(String name, double value) {
        if (!(value >= 0 && value < 1)) {
            throw new IllegalArgumentException(name + " must be in [0, 1) but was " + value);
        }
    }

    static List<Double> betas(List<Double> betas) {
        if (betas.size() != 2 || betas.stream().anyMatch(beta -> !(beta >= 0 && beta < 1))) {
            throw new IllegalArgumentException("betas must be two numbers in [0, 1) but were " + betas);
        }
        return List.copyOf(betas);
    }

    static void eps(double eps) {
        if (!(eps >= LEAST_EPS && eps < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("eps must be finite and >= " + LEAST_EPS + " but was " + eps);
        }
    }

    static void decay(String name, double weightDecay, boolean independent) {
        notNegative(name, weightDecay);
        if (independent && weightDecay > MOST_INDEPENDENT_DECAY) {
            throw new IllegalArgumentException(name + " must be <= " + MOST_INDEPENDENT_DECAY
                    + " with independentDecay (it is the share of the weights taken at every step at the peak) but was "
                    + weightDecay);
        }
    }
}
