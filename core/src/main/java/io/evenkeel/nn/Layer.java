package io.evenkeel.nn;

import io.evenkeel.tensor.Tensor;

/// A module of one tensor in, one tensor out.
public abstract class Layer extends Module {
    public abstract Tensor forward(Tensor x);
}
