package io.evenkeel.nn;

import io.evenkeel.config.Named;
import io.evenkeel.tensor.Functional;
import io.evenkeel.tensor.Tensor;
import io.evenkeel.tensor.Tensors;

/// Normalises each channel of `[B, C, ..]`: in training by mean and variance of the batch, towards which running ones
/// move; in evaluation by the running ones.
public final class BatchNorm extends Layer {
    private final Parameter weight;
    private final Parameter bias;
    private final Tensor runningMean;
    private final Tensor runningVar;
    private final Config config;

    /// Pace of the running statistics, and the guard against a variance of zero.
    ///
    /// @param momentum share of the batch in the running statistics, in [0, 1]
    /// @param eps      added to the variance
    @Named("batchnorm")
    public record Config(double momentum, double eps) implements Norm {
        public Config {
            if (!(momentum >= 0 && momentum <= 1)) {
                throw new IllegalArgumentException("momentum must be in [0, 1] but was " + momentum);
            }
            Norm.checkedEps(eps);
        }

        public static Config defaults() {
            return new Config(0.1, 1e-5);
        }

        @Override
        public BatchNorm layer(long width, Initializer scale) {
            return new BatchNorm(this, width, scale);
        }
    }

    public BatchNorm(Config config, long channels, Initializer scale) {
        this.weight = parameter("weight", scale, channels);
        this.bias = parameter("bias", Initializer.ZEROS, channels);
        this.runningMean = buffer("running_mean", Tensors.zeros(channels));
        this.runningVar = buffer("running_var", Tensors.ones(channels));
        this.config = config;
    }

    @Override
    public Tensor forward(Tensor x) {
        return normalised(x, training());
    }

    /// By the running statistics, in training too.
    Tensor byRunning(Tensor x) {
        return normalised(x, false);
    }

    private Tensor normalised(Tensor x, boolean byBatch) {
        return Functional.batchNorm(
                x, weight.value(), bias.value(), runningMean, runningVar, byBatch, config.momentum(), config.eps());
    }

    /// What the running statistics multiply each channel by, `[C]`.
    Tensor coefficients() {
        return weight.value().mul(runningVar.add(config.eps()).rsqrt());
    }

    /// Weights of a convolution without a bias with this norm in them.
    ///
    /// @param kernel `[C, in, k, k]`
    ConvNorm.Folded fold(Tensor kernel) {
        var c = coefficients();
        return new ConvNorm.Folded(kernel.mul(c.view(-1, 1, 1, 1)), bias.value().sub(c.mul(runningMean)));
    }
}
