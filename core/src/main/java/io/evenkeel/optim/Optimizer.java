package io.evenkeel.optim;

import io.evenkeel.tensor.Tensor;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// Changes the parameters by their gradients: a chain of gradient transforms, then an update rule.
///
/// State is tensors by name (moments) and a few numbers (step counters); both are saved with a checkpoint, and
/// restoring them mid-run continues with the same bits. Nothing is written but the values, the gradients and this
/// state.
///
/// A gradient is applied as it is: whether a non-finite one may reach the weights is decided before, by the guard.
public interface Optimizer extends AutoCloseable {
    /// Does one update from the gradients that the parameters hold. The gradients may be changed (clipped) on the
    /// way
    /// and are not zeroed.
    ///
    /// @param factor       the schedule's factor on every learning rate, times that of recoveries; finite and `>=
    /// 0`.
    ///                     With 0 the moments see the gradient and the parameters keep their bits
    /// @param gradientNorm Euclidean norm of the whole gradient as it is, which clipping needs and the caller has
    void step(double factor, double gradientNorm);

    /// The moments by full name, such as `blocks.0.mlp.up.weight.first_moment`; the same tensors at every call.
    Map<String, Tensor> tensors();

    /// The numbers of the state.
    JsonNode state();

    /// Continues from numbers that [#state] gave; the tensors are restored by their owner.
    void restore(JsonNode state);

    /// Multiplies the moments, as a recovery does.
    ///
    /// @param keep share that stays, in [0, 1]; 0 forgets them, so that the next update is as the first: an
    /// optimizer
    ///             that counts steps begins to count anew
    default void scaleMoments(double keep) {
        tensors().values().forEach(tensor -> tensor.mul_(keep));
    }

    /// How the update is scaled by a second moment, or null when it is not.
    default @Nullable Adaptive adaptive() {
        return null;
    }

    @Override
    void close();
}
