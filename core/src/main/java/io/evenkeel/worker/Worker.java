package io.evenkeel.worker;

import io.evenkeel.tensor.Engine;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/// One worker: a thread that computes what it is given, and says what it is doing.
final class Worker {
    private final int rank;
    private final int threads;
    private final Thread thread;
    private final LinkedBlockingQueue<Runnable> work = new LinkedBlockingQueue<>();

    /// What it does now, for whoever asks why it does not go on.
    private volatile String call = "start";
    private final AtomicBoolean computing = new AtomicBoolean();
    /// Parts done.
    private final AtomicLong done = new AtomicLong();

    /// @param threads of one operation inside this worker
    Worker(int rank, int threads) {
        this.rank = rank;
        this.threads = threads;
        this.thread =
                Thread.ofPlatform().daemon().name("evenkeel-worker-" + rank).unstarted(this::serve);
    }

    void start() {
        thread.start();
    }

    int rank() {
        return rank;
    }

    String call() {
        return call;
    }

    long done() {
        return done.get();
    }

    /// Enters a call that may take its time.
    void enter(String name) {
        call = name;
    }

    void submit(Runnable part) {
        work.add(part);
    }

    /// Ends it once it gets there; a thread that hangs in native code never does, and is left behind.
    void stop() {
        thread.interrupt();
    }

    private void serve() {
        Engine.setThreads(threads);
        try {
            while (true) {
                call = "wait for work";
                work.take().run();
            }
        } catch (InterruptedException e) {
            // Asked to end.
        }
    }

    /// Another part is done, well or not.
    void count() {
        done.incrementAndGet();
    }

    void takesProcessor() {
        computing.set(true);
    }

    /// @return whether it had one; a worker that hangs gives it back by others' hands
    boolean leavesProcessor() {
        return computing.getAndSet(false);
    }

    /// Whether it computes, rather than waits for its turn.
    boolean computes() {
        return computing.get();
    }
}
