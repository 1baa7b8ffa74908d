package io.evenkeel.detect;

import io.evenkeel.metric.Readings;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

public final class Detectors implements Detector {
    public static Detectors defaults() {
        return new Detectors();
    }

    @Override
    public List<Event> observe(Readings r) {
        var l = r.get("loss");
        return r.has("loss") && !Double.isFinite(l)
                ? List.of(new Event(
                        EventKind.NON_FINITE,
                        r.step(),
                        r.step(),
                        Event.Severity.FATAL,
                        1,
                        "loss",
                        "loss is " + l,
                        java.util.Map.of()))
                : List.of();
    }

    public double typical(String s) {
        return 1;
    }

    @Override public JsonNode state() {
        return JsonMapper.shared().createObjectNode();
    }

    @Override public void restore(JsonNode n) {}
}
