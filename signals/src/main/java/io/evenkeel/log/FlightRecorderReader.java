package io.evenkeel.log;

import io.evenkeel.InputException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Reads dumps of PyTorch's flight recorder as JSON: one rank a file, or several in one document, at any depth, by
/// rank.
///
///     {version, pg_config{name:{desc, ranks}}, pg_status{id:{last_enqueued_collective, ..started.., ..completed..}},
///      entries[{pg_id, process_group[name, desc], collective_seq_id, p2p_seq_id, profiling_name, state, ...}]}
final class FlightRecorderReader implements LogReader {
    private static final JsonMapper JSON = JsonMapper.builder(JsonRows.JSON).build();
    private static final int LARGEST = 256 << 20;
    private static final int DEEPEST = 10;

    private final LogInput in;
    private final RunStreams streams;
    private final int rankOfFile;

    FlightRecorderReader(LogInput in, RunStreams streams, String fileName) {
        this.in = in;
        this.streams = streams;
        this.rankOfFile = Ranks.last(fileName);
    }

    @Override
    public void read(boolean last) throws IOException {
        var bytes = in.readNBytes(LARGEST + 1);
        if (bytes.length > LARGEST) {
            throw new InputException(in.name() + " must be at most " + LARGEST + " bytes as a flight recorder's dump");
        }
        try {
            find(JSON.readTree(bytes), new ArrayList<>(), 0);
        } catch (JacksonException e) {
            throw new InputException(
                    in.name() + " is no whole JSON document: "
                            + String.valueOf(e.getOriginalMessage())
                                    .lines()
                                    .findFirst()
                                    .orElse(""),
                    e);
        }
    }

    private void find(JsonNode node, List<String> path, int depth) {
        if (node.path("entries").isArray() && (node.has("pg_config") || node.has("pg_status") || node.has("version"))) {
            dump(node, path);
        } else if (node.isObject() && depth < DEEPEST) {
            for (var child : node.properties()) {
                path.add(child.getKey());
                find(child.getValue(), path, depth + 1);
                path.removeLast();
            }
        } else if (node.isArray() && depth < DEEPEST) {
            for (var i = 0; i < node.size(); i++) {
                path.add(Integer.toString(i));
                find(node.get(i), path, depth + 1);
                path.removeLast();
            }
        }
    }

    /// The last name above a dump that is a number is its rank, the others name the job.
    private void dump(JsonNode dump, List<String> path) {
        var rank = dump.path("rank").asInt(-1);
        var job = new ArrayList<String>();
        for (var i = path.size() - 1; i >= 0; i--) {
            var name = path.get(i);
            if (rank < 0 && name.matches("(?:rank[_ ]?)?\\d{1,6}")) {
                rank = Integer.parseInt(name.replaceAll("\\D", ""));
            } else if (!name.equals("ranks")) {
                job.addFirst(name);
            }
        }
        rank = rank < 0 ? rankOfFile : rank;
        if (rank < 0) {
            streams.warning("a dump does not say its rank and was passed over: have rank_N in the file's name");
            return;
        }
        var listener = streams.run(String.join("/", job)).listener();
        var groups = groups(dump.path("pg_config"));
        var names = new HashMap<String, String>();
        for (var entry : dump.path("entries")) {
            var collective = collective(rank, entry, groups);
            names.put(entry.path("pg_id").asString(""), collective.group());
            listener.collective(collective);
        }
        for (var status : dump.path("pg_status").properties()) {
            var id = names.getOrDefault(status.getKey(), "id " + status.getKey());
            var group = groups.getOrDefault(id, Group.UNKNOWN);
            listener.progress(new CollectiveProgress(
                    rank,
                    id,
                    group.description(),
                    group.ranks(),
                    status.getValue().path("last_enqueued_collective").asLong(-1),
                    status.getValue().path("last_started_collective").asLong(-1),
                    status.getValue().path("last_completed_collective").asLong(-1)));
        }
    }

    private record Group(String description, List<Integer> ranks) {
        private static final Group UNKNOWN = new Group("", List.of());
    }

    private static Map<String, Group> groups(JsonNode config) {
        var groups = new HashMap<String, Group>();
        for (var group : config.properties()) {
            groups.put(
                    group.getKey(),
                    new Group(
                            group.getValue().path("desc").asString(""),
                            ranks(group.getValue().path("ranks"))));
        }
        return groups;
    }

    /// A list, or its text.
    private static List<Integer> ranks(JsonNode node) {
        var ranks = new ArrayList<Integer>();
        var text = node.isString() ? node.asString() : node.toString();
        for (var part : text.split("\\D+")) {
            if (!part.isEmpty() && part.length() < 8) {
                ranks.add(Integer.parseInt(part));
            }
        }
        return ranks;
    }

    private static Collective collective(int rank, JsonNode entry, Map<String, Group> groups) {
        var named = entry.path("process_group");
        var name = named.path(0).asString(entry.path("pg_id").asString(""));
        var group = groups.getOrDefault(name, Group.UNKNOWN);
        var pointToPoint = entry.path("is_p2p").asBoolean(false);
        return new Collective(
                rank,
                name,
                named.path(1).asString(group.description()),
                group.ranks(),
                entry.path(pointToPoint ? "p2p_seq_id" : "collective_seq_id").asLong(-1),
                entry.path("profiling_name").asString(""),
                pointToPoint,
                state(entry.path("state").asString("")),
                seconds(entry.path("time_created_ns")),
                seconds(entry.path("time_discovered_started_ns")),
                seconds(entry.path("time_discovered_completed_ns")),
                entry.path("timeout_ms").asDouble(Double.NaN) / 1e3);
    }

    private static Collective.State state(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "scheduled" -> Collective.State.SCHEDULED;
            case "started" -> Collective.State.STARTED;
            case "completed" -> Collective.State.COMPLETED;
            default -> Collective.State.UNKNOWN;
        };
    }

    private static double seconds(JsonNode nanos) {
        return nanos.isNumber() ? nanos.asDouble() / 1e9 : Double.NaN;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
