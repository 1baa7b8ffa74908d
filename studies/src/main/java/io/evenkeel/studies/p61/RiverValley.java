package io.evenkeel.studies.p61;

import io.evenkeel.random.RandomStream;
import io.evenkeel.schedule.Schedule;
import java.util.Arrays;

/// The landscape of the paper as a toy: a river along `x` that falls by `s` a unit, in a valley that is a parabola in
/// `y`, `L(x, y) = -s x + (g/2) y²`, with gradient noise of standard deviation `n` across the river.
///
/// @param steepness g of the hill, > 0
/// @param noise     n, `>= 0`
/// @param slope     s of the river
/// @paper P61 river valley
record RiverValley(double steepness, double noise, double slope) {
    /// Variance of `y` after an update of rate `rate`: `(1 - rate g)² v + rate² n²`.
    double variance(double variance, double rate) {
        var keep = 1 - rate * steepness;
        return keep * keep * variance + rate * rate * noise * noise;
    }

    /// Variance of `y` after many updates at a constant rate, `rate n² / (g (2 - rate g))`; infinite from `2 / g` on.
    double stationary(double rate) {
        return rate * steepness < 2
                ? rate * noise * noise / (steepness * (2 - rate * steepness))
                : Double.POSITIVE_INFINITY;
    }

    /// Loss of the hill at a variance of `y`.
    double hill(double variance) {
        return steepness / 2 * variance;
    }

    /// Variance after the first `steps` updates of a schedule.
    double after(double variance, double peak, Schedule schedule, long steps) {
        var v = variance;
        for (var step = 0L; step < steps; step++) {
            v = variance(v, peak * schedule.factor(step));
        }
        return v;
    }

    /// The least variance that `steps` updates can reach, at the rate `v / (1 + v)` for a hill and noise of one:
    /// `1 / v` grows by one a step, which is the inverse decay.
    static double afterBestDecay(double variance, long steps) {
        return 1 / (1 / variance + steps);
    }

    /// Mean hill loss and progress of `runs` simulated walks at constant rate.
    double[] simulate(double rate, int runs, int steps, RandomStream random) {
        var y = new double[runs];
        for (var step = 0; step < steps; step++) {
            for (var i = 0; i < runs; i++) {
                y[i] = (1 - rate * steepness) * y[i] + rate * noise * random.nextGaussian();
            }
        }
        return new double[] {
            Arrays.stream(y).map(each -> hill(each * each)).average().orElseThrow(), steps * rate * slope
        };
    }
}
