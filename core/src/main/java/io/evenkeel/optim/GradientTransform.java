package io.evenkeel.optim;

import io.evenkeel.tensor.Tensor;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/// Changes a gradient before the update rule sees it. What it remembers is saved as part of the optimizer's state.
///
/// A non-finite element is not removed and may make its whole tensor, or all of the gradient, non-finite.
public interface GradientTransform extends AutoCloseable {
    /// Changes the gradient in place and says so to it. Called without recording a graph, inside a scope.
    void apply(Gradient gradient);

    /// The tensors that it remembers, by names that no other part of the optimizer uses, such as
    /// `blocks.0.mlp.up.weight.max_average`; the same tensors at every call.
    default Map<String, Tensor> tensors() {
        return Map.of();
    }

    /// The numbers that it remembers.
    default JsonNode state() {
        return JsonNodeFactory.instance.objectNode();
    }

    /// Continues from numbers that [#state] gave; the tensors are restored by their owner.
    default void restore(JsonNode state) {}

    @Override
    default void close() {}
}
