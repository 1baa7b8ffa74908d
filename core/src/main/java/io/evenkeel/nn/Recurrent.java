package io.evenkeel.nn;

import io.evenkeel.tensor.Tensor;

/// A model that carries a state along its input, and shows the map that it iterates, so that its Lyapunov exponents can
/// be measured.
public interface Recurrent {
    /// The map of the state of the first example of `inputs`.
    ///
    /// @param inputs as the model's forward pass takes them
    StateMap stateMap(Tensor inputs);
}
