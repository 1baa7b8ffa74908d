package io.evenkeel.train;

import io.evenkeel.InputException;
import io.evenkeel.nn.Conv2d;
import io.evenkeel.nn.Linear;
import io.evenkeel.nn.Module;
import io.evenkeel.number.NumberFormat;
import io.evenkeel.number.Reduction;
import io.evenkeel.random.RandomStream;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Numbers of few bits that the linear layers and convolutions of a model multiply, simulated in the type that
/// `train.precision` says. Embeddings, norms, attention weights, the head and the optimizer are not reduced.
///
/// @paper P08
/// @paper P81 weights and activations of 4 bits
/// @paper P68 binary weights and activations
/// @param weights     null for as they are
/// @param activations inputs of the layers; null for as they are
/// @param gradients   of their outputs; null for as they are
/// @param skip        full names of layers that are left alone
public record PrecisionConfig(
        @Nullable NumberFormat weights,
        @Nullable NumberFormat activations,
        @Nullable NumberFormat gradients,
        List<String> skip) {
    public PrecisionConfig {
        skip = List.copyOf(skip);
    }

    public static PrecisionConfig defaults() {
        return new PrecisionConfig(null, null, null, List.of("head"));
    }

    /// Reduces those layers of a model from now on.
    ///
    /// @param random for stochastic rounding
    /// @throws InputException when the model has no other such layer
    public Reduction apply(Module model, RandomStream random) {
        var reduction = new Reduction(weights, activations, gradients, random);
        var count = new int[1];
        model.forEachModule((name, module) -> {
            if (!skip.contains(name)) {
                switch (module) {
                    case Linear linear -> linear.reduce(reduction);
                    case Conv2d convolution -> convolution.reduce(reduction);
                    default -> count[0]--;
                }
                count[0]++;
            }
        });
        if (count[0] == 0) {
            throw new InputException(
                    "precision must be of a model with linear layers or convolutions that it does not skip but all are in "
                            + skip);
        }
        return reduction;
    }
}
