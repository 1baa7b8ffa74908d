package io.evenkeel.nn;

import io.evenkeel.tensor.Autograd;
import io.evenkeel.tensor.Linalg;
import io.evenkeel.tensor.Scope;
import io.evenkeel.tensor.Tensor;
import io.evenkeel.tensor.Tensors;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Divides a weight by its spectral norm and multiplies it by a number of its own: `(g / s) W` with `s = v W u`, where
/// `u` and `v` follow the first singular vectors by one power iteration a training pass and have no gradient, while
/// that of `s` flows into `W` (`ds/dW = v u^T`).
///
/// The vectors begin at the exact ones, at the first pass. Passes in evaluation, and those that somebody observes,
/// iterate without keeping the result, so that looking on changes nothing.
///
/// @paper P49 sigmaReparam
final class SpectralScale extends Module {
    private static final double SMALLEST_NORM = 1e-12;

    private final Reparametrisation how;
    private final @Nullable Parameter gain; // [1]
    private final Tensor right; // u, [in]
    private boolean begun;

    SpectralScale(Reparametrisation how, long in) {
        this.how = how;
        this.gain = how == Reparametrisation.SPECTRAL_FIXED ? null : parameter("gain", Initializer.ONES, 1);
        this.right = buffer("right", Tensors.zeros(in));
    }

    /// The weight that is used, `[out, in]`.
    Tensor of(Tensor weight) {
        if (!begun) {
            begin(weight);
        }
        Tensor u;
        Tensor v;
        try (var _ = Autograd.noGrad()) {
            var w = weight.detach();
            v = unit(w.matmul(right));
            u = unit(w.transpose(0, 1).matmul(v));
            if (training() && !observed()) {
                right.copy_(u);
            }
        }
        var norm = weight.matmul(u).mul(v).sum();
        return weight.mul(gain == null ? norm.reciprocal() : gain.value().div(norm));
    }

    /// Unless a checkpoint has brought them: the first singular vector, and where the gain begins.
    private void begin(Tensor weight) {
        begun = true;
        try (var _ = Scope.open();
                var _ = Autograd.noGrad()) {
            if (right.norm().item() > 0) {
                return;
            }
            var svd = Linalg.svd(weight.detach());
            right.copy_(svd.vh().select(0, 0));
            if (how == Reparametrisation.SPECTRAL) {
                Objects.requireNonNull(gain).value().detach().copy_(svd.s().narrow(0, 0, 1));
            }
        }
    }

    private static Tensor unit(Tensor x) {
        return x.div(x.norm().clampMin(SMALLEST_NORM));
    }
}
