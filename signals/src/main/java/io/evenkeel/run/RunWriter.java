package io.evenkeel.run;

import io.evenkeel.metric.MetricSink;
import io.evenkeel.metric.Readings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// Writes a live run. The training thread only hands over; other threads write.
///
/// - the writing thread appends readings and events, one `write` a step when it keeps up: what it wrote survives the
///   death of the process;
/// - the syncing thread forces that to the disk every two seconds, and at once for events and [#sync];
/// - the status thread replaces `status.json` every two seconds.
///
/// When the disk is slower than the training, readings of sampled probes are dropped, counted in `store/dropped`; those
/// of [io.evenkeel.metric.SeriesNames#ESSENTIAL] and events never are. A piece that cannot be written, because no space
/// is left for instance, is written again until it can be: the training goes on meanwhile, and an event tells of it.
/// Any other error of a thread, and one that lasts until the end, is thrown by the next call of any method as an
/// [UncheckedIOException] with one clear line. Methods may be called by any thread, readings by one at a time.
public final class RunWriter implements AutoCloseable {
    private final Path directory;
    private final RunLock lock;
    private final Options options;
    private final Ring ring;
    private final Store store;
    private final Thread writing;
    private final Background syncing;
    private final Background status;
    private final AtomicReference<@Nullable IOException> failure = new AtomicReference<>();

    /// Why writing has to wait at the moment.
    private final AtomicReference<@Nullable IOException> obstacle = new AtomicReference<>();

    /// Why the last status could not be written.
    private final AtomicReference<@Nullable IOException> statusFailure = new AtomicReference<>();

    private volatile Report report;
    private volatile Incarnation incarnation;
    private long lastStep;
    private volatile boolean failureTold;
    private volatile boolean closed;
    private volatile long closedNanos;

    /// How the writer works; tests change it.
    ///
    /// @param capacityValues  readings that may wait before only essential ones are taken
    /// @param capacityEntries steps that may wait before recording fails
    /// @param intervalMillis  between heartbeats and between syncs
    /// @param patienceNanos   how long after the end is tried to write what waits
    /// @param segmentBytes    after which a new segment begins
    /// @param beforeWrite     runs on the writing thread before each batch
    record Options(
            int capacityValues,
            int capacityEntries,
            long intervalMillis,
            long patienceNanos,
            long segmentBytes,
            Runnable beforeWrite) {
        static final Options DEFAULT =
                new Options(1 << 18, 200_000, 2_000, TimeUnit.SECONDS.toNanos(10), 64L << 20, () -> {});
    }

    private record Report(
            Status.State state,
            long step,
            long totalSteps,
            @Nullable String message) {}

    private RunWriter(Path directory, RunLock lock, long runHash, Incarnation start, Options options)
            throws IOException {
        this.directory = directory;
        this.lock = lock;
        this.store = Store.open(directory, runHash, start, options.segmentBytes(), this::waitOut);
        this.options = options;
        this.incarnation = start;
        this.lastStep = start.rewindTo();
        this.report = new Report(Status.State.RUNNING, start.rewindTo(), 0, null);
        this.ring = new Ring(options.capacityValues(), options.capacityEntries());
        this.writing = Thread.ofPlatform().daemon().name("evenkeel-run-writer").unstarted(this::write);
        this.syncing = new Background("evenkeel-run-sync", options.intervalMillis(), () -> guarded(store::sync));
        this.status = new Background("evenkeel-run-status", options.intervalMillis(), this::tryBeat);
    }

    /// Opens a run for writing; the lock becomes the writer's own.
    static RunWriter open(Path directory, RunLock lock, long runHash, Incarnation start, Options options)
            throws IOException {
        var writer = new RunWriter(directory, lock, runHash, start, options);
        try {
            writer.beat();
        } catch (IOException e) {
            writer.store.close();
            throw e;
        }
        writer.writing.start();
        writer.syncing.start();
        writer.status.start();
        return writer;
    }

    /// Stores the readings of a step. Returns at once; the readings may be changed afterwards.
    ///
    /// @throws IllegalArgumentException when the step is before one recorded in this incarnation
    /// @throws UncheckedIOException     when the store failed, or when the disk has not kept up for very long
    public void record(Readings readings) {
        check();
        if (readings.step() < lastStep) {
            throw new IllegalArgumentException(
                    "step must be >= " + lastStep + ", the last one recorded, but was " + readings.step());
        }
        if (!ring.giveReadings(readings)) {
            throw unchecked(
                    new IOException("the disk is stuck, " + options.capacityEntries() + " steps wait to be written"));
        }
        lastStep = readings.step();
    }

    /// Stores an event; it is on the disk soon.
    public void event(RunEvent event) {
        check();
        ring.give(new Ring.Entry.Noted(event));
    }

    /// Says how the run is doing. A change of the state is in the file at once, the rest with the next heartbeat.
    /// It
    /// counts also when this throws the error of a thread.
    ///
    /// @param totalSteps planned steps, 0 when not known
    public void status(Status.State state, long step, long totalSteps, @Nullable String message) {
        var before = report;
        report = new Report(state, step, totalSteps, message);
        if (before.state() != state) {
            status.request();
        }
        check();
    }

    /// Returns when everything given so far is on the disk.
    ///
    /// @throws UncheckedIOException when it cannot be written now; it will be when it can
    public void sync() {
        check();
        var inTheWay = new AtomicReference<@Nullable IOException>();
        ring.awaitWritten(() -> {
            inTheWay.set(obstacle.get());
            return inTheWay.get() != null;
        });
        var now = inTheWay.get();
        if (now != null) {
            throw unchecked(now);
        }
        syncing.demand();
        check();
    }

    /// Opens the next incarnation: the run goes on from `toStep`, and what was recorded after it is superseded.
    ///
    /// @param cause why, such as `rollback`
    public Incarnation rewind(long toStep, String cause) {
        check();
        var next = new Incarnation(incarnation.number() + 1, toStep, cause);
        incarnation = next;
        lastStep = toStep;
        report = new Report(report.state(), toStep, report.totalSteps(), report.message());
        ring.give(new Ring.Entry.Started(next));
        return next;
    }

    /// The incarnation that is being written.
    public Incarnation incarnation() {
        return incarnation;
    }

    /// Sends all readings from now on to `sink` too, which is closed with this.
    public void forwardTo(MetricSink sink) {
        check();
        ring.give(new Ring.Entry.Attached(sink));
    }

    /// Writes what waits and the last status, and frees the lock. A run that still says it is running has failed if
    /// the
    /// store did, else it has been stopped.
    ///
    /// @throws UncheckedIOException when the store failed and no call has said so yet
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closedNanos = System.nanoTime();
        closed = true;
        ring.close();
        joinWriting();
        syncing.close();
        report = last();
        status.close();
        guarded(this::throwStatusFailure);
        guarded(store::close);
        guarded(lock::close);
        if (!failureTold) {
            throwFailure();
        }
    }

    /// What the run says of itself at the end.
    private Report last() {
        var now = report;
        if (now.state() != Status.State.RUNNING) {
            return now;
        }
        var failed = failure.get();
        var step = Math.max(now.step(), lastStep);
        return failed == null
                ? new Report(Status.State.STOPPED, step, now.totalSteps(), now.message())
                : new Report(
                        Status.State.FAILED,
                        step,
                        now.totalSteps(),
                        unchecked(failed).getMessage());
    }

    private void joinWriting() {
        var interrupted = false;
        while (true) {
            try {
                writing.join();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /// The loop of the writing thread.
    private void write() {
        try {
            for (var batch = ring.take(); batch != null; batch = ring.take()) {
                options.beforeWrite().run();
                for (var entry : batch) {
                    if (store.write(entry)) {
                        syncing.request();
                    }
                }
                store.flush();
                ring.written(batch);
                overcome();
            }
            store.finish();
        } catch (IOException e) {
            fail(e);
        } catch (RuntimeException | Error e) {
            fail(new IOException(e.toString(), e));
        } finally {
            ring.abort();
            guarded(store::closeSinks);
        }
    }

    /// Waits before something is written again; gives up some time after [#close].
    private void waitOut(IOException e) throws IOException {
        if (closed && System.nanoTime() - closedNanos > options.patienceNanos()) {
            throw e;
        }
        obstacle.set(e);
        try {
            Thread.sleep(Math.max(1, options.intervalMillis() / 4));
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw e;
        }
    }

    /// Tells that writing had to wait and goes on.
    private void overcome() throws IOException {
        var was = obstacle.getAndSet(null);
        if (was != null) {
            var text = "metrics had to wait for the disk: " + RunFiles.reason(was);
            store.write(new Ring.Entry.Noted(RunEvent.of(store.lastStep(), Instant.now(), "alert", text)));
        }
    }

    private void tryBeat() {
        try {
            beat();
            statusFailure.set(null);
        } catch (IOException e) {
            // The next one may succeed; what counts is the last.
            statusFailure.set(e);
        }
    }

    private void throwStatusFailure() throws IOException {
        var failed = statusFailure.get();
        if (failed != null) {
            throw failed;
        }
    }

    private void beat() throws IOException {
        var now = report;
        var step = now.state() == Status.State.RUNNING ? Math.max(now.step(), store.lastStep()) : now.step();
        new Status(
                        now.state(),
                        step,
                        now.totalSteps(),
                        Instant.now(),
                        ProcessHandle.current().pid(),
                        Machine.host(),
                        Machine.bootId(),
                        incarnation.number(),
                        now.message())
                .write(directory);
    }

    private interface Writing {
        void run() throws IOException;
    }

    private void guarded(Writing work) {
        try {
            work.run();
        } catch (IOException e) {
            fail(e);
        } catch (RuntimeException | Error e) {
            fail(new IOException(e.toString(), e));
        }
    }

    private void fail(IOException e) {
        failure.compareAndSet(null, e);
    }

    private void check() {
        if (closed) {
            throw new IllegalStateException("the writer of run " + directory + " is closed");
        }
        throwFailure();
    }

    private void throwFailure() {
        var failed = failure.get();
        if (failed != null) {
            failureTold = true;
            throw unchecked(failed);
        }
    }

    private UncheckedIOException unchecked(IOException e) {
        return new UncheckedIOException("cannot write run " + directory + ": " + RunFiles.reason(e), e);
    }
}
