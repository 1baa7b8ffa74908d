package io.evenkeel.tensor;

import io.evenkeel.random.RandomStream;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/// The operations of layers and losses, as functions of their inputs and weights.
///
/// Letters in shapes: B batch, T positions, D width, H heads, N head width, V vocabulary, C channels.
public final class Functional {
    private static final long MEAN = 1;
    private static final long NONE = 0;

    private Functional() {}

    /// `x W^T + bias`: `[.., in]` x `[out, in]` -> `[.., out]`.
    public static Tensor linear(Tensor x, Tensor weight, @Nullable Tensor bias) {
        return bias == null
                ? Tensor.op("linear", () -> torch.linear(x.at(), weight.at()), x, weight)
                : Tensor.op("linear", () -> torch.linear(x.at(), weight.at(), bias.at()), x, weight, bias);
    }

    /// Rows of `weight` `[V, D]` at `indices` (INT64): `[..]` -> `[.., D]`.
    public static Tensor embedding(Tensor indices, Tensor weight) {
        return Tensor.op("embedding", () -> torch.embedding(weight.at(), indices.at()), weight, indices);
    }

    /// `(x - mean) / sqrt(var + eps) * weight + bias` over the last dimension (population variance).
    public static Tensor layerNorm(Tensor x, @Nullable Tensor weight, @Nullable Tensor bias, double eps) {
        return Tensor.op(
                "layer_norm",
                () -> torch.layer_norm(x.at(), new long[] {x.size(-1)}, optional(weight), optional(bias), eps, false),
                x);
    }

    /// `x / sqrt(mean(x^2) + eps) * weight` over the last dimension.
    public static Tensor rmsNorm(Tensor x, @Nullable Tensor weight, double eps) {
        return Tensor.op(
                "rms_norm",
                () -> torch.rms_norm(x.at(), new long[] {x.size(-1)}, optional(weight), new DoubleOptional(eps)),
                x);
    }

    /// Normalises `groups` groups of channels of each example, `[B, C, ..]`.
    public static Tensor groupNorm(Tensor x, long groups, @Nullable Tensor weight, @Nullable Tensor bias, double eps) {
        return Tensor.op(
                "group_norm", () -> torch.group_norm(x.at(), groups, optional(weight), optional(bias), eps, false), x);
    }

    /// Normalises each channel over the batch, `[B, C, ..]`. In training the statistics of the batch are used and
    /// `runningMean`, `runningVar` move by `momentum` towards them; otherwise those are used.
    public static Tensor batchNorm(
            Tensor x,
            @Nullable Tensor weight,
            @Nullable Tensor bias,
            @Nullable Tensor runningMean,
            @Nullable Tensor runningVar,
            boolean training,
            double momentum,
            double eps) {
        return Tensor.op(
                "batch_norm",
                () -> torch.batch_norm(
                        x.at(),
                        optional(weight),
                        optional(bias),
                        optional(runningMean),
                        optional(runningVar),
                        training,
                        momentum,
                        eps,
                        false),
                x);
    }

    /// How a kernel moves over its input, the same in both directions.
    ///
    /// @param stride   step between windows, >= 1
    /// @param padding  zeros added on each side, >= 0
    /// @param dilation step between elements of a window, >= 1
    /// @param groups   channels are split into that many independent groups, >= 1
    public record Window(long stride, long padding, long dilation, long groups) {
        /// Stride 1, no padding.
        public static final Window PLAIN = new Window(1, 0, 1, 1);

        public Window withPadding(long padding) {
            return new Window(stride, padding, dilation, groups);
        }

        public Window withStride(long stride) {
            return new Window(stride, padding, dilation, groups);
        }

        public Window withGroups(long groups) {
            return new Window(stride, padding, dilation, groups);
        }
    }

    /// Convolution: `[B, C, L]` x `[out, C / groups, k]` -> `[B, out, L']`.
    public static Tensor conv1d(Tensor x, Tensor weight, @Nullable Tensor bias, Window window) {
        return Tensor.op(
                "conv1d",
                () -> torch.conv1d(
                        x.at(),
                        weight.at(),
                        optional(bias),
                        new long[] {window.stride()},
                        new long[] {window.padding()},
                        new long[] {window.dilation()},
                        window.groups()),
                x,
                weight);
    }

    /// Convolution: `[B, C, H, W]` x `[out, C / groups, k, k]` -> `[B, out, H', W']`.
    public static Tensor conv2d(Tensor x, Tensor weight, @Nullable Tensor bias, Window window) {
        return Tensor.op(
                "conv2d",
                () -> torch.conv2d(
                        x.at(),
                        weight.at(),
                        optional(bias),
                        pair(window.stride()),
                        pair(window.padding()),
                        pair(window.dilation()),
                        window.groups()),
                x,
                weight);
    }

    /// The gradient of [#conv2d] with respect to its input, as a layer: `[B, C, H, W]` x `[C, out / groups, k, k]`.
    public static Tensor convTranspose2d(
            Tensor x, Tensor weight, @Nullable Tensor bias, Window window, long outputPadding) {
        return Tensor.op(
                "conv_transpose2d",
                () -> torch.conv_transpose2d(
                        x.at(),
                        weight.at(),
                        optional(bias),
                        pair(window.stride()),
                        pair(window.padding()),
                        pair(outputPadding),
                        window.groups(),
                        pair(window.dilation())),
                x,
                weight);
    }

    public static Tensor maxPool2d(Tensor x, long kernel, long stride, long padding) {
        return Tensor.op(
                "max_pool2d",
                () -> torch.max_pool2d(x.at(), pair(kernel), pair(stride), pair(padding), pair(1), false),
                x);
    }

    public static Tensor avgPool2d(Tensor x, long kernel, long stride, long padding) {
        return Tensor.op(
                "avg_pool2d",
                () -> torch.avg_pool2d(
                        x.at(), pair(kernel), pair(stride), pair(padding), false, true, new LongOptional()),
                x);
    }

    /// Averages each channel to `size` x `size`.
    public static Tensor adaptiveAvgPool2d(Tensor x, long size) {
        return Tensor.op("adaptive_avg_pool2d", () -> torch.adaptive_avg_pool2d(x.at(), pair(size)), x);
    }

    /// Zeroes elements with that probability and scales the others by `1 / (1 - probability)`; the mask costs one
    /// draw of the stream.
    ///
    /// @param probability in [0, 1)
    public static Tensor dropout(Tensor x, double probability, RandomStream random) {
        if (probability == 0) {
            return x;
        }
        var kept = 1 - probability;
        var mask =
                Tensors.empty(DType.FLOAT32, x.shape()).bernoulli_(random, kept).mul_(1 / kept);
        return x.mul(mask.to(x.dtype()));
    }

    /// `x Phi(x)`, exact (error function) or with the tanh approximation.
    public static Tensor gelu(Tensor x, boolean tanh) {
        return Tensor.op("gelu", () -> torch.gelu(x.at(), tanh ? "tanh" : "none"), x);
    }

    /// `x sigmoid(x)`.
    public static Tensor silu(Tensor x) {
        return Tensor.op("silu", () -> torch.silu(x.at()), x);
    }

    /// `log(1 + exp(x))`.
    public static Tensor softplus(Tensor x) {
        return Tensor.op("softplus", () -> torch.softplus(x.at(), new Scalar(1.0), new Scalar(20.0)), x);
    }

    public static Tensor leakyRelu(Tensor x, double slope) {
        return Tensor.op("leaky_relu", () -> torch.leaky_relu(x.at(), new Scalar(slope)), x);
    }

    /// `softmax(scale q k^T + mask) v` in one fused kernel: `[B, H, T, N]` each.
    ///
    /// @param mask   BOOL (true = may attend) or additive, broadcast to `[B, H, Tq, Tk]`; null for none
    /// @param causal position i attends to 0 .. i only; not together with `mask`
    /// @param scale  of the products; usually `1 / sqrt(N)`
    public static Tensor scaledDotProductAttention(
            Tensor q, Tensor k, Tensor v, @Nullable Tensor mask, boolean causal, double scale) {
        return Tensor.op(
                "scaled_dot_product_attention",
                () -> torch.scaled_dot_product_attention(
                        q.at(), k.at(), v.at(), optional(mask), 0.0, causal, new DoubleOptional(scale), false),
                q,
                k,
                v);
    }

    /// Turns each pair `(2i, 2i + 1)` of the last dimension by the angle of its position and pair (rotary
    /// embedding): `[B, T, H, N]`.
    ///
    /// @param rotation `[T, H, N / 2, 2]`: cosine and sine; H may be 1
    public static Tensor rotate(Tensor x, Tensor rotation) {
        var n = x.size(-1);
        return Tensor.op(
                "rotate",
                () -> torch.view_as_real(torch.view_as_complex(x.at().unflatten(-1, new long[] {n / 2, 2}))
                                .mul(torch.view_as_complex(rotation.at())))
                        .flatten(-2, -1),
                x,
                rotation);
    }

    /// Mean of `-log softmax(logits)[target]` in nats: `[N, V]`, `[N]` INT64 -> scalar. Targets equal to
    /// `ignoreIndex` do not count.
    public static Tensor crossEntropy(Tensor logits, Tensor targets, long ignoreIndex, double labelSmoothing) {
        return crossEntropy(logits, targets, ignoreIndex, labelSmoothing, MEAN);
    }

    /// [#crossEntropy] of each row, `[N]`.
    public static Tensor crossEntropyEach(Tensor logits, Tensor targets) {
        return crossEntropy(logits, targets, -100, 0, NONE);
    }

    /// [#crossEntropy] of each row, `[N]`, zero where the target does not count.
    public static Tensor crossEntropyEach(Tensor logits, Tensor targets, long ignoreIndex, double labelSmoothing) {
        return crossEntropy(logits, targets, ignoreIndex, labelSmoothing, NONE);
    }

    private static Tensor crossEntropy(
            Tensor logits, Tensor targets, long ignoreIndex, double labelSmoothing, long reduction) {
        return Tensor.op(
                "cross_entropy",
                () -> torch.cross_entropy_loss(
                        logits.at(), targets.at(), new TensorOptional(), reduction, ignoreIndex, labelSmoothing),
                logits,
                targets);
    }

    /// Mean of squared differences.
    public static Tensor mseLoss(Tensor x, Tensor target) {
        return Tensor.op("mse_loss", () -> torch.mse_loss(x.at(), target.at(), MEAN), x, target);
    }

    /// Mean of absolute differences.
    public static Tensor l1Loss(Tensor x, Tensor target) {
        return Tensor.op("l1_loss", () -> torch.l1_loss(x.at(), target.at(), MEAN), x, target);
    }

    /// Mean of the cross-entropy of `sigmoid(logits)` against targets in [0, 1], in nats.
    public static Tensor binaryCrossEntropyWithLogits(Tensor logits, Tensor targets) {
        return Tensor.op(
                "binary_cross_entropy_with_logits",
                () -> torch.binary_cross_entropy_with_logits(
                        logits.at(), targets.at(), new TensorOptional(), new TensorOptional(), MEAN),
                logits,
                targets);
    }

    private static long[] pair(long value) {
        return new long[] {value, value};
    }

    private static TensorOptional optional(@Nullable Tensor tensor) {
        return tensor == null ? new TensorOptional() : new TensorOptional(tensor.at());
    }
}
