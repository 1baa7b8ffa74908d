package io.evenkeel.nn;

import io.evenkeel.tensor.Functional;
import io.evenkeel.tensor.Tensor;

/// A row of width D for each of V indices: INT64 `[..] -> [.., D]`.
public final class Embedding extends Layer {
    private final Parameter weight; // [V, D]

    public Embedding(long count, long width, Initializer initializer) {
        this.weight = parameter("weight", initializer, count, width);
    }

    public Parameter weight() {
        return weight;
    }

    @Override
    public Tensor forward(Tensor indices) {
        return Functional.embedding(indices, weight.value());
    }
}
