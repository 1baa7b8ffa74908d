package io.evenkeel.nn;

import io.evenkeel.tensor.Functional;
import io.evenkeel.tensor.Tensor;
import java.util.function.UnaryOperator;

/// A function of each element between two linear layers.
public enum Activation implements UnaryOperator<Tensor> {
    /// `max(x, 0)`
    RELU,
    /// `max(x, 0)^2`
    RELU2,
    /// `x Phi(x)`, exact
    GELU,
    /// `x Phi(x)` by its approximation with tanh
    GELU_TANH,
    /// `x sigmoid(x)`
    SILU,
    /// `tanh(x)`
    TANH;

    @Override
    public Tensor apply(Tensor x) {
        return switch (this) {
            case RELU -> x.relu();
            case RELU2 -> x.relu().square();
            case GELU -> Functional.gelu(x, false);
            case GELU_TANH -> Functional.gelu(x, true);
            case SILU -> Functional.silu(x);
            case TANH -> x.tanh();
        };
    }
}
