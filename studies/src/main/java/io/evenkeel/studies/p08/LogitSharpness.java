package io.evenkeel.studies.p08;

import io.evenkeel.tensor.DType;
import io.evenkeel.tensor.Functional;
import io.evenkeel.tensor.Tensor;
import io.evenkeel.tensor.Tensors;

/// How much the loss of a token rises inside a small box around its logits, in percent of one plus the loss:
///
///     phi(z) = 100 (max over |d_i| <= eps (|z_i| + 1) of L(z + d) - L(z)) / (1 + L(z))
///
/// The cross-entropy is greatest in the corner where the target's logit is lowered and every other raised.
///
/// @paper P08
final class LogitSharpness {
    private LogitSharpness() {}

    /// Of each row, `[n]` FLOAT64.
    ///
    /// @param logits  `[n, V]`
    /// @param targets `[n]` INT64
    static Tensor of(Tensor logits, Tensor targets, double eps) {
        var z = logits.to(DType.FLOAT64);
        var loss = Functional.crossEntropyEach(z, targets);
        var there = Functional.crossEntropyEach(corner(z, targets, eps), targets);
        return there.sub(loss).mul(100).div(loss.add(1));
    }

    /// The worst logits.
    static Tensor corner(Tensor z, Tensor targets, double eps) {
        var sign = Tensors.ones(z.shape())
                .to(z.dtype())
                .scatter(1, targets.unsqueeze(1), Tensors.full(-1, z.dtype(), z.size(0), 1));
        return z.add(z.abs().add(1).mul(sign).mul(eps));
    }
}
