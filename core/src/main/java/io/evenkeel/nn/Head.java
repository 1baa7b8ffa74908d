package io.evenkeel.nn;

import io.evenkeel.tensor.Functional;
import io.evenkeel.tensor.Tensor;

/// The output layer of a language model, `[B, T, D] -> [B, T, V]`: a matrix of its own, or the embedding's.
public final class Head extends Layer {
    private final Parameter weight; // [V, D]
    private Precision precision;

    Head(long width, long vocabulary, Initializer initializer, Precision precision) {
        this.weight = parameter("weight", initializer, vocabulary, width);
        this.precision = precision;
    }

    Head(Embedding tied, Precision precision) {
        this.weight = tied.weight();
        this.precision = precision;
    }

    @Override
    public Tensor forward(Tensor x) {
        var logits = Functional.linear(precision.of(x), precision.of(weight.value()), null);
        observe("logits", logits);
        return logits;
    }

    @Override
    void computeIn(Precision precision) {
        this.precision = precision;
    }
}
