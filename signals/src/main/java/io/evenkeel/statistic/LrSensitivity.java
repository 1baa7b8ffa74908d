package io.evenkeel.statistic;

/// How much a training method loses when its learning rate is off: the mean over a grid of peak learning rates of
/// `min(l, l0) - l*`, where `l` is the final loss, `l0` the loss at initialisation and `l*` the least of the grid.
///
/// It is blind to a shift of the best learning rate, and 0 for a model that stays at chance everywhere, so it is to be
/// read together with the curve. Two methods are comparable on the same grid only.
///
/// @param value    in nats where the losses are, in `[0, l0 - l*]`
/// @param best     the least loss of the grid, at most `l0`
/// @param bestAt   its place in the grid
/// @param diverged losses that are not finite or above `l0`
/// @paper P40
public record LrSensitivity(double value, double best, int bestAt, int diverged) {
    /// @param losses  final losses over the grid; one that is not finite counts as `initial`
    /// @param initial loss at initialisation
    /// @throws IllegalArgumentException when there is no loss, or `initial` is not finite
    public static LrSensitivity of(double[] losses, double initial) {
        if (losses.length == 0 || !Double.isFinite(initial)) {
            throw new IllegalArgumentException(
                    "losses must be at least one and initial finite but were " + losses.length + " and " + initial);
        }
        var best = Double.POSITIVE_INFINITY;
        var bestAt = 0;
        var sum = 0.0;
        var diverged = 0;
        for (var i = 0; i < losses.length; i++) {
            var loss = capped(losses[i], initial);
            diverged += losses[i] <= initial ? 0 : 1;
            sum += loss;
            if (loss < best) {
                best = loss;
                bestAt = i;
            }
        }
        return new LrSensitivity(sum / losses.length - best, best, bestAt, diverged);
    }

    /// A loss as it counts: at most the initial one, which is also what a diverged run is worth.
    public static double capped(double loss, double initial) {
        return loss <= initial ? loss : initial;
    }
}
