package io.evenkeel.nn;

import io.evenkeel.tensor.Shapes;
import io.evenkeel.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/// A trained tensor of a module: declared with a shape and an initialiser, given its values by
/// [Parameters#materialize], which also gives it its full name.
public final class Parameter {
    private final long[] shape;
    private final Initializer initializer;
    private String name = "";
    private @Nullable Tensor value;
    private @Nullable Tensor gradient;

    Parameter(Initializer initializer, long... shape) {
        this.initializer = initializer;
        this.shape = shape.clone();
    }

    /// The full name, such as `blocks.0.attention.qkv.weight`; empty before the parameters are materialised.
    public String name() {
        return name;
    }

    public long[] shape() {
        return shape.clone();
    }

    public long numel() {
        return Shapes.elements(shape);
    }

    /// The values, a leaf with a gradient: a view of the model's flat buffer.
    ///
    /// @throws IllegalStateException before the parameters are materialised
    public Tensor value() {
        return checked(value);
    }

    /// The accumulated gradient: a view of the model's flat gradient buffer.
    public Tensor gradient() {
        return checked(gradient);
    }

    Initializer initializer() {
        return initializer;
    }

    void bind(String name, Tensor value, Tensor gradient) {
        if (this.value != null) {
            throw new IllegalStateException("parameter " + this.name + " is already part of a model");
        }
        this.name = name;
        this.value = value;
        this.gradient = gradient;
    }

    private Tensor checked(@Nullable Tensor tensor) {
        if (tensor == null) {
            throw new IllegalStateException("parameter of shape " + Shapes.text(shape)
                    + " has no values yet: call Parameters.materialize on the model");
        }
        return tensor;
    }
}
