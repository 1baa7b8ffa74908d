package io.evenkeel.optim;

import io.evenkeel.tensor.Tensor;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/// Changes the parameters by their gradients: a chain of gradient transforms, then an update rule.
///
/// State is tensors by name (moments) and a few numbers (step counters); both are saved with a checkpoint, and
/// restoring them mid-run continues with the same bits.
public interface Optimizer extends AutoCloseable {
    /// Does one update from the gradients that the parameters hold. The gradients may be changed (clipped) on the
    /// way
    /// and are not zeroed.
    ///
    /// @param lr peak learning rate times the schedule's factor; groups multiply it by their own factor
    /// @param gradientNorm Euclidean norm of the whole gradient as it is, which clipping needs and the caller has
    void step(double lr, double gradientNorm);

    /// The moments by full name, such as `blocks.0.mlp.up.weight.first_moment`; the same tensors at every call.
    Map<String, Tensor> tensors();

    /// The numbers of the state.
    JsonNode state();

    /// Continues from numbers that [#state] gave; the tensors are restored by their owner.
    void restore(JsonNode state);

    @Override
    void close();
}
