package io.evenkeel.train;

import io.evenkeel.detect.Event;
import io.evenkeel.metric.Readings;
import io.evenkeel.run.RunEvent;
import io.evenkeel.run.RunWriter;
import io.evenkeel.run.Status;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What is written of a run and told to its listener: readings, events, decisions, notes.
final class Journal {
    private static final JsonMapper JSON = JsonMapper.shared();

    private final RunWriter writer;
    private final TrainListener listener;
    private final long totalSteps;

    Journal(RunWriter writer, TrainListener listener, long totalSteps) {
        this.writer = writer;
        this.listener = listener;
        this.totalSteps = totalSteps;
    }

    /// The readings of a step that was done.
    void record(Readings readings) {
        writer.record(readings);
        writer.status(Status.State.RUNNING, readings.step(), totalSteps, null);
        listener.step(readings, totalSteps);
    }

    void event(Event event) {
        writer.event(RunEvent.of(event, Instant.now()));
        listener.event(event);
    }

    /// Something done or noticed.
    void note(long step, String kind, String text, @Nullable JsonNode details) {
        writer.event(RunEvent.of(step, Instant.now(), kind, text, details == null ? JSON.createObjectNode() : details));
        listener.note(step, text);
    }

    /// What an evaluation after a step gave.
    void evaluated(Readings readings, Evaluation evaluation) {
        writer.record(readings);
        listener.evaluated(readings.step(), evaluation);
    }

    /// Opens the next incarnation: steps after `toStep` will be written again.
    void rewind(long toStep, String cause) {
        writer.rewind(toStep, cause);
    }

    /// Returns when everything so far is on disk.
    void sync() {
        writer.sync();
    }

    void end(Status.State end, long step, @Nullable String message) {
        writer.status(end, step, totalSteps, message);
    }
}
