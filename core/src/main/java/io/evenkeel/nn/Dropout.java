package io.evenkeel.nn;

import io.evenkeel.random.RandomStream;
import io.evenkeel.tensor.Functional;
import io.evenkeel.tensor.Tensor;

/// In training zeroes elements at random and scales the others up, so that the mean stays; in evaluation the identity.
/// A pass draws one number of the stream, so that the stream's state is all there is to save.
public final class Dropout extends Layer {
    private final double probability;
    private final RandomStream random;

    /// Dropout over that stream.
    ///
    /// @param probability of zero, in [0, 1)
    public Dropout(double probability, RandomStream random) {
        this.probability = checked(probability);
        this.random = random;
    }

    /// Checks a probability of dropout.
    static double checked(double probability) {
        if (!(probability >= 0 && probability < 1)) {
            throw new IllegalArgumentException("dropout must be in [0, 1) but was " + probability);
        }
        return probability;
    }

    @Override
    public Tensor forward(Tensor x) {
        return training() ? Functional.dropout(x, probability, random) : x;
    }
}
