package io.evenkeel.nn;

import io.evenkeel.config.Named;
import io.evenkeel.tensor.Functional;
import io.evenkeel.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/// `y = (x - mean) / sqrt(var + eps) * weight + bias` over the last dimension, with the population variance.
public final class LayerNorm extends Layer {
    private final @Nullable Parameter weight;
    private final @Nullable Parameter bias;
    private final double eps;

    /// What is learned, and the guard against a variance of zero.
    ///
    /// @param eps   added to the variance
    /// @param scale whether there is a learned scale
    /// @param bias  whether there is a learned bias
    @Named("layernorm")
    public record Config(double eps, boolean scale, boolean bias) implements Norm {
        public Config {
            Norm.checkedEps(eps);
        }

        public static Config defaults() {
            return new Config(1e-5, true, false);
        }

        @Override
        public LayerNorm layer(long width, Initializer scale) {
            return new LayerNorm(this, width, scale);
        }
    }

    public LayerNorm(Config config, long width, Initializer scale) {
        this.weight = config.scale() ? parameter("weight", scale, width) : null;
        this.bias = config.bias() ? parameter("bias", Initializer.ZEROS, width) : null;
        this.eps = config.eps();
    }

    @Override
    public Tensor forward(Tensor x) {
        return Functional.layerNorm(x, weight == null ? null : weight.value(), bias == null ? null : bias.value(), eps);
    }
}
