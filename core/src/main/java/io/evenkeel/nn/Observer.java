package io.evenkeel.nn;

import io.evenkeel.tensor.Tensor;

/// Sees intermediate values of a forward pass: see [Module#observeWith].
///
/// What is reported: `residual` `[B, T, D]` by a block (its output), `logits` `[B, H, T, T]` (masked positions
/// negative infinity) and `probabilities` `[B, H, T, T]` by attention, with the lengths of
/// its queries and keys, `query_norm` and `key_norm` `[B, H, T]`, `hidden` `[B, T, F]` by an MLP (input of its
/// last layer), `logits` `[B, T, V]` by the output head, `log_decay` `[B, T, C]` by a recurrence whose state is
/// multiplied channel by channel.
@FunctionalInterface
public interface Observer {
    /// Called once for each value, while the value is alive; it must not change it.
    ///
    /// @param module full name of the module that reports
    /// @param what   what it reports
    void observe(String module, String what, Tensor value);
}
