package io.evenkeel.probe;

import io.evenkeel.tensor.DType;
import io.evenkeel.tensor.Scope;
import io.evenkeel.tensor.Tensor;
import io.evenkeel.tensor.Tensors;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The tensors that a probe keeps between measurements. They come into being at the first measurement, so their layout
/// is part of the probe's saved state.
final class TensorState implements AutoCloseable {
    private final Map<String, Tensor> tensors = new LinkedHashMap<>();

    /// The tensor of that name, or null when none was kept yet.
    @Nullable
    Tensor get(String name) {
        return tensors.get(name);
    }

    /// Keeps a copy of `value`.
    void put(String name, Tensor value) {
        var kept = tensors.get(name);
        if (kept == null) {
            try (var _ = Scope.open()) {
                tensors.put(name, value.detach().contiguous().copy().own());
            }
        } else {
            kept.copy_(value.detach());
        }
    }

    Map<String, Tensor> tensors() {
        return Collections.unmodifiableMap(tensors);
    }

    /// Name -> `{"dtype": .., "shape": [..]}`.
    ObjectNode layout() {
        var layout = JsonNodeFactory.instance.objectNode();
        tensors.forEach((name, tensor) -> {
            var entry = layout.putObject(name).put("dtype", tensor.dtype().safetensorsName());
            var shape = entry.putArray("shape");
            for (var size : tensor.shape()) {
                shape.add(size);
            }
        });
        return layout;
    }

    /// Has zeros of the saved layout instead of what was kept.
    void restore(JsonNode layout) {
        close();
        for (var entry : layout.properties()) {
            var sizes = entry.getValue().path("shape");
            var shape = new long[sizes.size()];
            for (var i = 0; i < shape.length; i++) {
                shape[i] = sizes.get(i).asLong();
            }
            var dtype = DType.ofSafetensors(entry.getValue().path("dtype").asString());
            try (var _ = Scope.open()) {
                tensors.put(entry.getKey(), Tensors.zeros(dtype, shape).own());
            }
        }
    }

    @Override
    public void close() {
        tensors.values().forEach(Tensor::close);
        tensors.clear();
    }
}
