package io.evenkeel.log;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;

/// Reads the spans of a Chrome trace (complete events, and pairs of begin and end) event by event, so that its size
/// does
/// not matter. Of a PyTorch profiler's (Kineto) only what ranks are compared by: steps, annotations and communication.
final class TraceReader implements LogReader {
    private static final Set<String> KINETO_DETAIL =
            Set.of("cpu_op", "python_function", "cuda_runtime", "cuda_driver", "ac2g", "fwdbwd", "cpu_instant_event");
    private static final int DEEPEST_STACK = 1_000;
    private static final int MOST_THREADS = 100_000;

    private final LogInput in;
    private final RunStreams streams;
    private final JsonRows json = new JsonRows();
    private int rank;
    private boolean kineto;
    private final Map<String, String> processNames = new HashMap<>();
    private final Map<String, ArrayDeque<Event>> open = new HashMap<>();

    TraceReader(LogInput in, RunStreams streams, String fileName) {
        this.in = in;
        this.streams = streams;
        this.rank = Ranks.named(fileName);
    }

    private static final class Event {
        private String name = "";
        private String phase = "";
        private String category = "";
        private String process = "";
        private String thread = "";
        private String label = "";
        private double start = Double.NaN;
        private double duration = Double.NaN;

        private String place() {
            return process + "/" + thread;
        }
    }

    @Override
    public void read(boolean last) throws IOException {
        try (var parser = JsonRows.JSON.createParser(ObjectReadContext.empty(), in)) {
            if (parser.nextToken() == JsonToken.START_ARRAY) {
                events(parser);
            } else {
                document(parser);
            }
        } catch (JacksonException e) {
            streams.warning("the trace is cut off or damaged and was read up to there ("
                    + String.valueOf(e.getOriginalMessage()).lines().findFirst().orElse("") + ")");
        }
        open.values().forEach(stack -> stack.forEach(event -> emit(event, Double.NaN, WorkerTask.State.RUNNING)));
        open.clear();
    }

    private void document(JsonParser parser) throws IOException {
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            var name = parser.currentName();
            var token = parser.nextToken();
            switch (name) {
                case "traceEvents" -> {
                    if (token == JsonToken.START_ARRAY) {
                        events(parser);
                    }
                }
                case "distributedInfo" -> {
                    var info = token == JsonToken.START_OBJECT ? json.object(parser) : new Row();
                    rank = info.numbers.getOrDefault("rank", (double) rank).intValue();
                    kineto = true;
                }
                case "schemaVersion", "deviceProperties" -> {
                    kineto = true;
                    parser.skipChildren();
                }
                default -> parser.skipChildren();
            }
        }
    }

    private void events(JsonParser parser) throws IOException {
        for (var token = parser.nextToken();
                token != null && token != JsonToken.END_ARRAY;
                token = parser.nextToken()) {
            if (token == JsonToken.START_OBJECT) {
                event(parser);
            } else {
                parser.skipChildren();
            }
        }
    }

    private void event(JsonParser parser) throws IOException {
        var event = new Event();
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            var name = parser.currentName();
            var token = parser.nextToken();
            if (token == JsonToken.START_OBJECT && name.equals("args")) {
                // Only names of processes are told there; other arguments may be long.
                args(parser, event);
            } else if (token == JsonToken.START_OBJECT || token == JsonToken.START_ARRAY) {
                parser.skipChildren();
            } else {
                field(name, parser, event);
            }
        }
        take(event);
    }

    private static void args(JsonParser parser, Event event) throws IOException {
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            var name = parser.currentName();
            if (parser.nextToken() == JsonToken.VALUE_STRING && name.equals("name")) {
                event.label = parser.getString();
            } else {
                parser.skipChildren();
            }
        }
    }

    private void field(String name, JsonParser parser, Event event) throws IOException {
        switch (name) {
            case "name" -> event.name = parser.getString();
            case "ph" -> event.phase = parser.getString();
            case "cat" -> event.category = parser.getString();
            case "pid" -> event.process = parser.getString();
            case "tid" -> event.thread = parser.getString();
            case "ts" -> event.start = json.number(parser) / 1e6;
            case "dur" -> event.duration = json.number(parser) / 1e6;
            default -> {}
        }
    }

    private void take(Event event) {
        switch (event.phase) {
            case "X" -> emit(event, event.start + event.duration, WorkerTask.State.FINISHED);
            case "B" -> {
                if (open.size() < MOST_THREADS) {
                    var stack = open.computeIfAbsent(event.place(), _ -> new ArrayDeque<>());
                    if (stack.size() < DEEPEST_STACK) {
                        stack.push(event);
                    }
                }
            }
            case "E" -> {
                var stack = open.get(event.place());
                var begun = stack == null ? null : stack.poll();
                if (begun != null) {
                    emit(begun, event.start, WorkerTask.State.FINISHED);
                }
            }
            case "M" -> {
                if (event.name.equals("process_name") && processNames.size() < MOST_THREADS) {
                    processNames.put(event.process, event.label);
                }
            }
            default -> {}
        }
    }

    private void emit(Event event, double end, WorkerTask.State state) {
        var step = event.name.startsWith("ProfilerStep#");
        kineto |= step;
        if (Double.isNaN(event.start) || (kineto && !isCompared(event))) {
            return;
        }
        var index = step ? index(event.name) : null;
        streams.run()
                .listener()
                .task(new WorkerTask(
                        rank >= 0 ? "rank " + rank : worker(event),
                        step ? "step" : event.category,
                        event.name,
                        index == null ? -1 : index,
                        event.start,
                        end,
                        state,
                        false));
    }

    private String worker(Event event) {
        var name = processNames.getOrDefault(event.process, "");
        return (name.isEmpty() ? "process " + event.process : name) + " thread " + event.thread;
    }

    private static boolean isCompared(Event event) {
        var name = event.name.toLowerCase(Locale.ROOT);
        return !KINETO_DETAIL.contains(event.category)
                && (!event.category.equals("kernel") || name.contains("nccl") || name.contains("rccl"));
    }

    private static @Nullable Long index(String name) {
        var digits = name.substring(name.indexOf('#') + 1);
        return digits.matches("\\d{1,18}") ? Long.valueOf(digits) : null;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
