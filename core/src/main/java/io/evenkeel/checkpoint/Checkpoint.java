package io.evenkeel.checkpoint;

import io.evenkeel.InputException;
import io.evenkeel.tensor.Scope;
import io.evenkeel.tensor.Shapes;
import io.evenkeel.tensor.Tensor;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;

/// A verified checkpoint, open for reading.
public final class Checkpoint implements AutoCloseable {
    private final long step;
    private final Path path;
    private final Health health;
    private final JsonNode state;
    private final Safetensors model;
    private final Safetensors optimizer;

    Checkpoint(long step, Path path, Health health, JsonNode state, Safetensors model, Safetensors optimizer) {
        this.step = step;
        this.path = path;
        this.health = health;
        this.state = state;
        this.model = model;
        this.optimizer = optimizer;
    }

    public long step() {
        return step;
    }

    public Health health() {
        return health;
    }

    /// The content of `state.json`.
    public JsonNode state() {
        return state;
    }

    /// SHA-256 over the raw bytes of weights and buffers in name order, in hexadecimal: equal for equal models.
    public String hash() {
        try (var _ = Scope.open()) {
            return Sha256.of(new TreeSet<>(model.entries().keySet())
                    .stream().map(model::tensor).toList());
        }
    }

    /// Copies the weights and buffers into `tensors`.
    ///
    /// @throws InputException when names, shapes or types differ, naming the first that does; nothing is changed
    public void loadModel(Map<String, Tensor> tensors) {
        load(model, CheckpointStore.MODEL, tensors);
    }

    /// Copies the moments into `tensors`; as [#loadModel].
    public void loadOptimizer(Map<String, Tensor> tensors) {
        load(optimizer, CheckpointStore.OPTIMIZER, tensors);
    }

    private void load(Safetensors source, String file, Map<String, Tensor> tensors) {
        var names = new TreeSet<>(tensors.keySet());
        names.addAll(source.entries().keySet());
        for (var name : names) {
            var entry = source.entries().get(name);
            var tensor = tensors.get(name);
            if (entry == null || tensor == null) {
                throw mismatch(file, name, entry == null ? "is missing there" : "is not part of the model configured");
            }
            if (!Arrays.equals(entry.shape(), tensor.shape()) || entry.dtype() != tensor.dtype()) {
                throw mismatch(
                        file,
                        name,
                        "is " + entry.dtype() + Shapes.text(entry.shape()) + " there but " + tensor.dtype()
                                + Shapes.text(tensor.shape()) + " in the model configured");
            }
        }
        try (var _ = Scope.open()) {
            tensors.forEach((name, tensor) -> tensor.detach().copy_(source.tensor(name)));
        }
    }

    private InputException mismatch(String file, String name, String problem) {
        return new InputException("checkpoint " + path.resolve(file) + ": tensor " + name + " " + problem);
    }

    @Override
    public void close() {
        model.close();
        optimizer.close();
    }
}
