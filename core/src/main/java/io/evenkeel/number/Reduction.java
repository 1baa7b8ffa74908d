package io.evenkeel.number;

import io.evenkeel.random.RandomStream;
import io.evenkeel.tensor.Autograd;
import io.evenkeel.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/// What linear layers and convolutions multiply, in formats of few bits: both operands of the product, and in the two
/// products backward the gradient of the output with the reduced other operand. Gradients pass the reduction as if it
/// were not there (straight-through), or as the format has it. Sums, parameters and everything between the layers stay
/// as they are.
///
/// @paper P08
/// @paper P81
public final class Reduction {
    private final @Nullable NumberFormat weights;
    private final @Nullable NumberFormat activations;
    private final @Nullable NumberFormat gradients;
    private final RandomStream random;
    private @Nullable Tally tally;

    /// @param weights     null for as they are
    /// @param activations null for as they are
    /// @param gradients   of outputs; null for as they are
    /// @param random      for stochastic rounding
    public Reduction(
            @Nullable NumberFormat weights,
            @Nullable NumberFormat activations,
            @Nullable NumberFormat gradients,
            RandomStream random) {
        this.weights = weights;
        this.activations = activations;
        this.gradients = gradients;
        this.random = random;
    }

    /// Counts from now on; null for not.
    public void count(@Nullable Tally tally) {
        this.tally = tally;
    }

    /// A weight, reduced.
    ///
    /// @param training whether rounding may be stochastic
    public Tensor weight(Tensor w, boolean training) {
        return through(weights, w, training);
    }

    /// An input, reduced.
    public Tensor activation(Tensor x, boolean training) {
        return through(activations, x, training);
    }

    /// The output as it is, whose gradient is reduced.
    public Tensor output(Tensor y) {
        var format = gradients;
        if (format != null && y.requiresGrad()) {
            Autograd.hook(y, gradient -> format.reduce(gradient, random, tally));
        }
        return y;
    }

    private Tensor through(@Nullable NumberFormat format, Tensor x, boolean training) {
        return format == null ? x : format.through(x, training ? random : null, tally);
    }
}
