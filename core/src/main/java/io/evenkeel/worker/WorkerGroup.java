package io.evenkeel.worker;

import io.evenkeel.detect.Event;
import io.evenkeel.detect.Hang;
import io.evenkeel.metric.Readings;
import io.evenkeel.metric.SeriesNames;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Workers that share the parts of a step: part `i` is done by some worker, its result taken in the order of parts, so
/// that sums do not depend on who was faster.
///
/// A thread of its own looks at every worker each heartbeat. One that stands in a call while others have gone on is
/// named within two heartbeats, with its rank and the call, and left out from then on; its part is done by another. So
/// is one that fails, unless its part fails elsewhere too. With fewer workers the same parts are done in more rounds.
///
/// As many work at the same time as there are processors for them, so that the time of one does not depend on the
/// others.
///
/// @paper P02 heartbeats from a thread of their own, the hung rank by its last call, stragglers against the median
public final class WorkerGroup implements AutoCloseable {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private final Duration heartbeat;
    private final Hang hang;
    private final Consumer<Eviction> onEviction;
    private final boolean takeTurns;
    private final Semaphore processors;
    private final Thread monitor;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final List<Worker> alive = new ArrayList<>();
    private final TreeMap<Integer, Double> millis = new TreeMap<>();
    private @Nullable Round<?> round;
    private long activeNanos;
    private long roundStartNanos;
    private volatile boolean closed;

    /// A worker that is left out from a step on.
    ///
    /// @param step  at which it was
    /// @param rank  which
    /// @param call  what it was doing
    /// @param event what showed it; null when it failed
    /// @param error why it failed; null when it hangs
    public record Eviction(
            long step,
            int rank,
            String call,
            @Nullable Event event,
            @Nullable Throwable error) {}

    /// What a worker does of a step.
    @FunctionalInterface
    public interface Part<T> {
        /// @param index which part
        /// @param rank  the worker that does it, on its thread
        /// @param calls says which call is entered
        T run(int index, int rank, Consumer<String> calls) throws Exception;
    }

    /// @param workers    how many, >= 1
    /// @param threads    of one operation inside each
    /// @param heartbeat  how often they are looked at
    /// @param onEviction hears of workers that are left out, on the calling thread of [#run]
    public WorkerGroup(int workers, int threads, Duration heartbeat, Consumer<Eviction> onEviction) {
        this.heartbeat = heartbeat;
        this.onEviction = onEviction;
        var atATime = Math.max(1, Runtime.getRuntime().availableProcessors() / threads);
        this.processors = new Semaphore(atATime, true);
        this.takeTurns = workers > atATime && THREADS.isCurrentThreadCpuTimeSupported();
        var defaults = Hang.Config.defaults();
        // Seen at the second look at the latest.
        this.hang = new Hang(new Hang.Config(seconds(heartbeat) / 2, defaults.missed(), defaults.slowest()));
        for (var rank = 0; rank < workers; rank++) {
            alive.add(new Worker(rank, threads));
        }
        alive.forEach(Worker::start);
        this.monitor = Thread.ofPlatform().daemon().name("evenkeel-heartbeat").unstarted(this::watch);
        monitor.start();
    }

    private static double seconds(Duration duration) {
        return duration.toNanos() / 1e9;
    }

    /// One worker each for parts in a row.
    private static final class Round<T> {
        final long step;
        final Map<Integer, Worker> pending = new TreeMap<>();
        final Map<Integer, T> results = new TreeMap<>();
        final Map<Integer, Eviction> evicted = new TreeMap<>();

        Round(long step) {
            this.step = step;
        }
    }

    /// Does all parts of a step.
    ///
    /// @param parts  how many
    /// @param part   what each is
    /// @param result takes the result of each part, in order, on this thread, before its worker does another
    /// @throws IllegalStateException when a part fails on every worker that tries it, or no worker is left
    public <T> void run(long step, int parts, Part<T> part, Consumer<T> result) {
        Throwable last = null;
        for (var next = 0; next < parts; ) {
            var todo = begin(step, next, Math.min(parts, next + alive.size()), part);
            await(todo);
            // Results up to the first part that is missing; the rest is done again, in order.
            while (todo.results.containsKey(next)) {
                result.accept(todo.results.get(next));
                next++;
            }
            var failures = todo.evicted.values().stream()
                    .filter(eviction -> eviction.error() != null)
                    .toList();
            var before = last;
            last = failures.isEmpty() ? null : failures.getFirst().error();
            if (last != null && (before != null || todo.results.isEmpty())) {
                throw new IllegalStateException("a part of step " + step + " fails on every worker: " + last, last);
            }
            todo.evicted.values().forEach(onEviction);
            if (alive.isEmpty()) {
                throw new IllegalStateException("no worker is left at step " + step);
            }
        }
    }

    private <T> Round<T> begin(long step, int from, int to, Part<T> part) {
        var begun = new Round<T>(step);
        lock.lock();
        try {
            round = begun;
            roundStartNanos = System.nanoTime();
            for (var index = from; index < to; index++) {
                begun.pending.put(index, alive.get(index - from));
            }
            begun.pending.forEach((index, worker) -> worker.submit(() -> work(begun, index, worker, part)));
        } finally {
            lock.unlock();
        }
        return begun;
    }

    private <T> void work(Round<T> todo, int index, Worker worker, Part<T> part) {
        @Nullable T result = null;
        @Nullable Throwable error = null;
        var start = 0L;
        var end = 0L;
        worker.enter("wait for a processor");
        processors.acquireUninterruptibly();
        worker.takesProcessor();
        worker.enter("part " + index);
        try {
            start = nanos();
            result = part.run(index, worker.rank(), worker::enter);
        } catch (Throwable e) {
            error = e;
        } finally {
            end = nanos();
            worker.count();
            freeProcessor(worker);
        }
        lock.lock();
        try {
            if (todo.pending.remove(index, worker)) {
                if (error == null && result != null) {
                    todo.results.put(index, result);
                    millis.put(worker.rank(), (end - start) / 1e6);
                } else {
                    evict(todo, index, worker, null, error);
                }
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /// What this thread's time is measured by.
    private long nanos() {
        return takeTurns ? THREADS.getCurrentThreadCpuTime() : System.nanoTime();
    }

    private void freeProcessor(Worker worker) {
        if (worker.leavesProcessor()) {
            processors.release();
        }
    }

    private void await(Round<?> todo) {
        lock.lock();
        try {
            while (!todo.pending.isEmpty()) {
                changed.awaitUninterruptibly();
            }
            activeNanos += System.nanoTime() - roundStartNanos;
            round = null;
        } finally {
            lock.unlock();
        }
    }

    private void evict(Round<?> todo, int index, Worker worker, @Nullable Event event, @Nullable Throwable error) {
        alive.remove(worker);
        millis.remove(worker.rank());
        todo.evicted.put(index, new Eviction(todo.step, worker.rank(), worker.call(), event, error));
        worker.stop();
        freeProcessor(worker);
    }

    /// The heartbeat: looks at the workers while a round is going on.
    private void watch() {
        while (!closed) {
            try {
                TimeUnit.NANOSECONDS.sleep(heartbeat.toNanos() / 2);
            } catch (InterruptedException e) {
                return;
            }
            lock.lock();
            try {
                var now = round;
                if (now != null) {
                    look(now);
                }
            } finally {
                lock.unlock();
            }
        }
    }

    private void look(Round<?> now) {
        var active = (activeNanos + System.nanoTime() - roundStartNanos) / 1e9;
        var readings = new Readings(now.step, active);
        alive.forEach(worker -> readings.put(SeriesNames.WORKER_STEP + "/" + worker.rank(), worker.done()));
        var events = hang.observe(readings);
        for (var event : events) {
            now.pending.entrySet().stream()
                    .filter(entry ->
                            event.subject().equals("worker/" + entry.getValue().rank()))
                    .filter(entry ->
                            !event.tellsRecovery() && entry.getValue().computes() && now.pending.size() < alive.size())
                    .findFirst()
                    .ifPresent(entry -> {
                        var worker = entry.getValue();
                        now.pending.remove(entry.getKey());
                        evict(now, entry.getKey(), worker, event, null);
                        changed.signalAll();
                    });
        }
    }

    /// Workers that still take part.
    public int size() {
        lock.lock();
        try {
            return alive.size();
        } finally {
            lock.unlock();
        }
    }

    /// The time of the last part of each worker: of the clock when each has a processor of its own, of its
    /// processor when they take turns, because then the clock tells of the others too.
    public void addTo(Readings readings) {
        lock.lock();
        try {
            millis.forEach((rank, value) -> readings.put(SeriesNames.WORKER_STEP_MILLIS + "/" + rank, value));
        } finally {
            lock.unlock();
        }
    }

    /// Ends the workers that can be ended.
    @Override
    public void close() {
        closed = true;
        monitor.interrupt();
        alive.forEach(Worker::stop);
    }
}
