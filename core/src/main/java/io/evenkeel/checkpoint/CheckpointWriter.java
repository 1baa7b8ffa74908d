package io.evenkeel.checkpoint;

import io.evenkeel.tensor.Scope;
import io.evenkeel.tensor.Tensor;
import io.evenkeel.tensor.Tensors;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/// Takes checkpoints off the training thread: the state is copied there (a memory copy), a thread of its own
/// hashes, writes, syncs and publishes it.
///
/// At most one write is in flight: [#submit] waits for the one before. An error of the thread is thrown by the next
/// call
/// of any method.
public final class CheckpointWriter implements AutoCloseable {
    private static final long ALIGNMENT_BYTES = 64;

    private final CheckpointStore store;
    private final CheckpointStore.Retention retention;
    private final ExecutorService thread;
    private @Nullable Staging staging;
    private @Nullable Future<?> inFlight;

    /// Memory of the writer that holds the copies, reused by every checkpoint of the same shapes.
    private record Staging(
            Arena arena, Map<String, Safetensors.Source> model, Map<String, Safetensors.Source> optimizer) {}

    /// @throws IOException when leftovers of an interrupted write cannot be removed
    public CheckpointWriter(CheckpointStore store, CheckpointStore.Retention retention) throws IOException {
        this.store = store;
        this.retention = retention;
        store.sweep();
        this.thread = Executors.newSingleThreadExecutor(task -> {
            var writer = new Thread(task, "evenkeel-checkpoint");
            writer.setDaemon(true);
            return writer;
        });
    }

    /// Allocates the memory that snapshots are copied into, so that the first is as short as the others.
    public void reserve(Map<String, Tensor> model, Map<String, Tensor> optimizer) {
        staging(model, optimizer);
    }

    /// Copies the state and queues its writing.
    ///
    /// @param beforeVisible runs on the writing thread before the checkpoint becomes visible: what it refers
    ///                      to (the metrics of its steps) must be in the files by then
    /// @throws UncheckedIOException when the write before failed
    public void submit(CheckpointContent content, Runnable beforeVisible) {
        awaitIdle();
        var staged = staging(content.model(), content.optimizer());
        try (var _ = Scope.open()) {
            copy(content.model(), staged.model());
            copy(content.optimizer(), staged.optimizer());
        }
        var state = JsonMapper.shared().writeValueAsBytes(content.state());
        inFlight = thread.submit(() -> {
            store.write(content.step(), staged.model(), staged.optimizer(), state, content.health(), beforeVisible);
            store.retain(retention);
            return null;
        });
    }

    private static void copy(Map<String, Tensor> tensors, Map<String, Safetensors.Source> staged) {
        staged.forEach((name, source) -> {
            var tensor = tensors.get(name);
            if (tensor != null) {
                Tensors.over(source.bytes(), source.dtype(), source.shape()).copy_(tensor.detach());
            }
        });
    }

    private Staging staging(Map<String, Tensor> model, Map<String, Tensor> optimizer) {
        var staged = staging;
        if (staged != null && fits(staged.model(), model) && fits(staged.optimizer(), optimizer)) {
            return staged;
        }
        if (staged != null) {
            staged.arena().close();
        }
        var arena = Arena.ofShared();
        staged = new Staging(arena, allocate(arena, model), allocate(arena, optimizer));
        staging = staged;
        return staged;
    }

    private static boolean fits(Map<String, Safetensors.Source> staged, Map<String, Tensor> tensors) {
        return staged.keySet().equals(tensors.keySet())
                && tensors.entrySet().stream().allMatch(entry -> {
                    var source = staged.get(entry.getKey());
                    return source != null
                            && source.dtype() == entry.getValue().dtype()
                            && java.util.Arrays.equals(
                                    source.shape(), entry.getValue().shape());
                });
    }

    private static Map<String, Safetensors.Source> allocate(Arena arena, Map<String, Tensor> tensors) {
        var sources = new LinkedHashMap<String, Safetensors.Source>();
        tensors.forEach((name, tensor) -> {
            MemorySegment memory = arena.allocate(tensor.nbytes(), ALIGNMENT_BYTES);
            sources.put(name, new Safetensors.Source(tensor.dtype(), tensor.shape(), memory));
        });
        return sources;
    }

    /// Whether a write is under way.
    public boolean busy() {
        return inFlight != null && !inFlight.isDone();
    }

    /// Throws the error of a finished write, without waiting for one under way.
    public void check() {
        if (!busy()) {
            awaitIdle();
        }
    }

    /// Waits until nothing is in flight.
    ///
    /// @throws UncheckedIOException when the last write failed
    public void awaitIdle() {
        var pending = inFlight;
        if (pending == null) {
            return;
        }
        inFlight = null;
        try {
            pending.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while a checkpoint was written", e);
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case IOException io ->
                    throw new UncheckedIOException("cannot write checkpoint: " + io.getMessage(), io);
                case RuntimeException runtime -> throw runtime;
                case Error error -> throw error;
                case null, default -> throw new IllegalStateException("cannot write checkpoint", e);
            }
        }
    }

    /// Waits for the write under way and frees the memory.
    @Override
    public void close() {
        try {
            awaitIdle();
        } finally {
            thread.shutdown();
            if (staging != null) {
                staging.arena().close();
            }
        }
    }
}
