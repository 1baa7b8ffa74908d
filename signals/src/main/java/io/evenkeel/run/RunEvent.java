package io.evenkeel.run;

import io.evenkeel.detect.Event;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Something that happened in a run: a line of `events.jsonl`.
///
/// @param step     optimizer steps done by then
/// @param kind     what kind of thing: the label of a detector's event such as `LossSpike`, or one of `skip`,
///                 `rollback`, `rewarm`, `lr_change`, `checkpoint`, `resume`, `alert`, `note`, `decision` and the like
/// @param severity how bad it is, null where that does not apply
/// @param text     one plain sentence
/// @param details  numbers and names, an object; NaN and infinities are written as text
public record RunEvent(
        long step, Instant time, String kind, Event.@Nullable Severity severity, String text, JsonNode details) {
    /// The kind of an entry that stands for a line which cannot be read.
    public static final String DAMAGE = "damage";

    public RunEvent {
        if (time == null || kind == null || kind.isBlank()) {
            throw new IllegalArgumentException("time and kind must be given");
        }
        text = text == null ? "" : text;
        details = details == null || details.isNull() ? JsonMapper.shared().createObjectNode() : details;
    }

    /// An event without severity and details.
    public static RunEvent of(long step, Instant time, String kind, String text) {
        return of(step, time, kind, text, JsonMapper.shared().createObjectNode());
    }

    /// An event without severity.
    public static RunEvent of(long step, Instant time, String kind, String text, JsonNode details) {
        return new RunEvent(step, time, kind, null, text, details);
    }

    /// What a detector saw.
    public static RunEvent of(Event event, Instant time) {
        var details = JsonMapper.shared().createObjectNode();
        details.put("since", event.since())
                .put("confidence", event.confidence())
                .put("subject", event.subject());
        var numbers = details.putObject("numbers");
        event.numbers().forEach(numbers::put);
        return new RunEvent(event.step(), time, event.kind().label(), event.severity(), event.evidence(), details);
    }
}
