package io.evenkeel.study;

import java.util.ArrayList;
import java.util.function.ToDoubleFunction;

/// Runs of two arms that differ in nothing else: same factors, same seed.
public final class Pairs {
    private Pairs() {}

    /// The mean of `left - right` over all such pairs.
    ///
    /// @param value of a run; a pair of which it is not finite counts as unknown, see [Estimate#difference]
    public static Estimate difference(Results results, String left, String right, ToDoubleFunction<Measurements> value) {
        var lefts = new ArrayList<Double>();
        var rights = new ArrayList<Double>();
        for (var run : results.arm(left).all()) {
            results.arm(right)
                    .where(other -> other.seed() == run.seed() && other.factors().equals(run.factors()))
                    .first()
                    .ifPresent(other -> {
                        lefts.add(value.applyAsDouble(run.measured()));
                        rights.add(value.applyAsDouble(other.measured()));
                    });
        }
        return Estimate.difference(
                lefts.stream().mapToDouble(Double::doubleValue).toArray(),
                rights.stream().mapToDouble(Double::doubleValue).toArray());
    }
}
