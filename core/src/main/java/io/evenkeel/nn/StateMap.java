package io.evenkeel.nn;

import io.evenkeel.tensor.Tensor;

/// A recurrence seen from outside: how one state follows from the one before, for a fixed sequence of inputs.
public interface StateMap {
    /// The state before the first input, `[d]`, floating.
    Tensor start();

    /// The state after input `t`, `[d]`, as a differentiable function of `state`.
    Tensor next(Tensor state, long t);

    /// How many inputs there are.
    long steps();
}
