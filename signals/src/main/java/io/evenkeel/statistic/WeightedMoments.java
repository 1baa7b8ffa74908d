package io.evenkeel.statistic;

/// Exponentially weighted mean and variance, free of the bias of their start: the weights `(1 - keep) keep^age` are
/// divided by their sum `1 - keep^n`.
public final class WeightedMoments {
    private final double keep;
    private double mean;
    private double square;
    private double power = 1;

    /// @param keep share of the past that stays at each value, in [0, 1)
    public WeightedMoments(double keep) {
        if (!(keep >= 0 && keep < 1)) {
            throw new IllegalArgumentException("keep must be in [0, 1) but was " + keep);
        }
        this.keep = keep;
    }

    /// What is saved: the raw sums and `keep^n`.
    public record State(double mean, double square, double power) {}

    /// Adds a value.
    ///
    /// @throws IllegalArgumentException when it is not finite
    public void add(double value) {
        if (!Double.isFinite(value)) {
            throw new IllegalArgumentException("value must be finite but was " + value);
        }
        mean = keep * mean + (1 - keep) * value;
        square = keep * square + (1 - keep) * value * value;
        power *= keep;
    }

    /// Whether a value was added.
    public boolean hasMean() {
        return power < 1;
    }

    /// The weighted mean; NaN before the first value.
    public double mean() {
        return hasMean() ? mean / (1 - power) : Double.NaN;
    }

    /// The weighted population variance; NaN before the first value.
    public double variance() {
        double m = mean();
        return hasMean() ? Math.max(0, square / (1 - power) - m * m) : Double.NaN;
    }

    public State state() {
        return new State(mean, square, power);
    }

    public void restore(State state) {
        mean = state.mean();
        square = state.square();
        power = state.power();
    }
}
