package io.evenkeel.nn;

import io.evenkeel.tensor.Scope;
import io.evenkeel.tensor.Tensor;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A convolution and the batch norm behind it, `[B, C, H, W] -> [B, out, H', W']`, in one of the ways in which the two
/// can be trained. With `c = gamma / sqrt(var + eps)` of the running statistics, the folded weights are `W' = c W` and
/// `b' = beta + c (b - mean)`.
///
/// @paper P37
public final class ConvNorm extends Layer {
    private final Conv2d convolution;
    private final @Nullable BatchNorm norm;
    private Mode mode;

    /// How they work.
    public enum Mode {
        /// by the statistics of the batch, which the running ones follow; in evaluation by these
        TRAIN,
        /// by the running statistics, which stay as they are
        EVAL,
        /// the same function of the same parameters by one convolution with folded weights, which are computed
        /// anew, and differentiated, in every pass: no feature map is kept for the norm
        TUNE,
        /// a convolution with weights that were folded once and are now the parameters: a step moves them
        /// relatively further the smaller `c` is
        DEPLOY
    }

    /// Declares the layers `conv`, without a bias, and `norm`; for [Mode#DEPLOY] only `conv`, with a bias.
    public ConvNorm(Kernel kernel, BatchNorm.Config config, Mode mode, Initializer initializer, Precision precision) {
        this.convolution = child("conv", new Conv2d(kernel, mode == Mode.DEPLOY, initializer, precision));
        this.norm = mode == Mode.DEPLOY ? null : child("norm", config.layer(kernel.out(), Initializer.ONES));
        this.mode = mode;
    }

    /// Works in another way from now on.
    ///
    /// @throws IllegalArgumentException to or from [Mode#DEPLOY], which has other parameters
    public void mode(Mode next) {
        if ((next == Mode.DEPLOY) != (mode == Mode.DEPLOY)) {
            throw new IllegalArgumentException(
                    "mode must not change to or from deploy but was " + mode + " to be " + next);
        }
        mode = next;
    }

    public Mode mode() {
        return mode;
    }

    @Override
    public Tensor forward(Tensor x) {
        return switch (mode) {
            case TRAIN -> norm().forward(Precision.full(convolution.forward(x)));
            case EVAL -> norm().byRunning(Precision.full(convolution.forward(x)));
            case TUNE -> {
                var folded = norm().fold(convolution.weight().value());
                yield Precision.full(convolution.forward(x, folded.weight(), folded.bias()));
            }
            case DEPLOY -> Precision.full(convolution.forward(x));
        };
    }

    private BatchNorm norm() {
        return Objects.requireNonNull(norm, "deployed");
    }

    /// What each channel is multiplied by, `c`, `[out]`.
    ///
    /// @throws NullPointerException when it is deployed
    public Tensor coefficients() {
        return norm().coefficients();
    }

    /// Copies the folded weights of a layer that is not deployed into this one, which is.
    public void deploy(ConvNorm trained) {
        try (var _ = Scope.open()) {
            var folded =
                    trained.norm().fold(trained.convolution.weight().value().detach());
            convolution.weight().value().detach().copy_(folded.weight().detach());
            Objects.requireNonNull(convolution.bias())
                    .value()
                    .detach()
                    .copy_(folded.bias().detach());
        }
    }

    /// Weights in which the norm is contained.
    ///
    /// @param weight `[out, C, k, k]`
    /// @param bias   `[out]`
    record Folded(Tensor weight, Tensor bias) {}
}
