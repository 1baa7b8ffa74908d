package io.evenkeel.run;

import io.evenkeel.AppendFile;
import io.evenkeel.metric.MetricSink;
import io.evenkeel.metric.Readings;
import io.evenkeel.metric.SegmentWriter;
import io.evenkeel.metric.ZoomFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The files that a run's readings and events go to. One thread writes, another one syncs.
final class Store {
    private final Path metrics;
    private final long runHash;
    private final long segmentBytes;
    private final EventLog events;
    private final AppendFile.OnError onError;
    private final List<MetricSink> sinks = new ArrayList<>();
    /// Complete segments that are not synced yet; guarded by itself, together with [#segment].
    private final List<SegmentWriter> finished = new ArrayList<>();

    private @Nullable SegmentWriter segment;
    private volatile long lastStep;
    private volatile boolean eventsUnsynced;
    private Incarnation incarnation;
    private int nextNumber;

    private Store(
            Path metrics,
            long runHash,
            long segmentBytes,
            EventLog events,
            Incarnation incarnation,
            int nextNumber,
            AppendFile.OnError onError) {
        this.metrics = metrics;
        this.runHash = runHash;
        this.segmentBytes = segmentBytes;
        this.events = events;
        this.incarnation = incarnation;
        this.nextNumber = nextNumber;
        this.lastStep = incarnation.rewindTo();
        this.onError = onError;
    }

    /// Repairs what a killed writer left and begins a segment.
    ///
    /// @param onError what is done when something cannot be written
    static Store open(Path directory, long runHash, Incarnation start, long segmentBytes, AppendFile.OnError onError)
            throws IOException {
        var metrics = directory.resolve(RunDirectory.METRICS);
        Files.createDirectories(metrics);
        var next = SegmentWriter.recover(metrics);
        var events = EventLog.open(directory, onError);
        var store = new Store(metrics, runHash, segmentBytes, events, start, next, onError);
        try {
            store.beginSegment();
            RunFiles.syncDirectory(metrics);
            RunFiles.syncDirectory(directory);
            return store;
        } catch (IOException e) {
            store.close();
            throw e;
        }
    }

    /// The step of the last readings that were written.
    long lastStep() {
        return lastStep;
    }

    /// Writes an entry; true when it should be synced at once.
    boolean write(Ring.Entry entry) throws IOException {
        switch (entry) {
            case Ring.Entry.Measured measured -> measured(measured);
            case Ring.Entry.Noted noted -> note(noted.event());
            case Ring.Entry.Started started -> {
                incarnation = started.incarnation();
                lastStep = incarnation.rewindTo();
                nextSegment();
                toSinks(this::announce);
            }
            case Ring.Entry.Attached attached -> {
                sinks.add(attached.sink());
                toSink(attached.sink(), this::announce);
            }
        }
        return entry instanceof Ring.Entry.Noted || entry instanceof Ring.Entry.Started;
    }

    private void measured(Ring.Entry.Measured measured) throws IOException {
        var current = current();
        current.add(measured.step(), measured.wallSeconds(), measured.names(), measured.values());
        lastStep = measured.step();
        if (current.bytes() >= segmentBytes) {
            nextSegment();
        }
        if (!sinks.isEmpty()) {
            var readings = new Readings(measured.step(), measured.wallSeconds());
            for (var i = 0; i < measured.names().length; i++) {
                readings.put(measured.names()[i], measured.values()[i]);
            }
            toSinks(sink -> sink.readings(readings));
        }
    }

    private SegmentWriter current() {
        synchronized (finished) {
            if (segment == null) {
                throw new AssertionError("no segment is open");
            }
            return segment;
        }
    }

    private void note(RunEvent event) throws IOException {
        synchronized (finished) {
            // An event is never in the files before the readings it is about.
            if (segment != null) {
                segment.flush();
            }
        }
        events.append(event);
        eventsUnsynced = true;
    }

    private void announce(MetricSink sink) throws IOException {
        sink.started(incarnation.number(), incarnation.rewindTo(), incarnation.cause());
    }

    private void beginSegment() throws IOException {
        var next = SegmentWriter.create(
                metrics,
                nextNumber++,
                runHash,
                incarnation.number(),
                incarnation.rewindTo(),
                incarnation.cause(),
                onError);
        synchronized (finished) {
            segment = next;
        }
    }

    private void nextSegment() throws IOException {
        finish();
        beginSegment();
    }

    void flush() throws IOException {
        current().flush();
        toSinks(MetricSink::flush);
    }

    /// Completes the current segment.
    void finish() throws IOException {
        var current = current();
        current.finish();
        synchronized (finished) {
            segment = null;
            finished.add(current);
        }
    }

    private interface SinkCall {
        void on(MetricSink sink) throws IOException;
    }

    private void toSinks(SinkCall call) throws IOException {
        for (var sink : List.copyOf(sinks)) {
            toSink(sink, call);
        }
    }

    /// A sink that fails is dropped with an event: it is an extra, the run goes on.
    private void toSink(MetricSink sink, SinkCall call) throws IOException {
        try {
            call.on(sink);
        } catch (IOException e) {
            sinks.remove(sink);
            closeQuietly(sink);
            var name = sink.getClass().getSimpleName();
            var text = "output to " + name + " stopped: " + RunFiles.reason(e);
            note(RunEvent.of(lastStep, Instant.now(), "alert", text));
        }
    }

    private static void closeQuietly(MetricSink sink) {
        try {
            sink.close();
        } catch (IOException e) {
            // Its first error is the one told.
        }
    }

    /// Ends the output to the sinks.
    void closeSinks() throws IOException {
        toSinks(MetricSink::close);
        sinks.clear();
    }

    /// Forces what was written to the disk. For one thread at a time, which need not be the writing one.
    void sync() throws IOException {
        if (eventsUnsynced) {
            eventsUnsynced = false;
            events.force();
        }
        SegmentWriter current;
        List<SegmentWriter> complete;
        synchronized (finished) {
            current = segment;
            complete = List.copyOf(finished);
            finished.clear();
        }
        if (current != null) {
            current.force();
        }
        for (var next : complete) {
            next.force();
            next.close();
        }
        if (!complete.isEmpty()) {
            RunFiles.syncDirectory(metrics);
        }
        for (var next : complete) {
            summarise(next.file());
        }
    }

    /// Builds the summary of a segment. One that cannot be written is built when the run is next opened for
    /// writing.
    private static void summarise(Path segment) {
        try {
            ZoomFile.build(segment);
        } catch (IOException e) {
            // Readers do without: they read the segment.
        }
    }

    void close() throws IOException {
        synchronized (finished) {
            if (segment != null) {
                segment.close();
            }
            for (var next : finished) {
                next.close();
            }
        }
        events.close();
    }
}
