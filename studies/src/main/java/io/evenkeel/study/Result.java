package io.evenkeel.study;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// A trial that was run.
///
/// @param arm      of the trial
/// @param factors  of the trial
/// @param seed     of the trial
/// @param key      of the trial, see [Trial#key]
/// @param seconds  that it took
/// @param measured what it measured
public record Result(
        String arm, SequencedMap<String, String> factors, long seed, String key, double seconds, Measurements measured) {
    public Result {
        factors = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(factors));
    }

    ObjectNode json() {
        var json = JsonNodeFactory.instance.objectNode().put("arm", arm);
        var where = json.putObject("factors");
        factors.forEach(where::put);
        return json.put("seed", seed)
                .put("key", key)
                .put("seconds", seconds)
                .setAll(measured.json());
    }

    static Result of(JsonNode json) {
        var factors = new LinkedHashMap<String, String>();
        json.path("factors").properties().forEach(each -> factors.put(each.getKey(), each.getValue().stringValue()));
        return new Result(
                json.path("arm").stringValue(),
                factors,
                json.path("seed").longValue(),
                json.path("key").stringValue(),
                json.path("seconds").doubleValue(),
                Measurements.of(json));
    }
}
