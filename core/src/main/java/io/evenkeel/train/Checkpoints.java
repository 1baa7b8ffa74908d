package io.evenkeel.train;

import io.evenkeel.InputException;
import io.evenkeel.checkpoint.Checkpoint;
import io.evenkeel.checkpoint.CheckpointStore;
import io.evenkeel.checkpoint.CheckpointWriter;
import io.evenkeel.checkpoint.Health;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Optional;
import java.util.TreeSet;

/// The checkpoints of a running training: when they become healthy, and which one a rollback takes.
final class Checkpoints implements AutoCloseable {
    /// How long the last checkpoint of a training waits for a disk that is full, and between two tries.
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private static final Duration PAUSE = Duration.ofSeconds(2);

    /// Kind of the event that a checkpoint was not used.
    static final String REFUSED = "checkpoint-refused";

    /// Kind of the event that a checkpoint could not be written.
    static final String FAILED = "checkpoint-failed";

    private final CheckpointStore store;
    private final CheckpointWriter writer;
    private final Journal journal;
    private final Interventions interventions;
    /// The step of the checkpoint given to the writer last.
    private long latest;
    /// Whether the directory could not be used at the last try.
    private boolean troubled;
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

    /// Copies the state and queues its writing, after the one before.
    void write(TrainingState state) {
        var step = state.step;
        var valLoss = state.evaluation == null ? null : state.evaluation.loss();
        var healthy = state.guard.healthy(step, step);
        settle();
        // What the writer's retention keeps depends on it.
        judgeHealth(state);
        latest = step;
        var health = new Health(healthy, valLoss, healthy ? "initial state" : "not followed by clean steps yet");
        if (!healthy) {
            pending.add(step);
        }
        writer.submit(state.content(health), () -> {
            journal.sync();
            interventions.beforeCheckpoint(step, store.directory());
        });
    }

    /// Writes the last one of a training and waits for it; tries for a while, since what was learnt after the one
    /// before would be lost.
    ///
    /// @throws UncheckedIOException when it cannot be written
    void writeLast(TrainingState state) {
        var deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            write(state);
            try {
                writer.awaitIdle();
                return;
            } catch (UncheckedIOException | InputException e) {
                pending.remove(latest);
                if (System.nanoTime() > deadline) {
                    throw e;
                }
                journal.note(latest, FAILED, e.getMessage() + "; trying again", null);
                pause();
            }
        }
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the last checkpoint waited for the disk", e);
        }
    }

    /// Waits for the write under way. One that fails, or cannot be verified afterwards, is an event and not the end
    /// of the run: the next one may succeed, and the checkpoints before it are still there.
    private void settle() {
        try {
            writer.awaitIdle();
        } catch (UncheckedIOException | InputException e) {
            journal.note(latest, FAILED, String.valueOf(e.getMessage()), null);
            pending.remove(latest);
        }
    }

    /// Marks the checkpoints that have shown themselves clean by now.
    void judgeHealth(TrainingState state) {
        if (writer.busy()) {
            return;
        }
        settle();
        if (pending.isEmpty()) {
            return;
        }
        try {
            var existing = store.steps();
            pending.removeIf(step -> !existing.contains(step));
            for (var step : pending.toArray(Long[]::new)) {
                if (state.guard.healthy(step, state.step)) {
                    store.markHealthy(step, "clean steps up to " + state.step);
                    pending.remove(step);
                }
            }
        } catch (UncheckedIOException | InputException e) {
            // The disk may be back at the next step; one event a stretch of trouble is enough.
            if (!troubled) {
                journal.note(state.step, FAILED, String.valueOf(e.getMessage()), null);
            }
            troubled = true;
            return;
        }
        troubled = false;
    }

    /// Whether a rollback to a step at most `notAfter` has somewhere to go.
    boolean hasTarget(long notAfter, TrainingState state) {
        settle();
        try {
            return store.steps().stream().anyMatch(step -> step <= notAfter && usable(step, state));
        } catch (UncheckedIOException e) {
            // A directory that cannot be read now has nothing to go back to.
            return false;
        }
    }

    /// Healthy by now, whether that is written down already or not, and not one that failed again and again.
    private boolean usable(long step, TrainingState state) {
        return state.guard.mayLoad(step) && (store.isHealthy(step) || state.guard.healthy(step, state.step));
    }

    /// The newest valid healthy checkpoint at most `notAfter` old; every newer one that is refused is noted.
    Optional<Checkpoint> target(long notAfter, TrainingState state) {
        settle();
        for (var step : store.steps().reversed()) {
            if (step > notAfter || !usable(step, state)) {
                continue;
            }
            try {
                return Optional.of(store.open(step));
            } catch (InputException e) {
                journal.note(state.step, REFUSED, "checkpoint " + step + " refused: " + e.getMessage(), null);
            }
        }
        return Optional.empty();
    }

    /// Deletes the checkpoints of steps that were given up.
    void dropAfter(long step) {
        store.dropAfter(step);
        pending.removeIf(later -> later > step);
    }

    @Override
    public void close() {
        writer.close();
    }
}
