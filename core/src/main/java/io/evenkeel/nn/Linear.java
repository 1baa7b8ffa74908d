package io.evenkeel.nn;

import io.evenkeel.number.Reduction;
import io.evenkeel.tensor.Functional;
import io.evenkeel.tensor.Tensor;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// `y = x W^T + b`: `[.., in] -> [.., out]`, in the type of its precision.
public final class Linear extends Layer {
    private final Parameter weight; // [out, in]
    private final @Nullable Parameter bias; // [out]
    private @Nullable SpectralScale scale;
    private Precision precision;
    private @Nullable Reduction reduction;
    private @Nullable UnaryOperator<Tensor> branch;

    /// Declares the weight, and the bias if there is one.
    ///
    /// @param bias whether there is one; it begins at zero
    public Linear(long in, long out, boolean bias, Initializer initializer, Precision precision) {
        this.weight = parameter("weight", initializer, out, in);
        this.bias = bias ? parameter("bias", Initializer.ZEROS, out) : null;
        this.precision = precision;
    }

    /// The same with its weight reparametrised, before it is first used.
    ///
    /// @param how null for not at all
    public Linear reparametrised(@Nullable Reparametrisation how) {
        scale = how == null ? null : child("spectral", new SpectralScale(how, weight));
        return this;
    }

    /// Multiplies what is reduced from now on.
    ///
    /// @param how null for not
    public void reduce(@Nullable Reduction how) {
        reduction = how;
    }

    /// Adds what a function makes of the input to the output from now on, such as an adapter of low rank with
    /// parameters of its own.
    ///
    /// @param branch from `[.., in]` to `[.., out]`; null for none
    public void addBranch(@Nullable UnaryOperator<Tensor> branch) {
        this.branch = branch;
    }

    public Parameter weight() {
        return weight;
    }

    @Override
    public Tensor forward(Tensor x) {
        var used = scale == null ? weight.value() : scale.used();
        var y = reduction == null ? product(x, used) : reduced(reduction, x, used);
        return branch == null ? y : y.add(branch.apply(x));
    }

    private Tensor product(Tensor x, Tensor used) {
        return Functional.linear(precision.of(x), precision.of(used), bias == null ? null : precision.of(bias.value()));
    }

    private Tensor reduced(Reduction how, Tensor x, Tensor used) {
        return how.output(product(how.activation(x, training()), how.weight(used, training())));
    }

    @Override
    void computeIn(Precision precision) {
        this.precision = precision;
    }
}
