package io.evenkeel.nn;

import io.evenkeel.tensor.DType;
import io.evenkeel.tensor.Scope;
import io.evenkeel.tensor.Tensors;

/// The normal distribution in single numbers.
final class Normal {
    private Normal() {}

    static double erf(double x) {
        try (var _ = Scope.open()) {
            return Tensors.scalar(x, DType.FLOAT64).erf().item();
        }
    }

    /// The standard deviation of a standard normal cut off at `-cut` and `cut`: `1 - 2 cut phi(cut) / erf(cut /
    /// sqrt 2)`
    /// is its variance.
    static double truncatedStd(double cut) {
        var density = Math.exp(-cut * cut / 2) / Math.sqrt(2 * Math.PI);
        return Math.sqrt(1 - 2 * cut * density / erf(cut / Math.sqrt(2)));
    }
}
