package io.evenkeel.nn;

import io.evenkeel.config.Named;
import io.evenkeel.tensor.Functional;
import io.evenkeel.tensor.Tensor;

/// Normalises groups of channels of each example, `[B, C, ..]`, then scales and shifts each channel.
public final class GroupNorm extends Layer {
    private final Parameter weight;
    private final Parameter bias;
    private final Config config;

    /// Number of groups and guard against a variance of zero.
    ///
    /// @param groups how many groups; the channels are a multiple of it
    /// @param eps    added to the variance
    @Named("groupnorm")
    public record Config(long groups, double eps) implements Norm {
        public Config {
            if (groups < 1) {
                throw new IllegalArgumentException("groups must be >= 1 but was " + groups);
            }
            Norm.checkedEps(eps);
        }

        public static Config defaults() {
            return new Config(8, 1e-5);
        }

        @Override
        public GroupNorm layer(long width, Initializer scale) {
            return new GroupNorm(this, width, scale);
        }
    }

    public GroupNorm(Config config, long channels, Initializer scale) {
        if (channels % config.groups() != 0) {
            throw new IllegalArgumentException(
                    "groups must divide the channels " + channels + " but was " + config.groups());
        }
        this.weight = parameter("weight", scale, channels);
        this.bias = parameter("bias", Initializer.ZEROS, channels);
        this.config = config;
    }

    @Override
    public Tensor forward(Tensor x) {
        return Functional.groupNorm(x, config.groups(), weight.value(), bias.value(), config.eps());
    }
}
