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
        return Functional.batchNorm(
                x, weight.value(), bias.value(), runningMean, runningVar, training(), config.momentum(), config.eps());
    }
}
