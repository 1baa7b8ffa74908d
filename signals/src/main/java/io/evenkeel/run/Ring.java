package io.evenkeel.run;

import io.evenkeel.metric.MetricSink;
import io.evenkeel.metric.Readings;
import io.evenkeel.metric.SeriesNames;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// What the training thread has given and the writing thread has not written yet, in order. Giving never waits for the
/// disk: when too many values wait, only the essential series of further readings are taken
/// ([SeriesNames#ESSENTIAL]).
final class Ring {
    private static final long STUCK_CHECK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition given = lock.newCondition();
    private final Condition done = lock.newCondition();
    private final int capacityValues;
    private final int capacityEntries;
    private ArrayDeque<Entry> waiting = new ArrayDeque<>();
    private boolean asleep;
    private boolean closed;
    private boolean aborted;
    private long waitingValues;
    private long dropped;
    private long droppedTold;
    private long givenCount;
    private long doneCount;

    /// @param capacityValues  readings that may wait before only essential ones are taken
    /// @param capacityEntries entries that may wait before [#giveReadings] refuses
    Ring(int capacityValues, int capacityEntries) {
        this.capacityValues = capacityValues;
        this.capacityEntries = capacityEntries;
    }

    /// Something to write.
    sealed interface Entry {
        /// Readings of a step; `names` and `values` belong together.
        record Measured(long step, double wallSeconds, String[] names, double[] values) implements Entry {}

        record Noted(RunEvent event) implements Entry {}

        record Started(Incarnation incarnation) implements Entry {}

        record Attached(MetricSink sink) implements Entry {}
    }

    /// Takes readings, at least the essential ones.
    ///
    /// @return false when even those find no room
    boolean giveReadings(Readings readings) {
        var size = readings.size();
        lock.lock();
        try {
            if (waiting.size() >= capacityEntries) {
                return false;
            }
            var all = waitingValues + size <= capacityValues;
            var taken = all ? size : essentials(readings);
            dropped += size - taken;
            var told = dropped > droppedTold;
            var names = new String[taken + (told ? 1 : 0)];
            var values = new double[names.length];
            var at = new int[1];
            readings.forEach((name, value) -> {
                if (all || SeriesNames.ESSENTIAL.contains(name)) {
                    names[at[0]] = name;
                    values[at[0]++] = value;
                }
            });
            if (told) {
                names[taken] = SeriesNames.STORE_DROPPED;
                values[taken] = dropped;
                droppedTold = dropped;
            }
            waitingValues += names.length;
            add(new Entry.Measured(readings.step(), readings.wallSeconds(), names, values));
            return true;
        } finally {
            lock.unlock();
        }
    }

    private static int essentials(Readings readings) {
        var count = new int[1];
        readings.forEach((name, _) -> count[0] += SeriesNames.ESSENTIAL.contains(name) ? 1 : 0);
        return count[0];
    }

    void give(Entry entry) {
        lock.lock();
        try {
            add(entry);
        } finally {
            lock.unlock();
        }
    }

    private void add(Entry entry) {
        waiting.add(entry);
        givenCount++;
        if (asleep) {
            given.signal();
        }
    }

    /// Waits for entries and takes all there are; null when the ring was closed and is empty.
    @Nullable
    List<Entry> take() {
        lock.lock();
        try {
            while (waiting.isEmpty() && !closed) {
                asleep = true;
                given.awaitUninterruptibly();
                asleep = false;
            }
            if (waiting.isEmpty()) {
                return null;
            }
            var taken = List.copyOf(waiting);
            waiting = new ArrayDeque<>();
            return taken;
        } finally {
            lock.unlock();
        }
    }

    /// The entries taken last are in the files.
    void written(List<Entry> entries) {
        lock.lock();
        try {
            for (var entry : entries) {
                if (entry instanceof Entry.Measured measured) {
                    waitingValues -= measured.names().length;
                }
            }
            doneCount += entries.size();
            done.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// Waits until everything given so far is in the files, or writing was given up.
    ///
    /// @param stuck whether there is no use in waiting at the moment
    void awaitWritten(BooleanSupplier stuck) {
        var interrupted = false;
        lock.lock();
        try {
            var mark = givenCount;
            while (doneCount < mark && !aborted) {
                if (stuck.getAsBoolean()) {
                    return;
                }
                try {
                    done.awaitNanos(STUCK_CHECK_NANOS);
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            lock.unlock();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /// Nothing more comes.
    void close() {
        lock.lock();
        try {
            closed = true;
            given.signal();
        } finally {
            lock.unlock();
        }
    }

    /// Nothing more will be written.
    void abort() {
        lock.lock();
        try {
            aborted = true;
            done.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
