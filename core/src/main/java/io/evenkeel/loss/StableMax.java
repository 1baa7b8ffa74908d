package io.evenkeel.loss;

import io.evenkeel.tensor.DType;
import io.evenkeel.tensor.Tensor;
import io.evenkeel.tensor.Tensors;

/// Softmax with `s(x) = x + 1` from zero on and `1 / (1 - x)` below in place of `exp`, in double precision: logits must
/// grow exponentially to reach the confidence that they reach linearly with `exp`, so that probabilities do not round
/// to one.
///
/// @paper P82 instead of weight decay
/// @paper P13 for the answers of puzzles
public final class StableMax {
    private StableMax() {}

    /// Logarithms of the probabilities.
    ///
    /// @param logits `[.., C]`; the result is FLOAT64
    public static Tensor logProbabilities(Tensor logits) {
        var x = logits.to(DType.FLOAT64);
        // Each branch sees only what it can bear, so that neither has an infinite slope.
        var s = Tensors.where(
                x.ge(0), x.clampMin(0).add(1), x.clampMax(0).neg().add(1).reciprocal());
        return s.div(s.sum(true, -1)).log();
    }
}
