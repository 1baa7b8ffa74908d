package io.evenkeel.nn;

import io.evenkeel.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/// Layers and functions one after the other.
public final class Sequential extends Layer {
    private final List<UnaryOperator<Tensor>> steps = new ArrayList<>();

    /// Appends a layer under that name.
    ///
    /// @return this
    public Sequential then(String name, Layer layer) {
        steps.add(child(name, layer)::forward);
        return this;
    }

    /// Appends a function without parameters, such as `Activation.RELU`.
    ///
    /// @return this
    public Sequential then(UnaryOperator<Tensor> function) {
        steps.add(function);
        return this;
    }

    @Override
    public Tensor forward(Tensor x) {
        var y = x;
        for (var step : steps) {
            y = step.apply(y);
        }
        return y;
    }
}
