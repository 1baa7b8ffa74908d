package io.evenkeel.nn;

import io.evenkeel.tensor.Tensor;

/// Which normalisation a model uses.
public sealed interface Norm permits LayerNorm.Config, RmsNorm.Config, BatchNorm.Config, GroupNorm.Config, Norm.None {
    /// The layer for `width` features or channels.
    ///
    /// @param scale initial values of its learned scale
    Layer layer(long width, Initializer scale);

    /// No normalisation.
    record None() implements Norm {
        @Override
        public Layer layer(long width, Initializer scale) {
            return new Identity();
        }
    }

    /// Gives its input back.
    final class Identity extends Layer {
        private Identity() {}

        @Override
        public Tensor forward(Tensor x) {
            return x;
        }
    }

    /// Checks the small number that keeps a norm of zeros finite.
    static double checkedEps(double eps) {
        if (!(eps >= 0)) {
            throw new IllegalArgumentException("eps must be >= 0 but was " + eps);
        }
        return eps;
    }
}
