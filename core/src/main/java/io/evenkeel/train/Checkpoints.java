package io.evenkeel.train;

import io.evenkeel.InputException;
import io.evenkeel.checkpoint.Checkpoint;
import io.evenkeel.checkpoint.CheckpointStore;
import io.evenkeel.checkpoint.CheckpointWriter;
import io.evenkeel.checkpoint.Health;
import io.evenkeel.guard.Guard;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.TreeSet;

/// The checkpoints of a running training: when they become healthy, and which one a rollback takes.
final class Checkpoints implements AutoCloseable {
    private final CheckpointStore store;
    private final CheckpointWriter writer;
    private final Journal journal;
    private final Interventions interventions;
    /// Steps of checkpoints that have not shown themselves clean yet.
    private final TreeSet<Long> pending = new TreeSet<>();

    Checkpoints(CheckpointStore store, CheckpointConfig config, Journal journal, Interventions interventions) {
        this.store = store;
        this.journal = journal;
        this.interventions = interventions;
        try {
            this.writer = new CheckpointWriter(store, config.retention());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot clear leftovers in " + store.directory() + ": " + e.getMessage(), e);
        }
        store.steps().stream().filter(step -> !store.isHealthy(step)).forEach(pending::add);
    }

    /// Copies the state and queues its writing.
    void write(TrainingState state) {
        var step = state.step;
        var valLoss = state.evaluation == null ? null : state.evaluation.loss();
        var healthy = state.guard.healthy(step, step);
        var health = new Health(healthy, valLoss, healthy ? "initial state" : "not followed by clean steps yet");
        if (!healthy) {
            pending.add(step);
        }
        writer.submit(
                state.content(health), journal::sync, () -> interventions.afterCheckpoint(step, store.path(step)));
    }

    /// Marks the checkpoints that have shown themselves clean by now.
    void judgeHealth(TrainingState state) {
        writer.check();
        if (pending.isEmpty() || writer.busy()) {
            return;
        }
        var existing = store.steps();
        pending.removeIf(step -> !existing.contains(step));
        for (var step : pending.toArray(Long[]::new)) {
            if (state.guard.healthy(step, state.step)) {
                store.markHealthy(step, "clean steps up to " + state.step);
                pending.remove(step);
            }
        }
    }

    /// Whether a rollback to a step at most `notAfter` has somewhere to go.
    boolean hasTarget(long notAfter, Guard guard) {
        return store.steps().stream()
                .anyMatch(step -> step <= notAfter && guard.mayLoad(step) && store.isHealthy(step));
    }

    /// The newest valid healthy checkpoint at most `notAfter` old; every newer one that is refused is noted.
    Optional<Checkpoint> target(long notAfter, Guard guard, long now) {
        writer.awaitIdle();
        for (var step : store.steps().reversed()) {
            if (step > notAfter || !guard.mayLoad(step) || !store.isHealthy(step)) {
                continue;
            }
            try {
                return Optional.of(store.open(step));
            } catch (InputException e) {
                journal.note(now, "checkpoint-refused", "checkpoint " + step + " refused: " + e.getMessage(), null);
            }
        }
        return Optional.empty();
    }

    /// Deletes the checkpoints of steps that were given up.
    void dropAfter(long step) {
        store.dropAfter(step);
        pending.removeIf(later -> later > step);
    }

    void awaitIdle() {
        writer.awaitIdle();
    }

    @Override
    public void close() {
        writer.close();
    }
}
