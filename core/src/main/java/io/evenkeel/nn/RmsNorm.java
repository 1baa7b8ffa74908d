package io.evenkeel.nn;

import io.evenkeel.config.Named;
import io.evenkeel.tensor.Functional;
import io.evenkeel.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/// `y = x / sqrt(mean(x^2) + eps) * weight` over the last dimension.
public final class RmsNorm extends Layer {
    private final @Nullable Parameter weight;
    private final double eps;

    /// What is learned, and the guard against a row of zeros.
    ///
    /// @param eps   added to the mean square
    /// @param scale whether there is a learned scale
    @Named("rmsnorm")
    public record Config(double eps, boolean scale) implements Norm {
        public Config {
            Norm.checkedEps(eps);
        }

        public static Config defaults() {
            return new Config(1e-6, true);
        }

        @Override
        public RmsNorm layer(long width, Initializer scale) {
            return new RmsNorm(this, width, scale);
        }
    }

    public RmsNorm(Config config, long width, Initializer scale) {
        this.weight = config.scale() ? parameter("weight", scale, width) : null;
        this.eps = config.eps();
    }

    @Override
    public Tensor forward(Tensor x) {
        return Functional.rmsNorm(x, weight == null ? null : weight.value(), eps);
    }
}
