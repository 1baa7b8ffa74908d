package io.evenkeel.data;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Reads batches ahead on a thread of its own, at most so many, in order of position.
///
/// The thread starts with the first batch asked for and ends with [#close]. It opens no scope, so that the tensors it
/// makes belong to their batch. What fails there is thrown by [#next].
final class Prefetcher implements AutoCloseable {
    private final int depth;
    private final int stride;
    private final Reader reader;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Deque<Batch> ready = new ArrayDeque<>();
    private @Nullable Thread thread;
    private @Nullable Throwable failure;
    private long readyFrom;
    private long reading = -1;
    private boolean closed;

    /// Reads the batch that begins at a position.
    interface Reader {
        Batch read(long position);
    }

    /// @param depth  batches that wait at most
    /// @param stride positions between a batch and the next
    Prefetcher(int depth, int stride, Reader reader) {
        this.depth = depth;
        this.stride = stride;
        this.reader = reader;
    }

    /// The batch at `position`; waits for it. Any position but the one behind the last discards what was read
    /// ahead.
    ///
    /// @throws IllegalStateException when closed, or interrupted while waiting
    Batch next(long position) {
        lock.lock();
        try {
            if (closed) {
                throw new IllegalStateException("batches were asked for after their source was closed");
            }
            if (thread == null || position != readyFrom) {
                restart(position);
            }
            while (ready.isEmpty() && failure == null) {
                changed.await();
            }
            if (ready.isEmpty()) {
                throw failed();
            }
            readyFrom += stride;
            changed.signalAll();
            return ready.remove();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for a batch", e);
        } finally {
            lock.unlock();
        }
    }

    private RuntimeException failed() {
        return switch (failure) {
            case RuntimeException e -> e;
            case Error e -> throw e;
            case null, default -> throw new AssertionError("nothing is ready and nothing failed", failure);
        };
    }

    private void restart(long position) {
        discard();
        failure = null;
        readyFrom = position;
        reading = position;
        if (thread == null || !thread.isAlive()) {
            thread = Thread.ofPlatform().daemon().name("evenkeel-data").start(this::run);
        }
        changed.signalAll();
    }

    private void discard() {
        ready.forEach(Batch::close);
        ready.clear();
    }

    private void run() {
        lock.lock();
        try {
            while (!closed) {
                if (ready.size() >= depth || failure != null) {
                    changed.awaitUninterruptibly();
                    continue;
                }
                readOne();
            }
        } finally {
            lock.unlock();
        }
    }

    /// Reads outside the lock; the result counts only if nobody moved on meanwhile.
    private void readOne() {
        var position = reading;
        Batch batch = null;
        Throwable thrown = null;
        lock.unlock();
        try {
            batch = reader.read(position);
        } catch (RuntimeException | Error e) {
            thrown = e;
        } finally {
            lock.lock();
        }
        if (closed || position != reading) {
            if (batch != null) {
                batch.close();
            }
            return;
        }
        if (batch == null) {
            failure = thrown;
        } else {
            ready.add(batch);
            reading += stride;
        }
        changed.signalAll();
    }

    /// Ends the thread and frees what was read ahead. Closing twice does nothing.
    @Override
    public void close() {
        Thread ending;
        lock.lock();
        try {
            closed = true;
            discard();
            changed.signalAll();
            ending = thread;
        } finally {
            lock.unlock();
        }
        if (ending == null) {
            return;
        }
        var interrupted = false;
        while (ending.isAlive()) {
            try {
                ending.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
