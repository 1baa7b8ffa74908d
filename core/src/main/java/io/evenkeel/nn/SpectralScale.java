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
    private final Parameter weight; // [out, in]
    private final @Nullable Parameter gain; // [1]
    private final Tensor right; // u, [in]
    private boolean begun;

    SpectralScale(Reparametrisation how, Parameter weight) {
        this.how = how;
        this.weight = weight;
        this.gain = how == Reparametrisation.SPECTRAL_FIXED ? null : parameter("gain", Initializer.ONES, 1);
        this.right = buffer("right", Tensors.zeros(weight.shape()[1]));
    }

    @Override
    protected void begin() {
        if (how == Reparametrisation.SPECTRAL) {
            try (var _ = Scope.open()) {
                var norm = Linalg.svdvals(weight.value().detach()).narrow(0, 0, 1);
                Objects.requireNonNull(gain).value().detach().copy_(norm);
            }
        }
    }

    /// The weight that is used, `[out, in]`.
    Tensor used() {
        var w = weight.value();
        Tensor u;
        Tensor v;
        try (var _ = Autograd.noGrad()) {
            var constant = w.detach();
            exact(constant);
            v = unit(constant.matmul(right));
            u = unit(constant.transpose(0, 1).matmul(v));
            if (training() && !observed()) {
                right.copy_(u);
            }
        }
        var norm = w.matmul(u).mul(v).sum();
        return w.mul(gain == null ? norm.reciprocal() : gain.value().div(norm));
    }

    /// At first the vector is the singular one, unless a checkpoint has brought it.
    private void exact(Tensor constant) {
        if (!begun) {
            begun = true;
            if (right.norm().item() == 0) {
                right.copy_(Linalg.svd(constant).vh().select(0, 0));
            }
        }
    }

    private static Tensor unit(Tensor x) {
        return x.div(x.norm().clampMin(SMALLEST_NORM));
    }
}
