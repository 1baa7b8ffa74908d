package io.evenkeel.nn;

import io.evenkeel.tensor.Functional;
import io.evenkeel.tensor.Tensor;
import java.util.function.UnaryOperator;

/// A function of each element between two linear layers.
public enum Activation implements UnaryOperator<Tensor> {
    /// `max(x, 0)`
    RELU(Tensor::relu),
    /// `max(x, 0)^2`
    RELU2(x -> x.relu().square()),
    /// `x Phi(x)`, exact
    GELU(x -> Functional.gelu(x, false)),
    /// `x Phi(x)` by its approximation with tanh
    GELU_TANH(x -> Functional.gelu(x, true)),
    /// `x sigmoid(x)`
    SILU(Functional::silu),
    TANH(Tensor::tanh);

    @SuppressWarnings("ImmutableEnumChecker") // a function without state
    private final UnaryOperator<Tensor> function;

    Activation(UnaryOperator<Tensor> function) {
        this.function = function;
    }

    @Override
    public Tensor apply(Tensor x) {
        return function.apply(x);
    }
}
