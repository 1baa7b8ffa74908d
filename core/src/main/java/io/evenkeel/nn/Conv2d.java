package io.evenkeel.nn;

import io.evenkeel.number.Reduction;
import io.evenkeel.tensor.Functional;
import io.evenkeel.tensor.Functional.Window;
import io.evenkeel.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/// Convolution over two dimensions, `[B, C, H, W] -> [B, out, H', W']`, in the type of its precision.
public final class Conv2d extends Layer {
    private final Parameter weight; // [out, C / groups, k, k]
    private final @Nullable Parameter bias; // [out]
    private final Window window;
    private Precision precision;
    private @Nullable Reduction reduction;

    /// Declares the weight, and the bias if there is one.
    ///
    /// @param bias whether there is one; it begins at zero
    public Conv2d(Kernel kernel, boolean bias, Initializer initializer, Precision precision) {
        this.weight = parameter("weight", initializer, kernel.out(), kernel.inOfGroup(), kernel.size(), kernel.size());
        this.bias = bias ? parameter("bias", Initializer.ZEROS, kernel.out()) : null;
        this.window = kernel.window();
        this.precision = precision;
    }

    public Parameter weight() {
        return weight;
    }

    @Nullable
    Parameter bias() {
        return bias;
    }

    /// Multiplies what is reduced from now on.
    ///
    /// @param how null for not
    public void reduce(@Nullable Reduction how) {
        reduction = how;
    }

    @Override
    public Tensor forward(Tensor x) {
        return forward(x, weight.value(), bias == null ? null : bias.value());
    }

    /// With other weights.
    Tensor forward(Tensor x, Tensor kernel, @Nullable Tensor shift) {
        return reduction == null
                ? product(x, kernel, shift)
                : reduction.output(
                        product(reduction.activation(x, training()), reduction.weight(kernel, training()), shift));
    }

    private Tensor product(Tensor x, Tensor kernel, @Nullable Tensor shift) {
        return Functional.conv2d(
                precision.of(x), precision.of(kernel), shift == null ? null : precision.of(shift), window);
    }

    @Override
    void computeIn(Precision precision) {
        this.precision = precision;
    }
}
