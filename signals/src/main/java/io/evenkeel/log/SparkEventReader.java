package io.evenkeel.log;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Reads the tasks of a Spark event log, one JSON event a line. A task that began and has no end is running.
final class SparkEventReader implements LogReader {
    private static final JsonMapper JSON = JsonMapper.builder(JsonRows.JSON).build();
    private static final int MOST_RUNNING = 1_000_000;
    private static final int PREFIX = 60;

    private final LogInput in;
    private final RunStreams streams;
    private final Lines lines;
    private final Map<String, WorkerTask> running = new LinkedHashMap<>();

    SparkEventReader(LogInput in, RunStreams streams) {
        this.in = in;
        this.streams = streams;
        // Events with the plan of a query are long, and none of a task.
        this.lines = new Lines(in, streams.limits().lineBytes(), false, () -> {});
    }

    @Override
    public void read(boolean last) throws IOException {
        while (lines.next(last)) {
            var start = new String(
                    lines.bytes(), lines.from(), Math.min(PREFIX, lines.to() - lines.from()), StandardCharsets.UTF_8);
            if (start.contains("SparkListenerTask") || start.contains("SparkListenerApplicationStart")) {
                event();
            }
        }
        var run = streams.run();
        running.values().forEach(task -> run.listener().task(task));
        running.clear();
    }

    private void event() {
        try {
            var event = JSON.readTree(lines.text());
            switch (event.path("Event").asString("")) {
                case "SparkListenerTaskStart" -> {
                    if (running.size() < MOST_RUNNING) {
                        running.put(key(event), task(event));
                    }
                }
                case "SparkListenerTaskEnd" -> {
                    running.remove(key(event));
                    streams.run().listener().task(task(event));
                }
                case "SparkListenerApplicationStart" ->
                    streams.note("application " + event.path("App Name").asString(""));
                default -> {}
            }
        } catch (JacksonException e) {
            streams.warning("line " + lines.number() + " is no event and was passed over");
        }
    }

    private static String key(JsonNode event) {
        var info = event.path("Task Info");
        return event.path("Stage ID").asLong(-1) + "/" + info.path("Task ID").asLong(-1);
    }

    private static WorkerTask task(JsonNode event) {
        var info = event.path("Task Info");
        var end = info.path("Finish Time").asLong(0);
        var state = info.path("Failed").asBoolean(false)
                ? WorkerTask.State.FAILED
                : info.path("Killed").asBoolean(false)
                        ? WorkerTask.State.KILLED
                        : end == 0 ? WorkerTask.State.RUNNING : WorkerTask.State.FINISHED;
        return new WorkerTask(
                "executor " + info.path("Executor ID").asString("?") + " on "
                        + info.path("Host").asString("?"),
                "stage " + event.path("Stage ID").asLong(-1) + "."
                        + event.path("Stage Attempt ID").asLong(0),
                event.path("Task Type").asString("task"),
                info.path("Index").asLong(-1),
                info.path("Launch Time").asLong(0) / 1e3,
                end == 0 ? Double.NaN : end / 1e3,
                state,
                info.path("Speculative").asBoolean(false));
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
