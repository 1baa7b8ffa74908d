package io.evenkeel.statistic;

/// A share of trials with its score interval (Wilson, "Probable inference, the law of succession, and statistical
/// inference", 1927): unlike the textbook interval it stays inside [0, 1] and has a width at 0 and at all.
///
/// @param successes how many, in [0, trials]
/// @param trials    of how many, >= 0
public record Proportion(long successes, long trials) {
    /// Normal quantile of a two-sided interval of 95 %.
    private static final double Z = 1.959963984540054;

    public Proportion {
        if (trials < 0) {
            throw new IllegalArgumentException("trials must be >= 0 but was " + trials);
        }
        if (successes < 0 || successes > trials) {
            throw new IllegalArgumentException("successes must be in [0, " + trials + "] but was " + successes);
        }
    }

    /// The share; NaN without trials.
    public double share() {
        return trials == 0 ? Double.NaN : (double) successes / trials;
    }

    /// Lower end of the 95 % interval; 0 without trials.
    public double low() {
        return trials == 0 || successes == 0 ? 0 : center() - half();
    }

    /// Upper end of the 95 % interval; 1 without trials.
    public double high() {
        return trials == 0 || successes == trials ? 1 : center() + half();
    }

    private double center() {
        return (share() + Z * Z / (2 * trials)) / (1 + Z * Z / trials);
    }

    private double half() {
        double p = share();
        return Z / (1 + Z * Z / trials) * Math.sqrt(p * (1 - p) / trials + Z * Z / (4.0 * trials * trials));
    }
}
