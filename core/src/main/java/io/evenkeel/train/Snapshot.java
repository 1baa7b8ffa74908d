package io.evenkeel.train;

import io.evenkeel.random.RandomStream;
import io.evenkeel.tensor.Scope;
import io.evenkeel.tensor.Tensor;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/// All that the next steps of a [PlainRun] depend on, copied in memory: weights and buffers, moments and counters of
/// the optimizer, place in the data, random streams. What a probe carries from step to step is not part of it.
///
/// A run that gets all of it back continues with the same bits; an experiment may give it back in part, to the run it
/// was taken from or to another one of the same model.
public final class Snapshot implements AutoCloseable {
    private final Map<String, Tensor> model;
    private final Map<String, Tensor> moments;
    private final JsonNode counters;
    private final long step;
    private final long position;
    private final Map<String, RandomStream.State> streams;

    Snapshot(PlainRun run) {
        this.model = copies(run.modelTensors());
        this.moments = copies(run.optimizer().tensors());
        this.counters = run.optimizer().state().deepCopy();
        this.step = run.steps();
        this.position = run.source().position();
        this.streams = Map.copyOf(run.streams().state());
    }

    private static Map<String, Tensor> copies(Map<String, Tensor> tensors) {
        var copies = new TreeMap<String, Tensor>();
        tensors.forEach((name, tensor) -> {
            try (var detached = tensor.detach()) {
                copies.put(name, detached.copy().own());
            }
        });
        return copies;
    }

    private static void load(Map<String, Tensor> from, Map<String, Tensor> into) {
        into.forEach((name, tensor) -> {
            try (var detached = tensor.detach()) {
                detached.copy_(saved(from, name));
            }
        });
    }

    private static Tensor saved(Map<String, Tensor> tensors, String name) {
        var saved = tensors.get(name);
        if (saved == null) {
            throw new IllegalArgumentException("run must have the tensors " + tensors.keySet() + " but has " + name);
        }
        return saved;
    }

    /// Gives all of it back.
    public void restore(PlainRun run) {
        restoreModel(run);
        restoreMoments(run);
        restoreCounters(run);
        restoreData(run);
        run.continueAt(step);
    }

    /// Weights and buffers.
    public void restoreModel(PlainRun run) {
        load(model, run.modelTensors());
    }

    /// Weights and buffers on the straight line from these to those of another snapshot of the run.
    ///
    /// @param share of the way, 0 for these
    public void restoreBetween(Snapshot other, double share, PlainRun run) {
        run.modelTensors().forEach((name, tensor) -> {
            try (var _ = Scope.open()) {
                tensor.detach().copy_(saved(model, name).lerp(saved(other.model, name), share));
            }
        });
    }

    /// Whether weights and buffers have the same bits as those of another snapshot; not a number is equal to
    /// itself.
    public boolean sameModel(Snapshot other) {
        return model.keySet().equals(other.model.keySet())
                && model.entrySet().stream()
                        .allMatch(each -> Arrays.equals(
                                each.getValue().toDoubles(),
                                saved(other.model, each.getKey()).toDoubles()));
    }

    /// The optimizer's moments.
    public void restoreMoments(PlainRun run) {
        load(moments, run.optimizer().tensors());
    }

    /// The optimizer's counters.
    public void restoreCounters(PlainRun run) {
        run.optimizer().restore(counters);
    }

    /// Place in the data and random streams.
    public void restoreData(PlainRun run) {
        run.source().seek(position);
        run.streams().restore(streams);
    }

    /// A weight or buffer by its full name; it lives as long as the snapshot.
    public Tensor tensor(String name) {
        return saved(model, name);
    }

    /// Steps done when it was taken.
    public long step() {
        return step;
    }

    @Override
    public void close() {
        model.values().forEach(Tensor::close);
        moments.values().forEach(Tensor::close);
    }
}
