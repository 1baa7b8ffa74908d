package io.evenkeel.nn;

import io.evenkeel.tensor.DType;
import io.evenkeel.tensor.Scope;
import io.evenkeel.tensor.Tensors;

/// The error function of one number.
final class Normal {
    private Normal() {}

    static double erf(double x) {
        try (var _ = Scope.open()) {
            return Tensors.scalar(x, DType.FLOAT64).erf().item();
        }
    }
}
