package io.evenkeel.run;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// A daemon thread that does something at intervals and whenever it is asked to, a last time when it is closed.
final class Background {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition asked = lock.newCondition();
    private final Condition answered = lock.newCondition();
    private final long intervalNanos;
    private final Runnable work;
    private final Thread thread;
    private long requests;
    private long answers;
    private boolean closing;
    private boolean ended;

    Background(String name, long intervalMillis, Runnable work) {
        this.intervalNanos = TimeUnit.MILLISECONDS.toNanos(intervalMillis);
        this.work = work;
        this.thread = Thread.ofPlatform().daemon().name(name).unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    /// Asks for the work to be done soon, without waiting.
    void request() {
        lock.lock();
        try {
            requests++;
            asked.signal();
        } finally {
            lock.unlock();
        }
    }

    /// Waits until the work was done, from begin to end, after this call.
    void demand() {
        lock.lock();
        try {
            var mark = ++requests;
            asked.signal();
            while (answers < mark && !ended) {
                answered.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        try {
            while (true) {
                var mark = next();
                work.run();
                if (answer(mark)) {
                    return;
                }
            }
        } finally {
            lock.lock();
            try {
                ended = true;
                answered.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    private long next() {
        lock.lock();
        try {
            var rest = intervalNanos;
            while (requests == answers && !closing && rest > 0) {
                rest = asked.awaitNanos(rest);
            }
            return requests;
        } catch (InterruptedException e) {
            throw new AssertionError("nobody interrupts this thread", e);
        } finally {
            lock.unlock();
        }
    }

    /// @return whether that was the last time
    private boolean answer(long mark) {
        lock.lock();
        try {
            answers = mark;
            answered.signalAll();
            return closing && requests == answers;
        } finally {
            lock.unlock();
        }
    }

    /// Has the work done a last time and waits for it.
    void close() {
        lock.lock();
        try {
            closing = true;
            requests++;
            asked.signal();
            while (!ended) {
                answered.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
    }
}
