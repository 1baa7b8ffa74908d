package io.evenkeel.detect;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Saved states: records to JSON and back, doubles bit for bit.
final class States {
    private static final JsonMapper JSON = JsonMapper.shared();

    private States() {}

    static JsonNode of(Object state) {
        return JSON.valueToTree(state);
    }

    static <T> T read(JsonNode node, Class<T> type) {
        try {
            return JSON.treeToValue(node, type);
        } catch (JacksonException e) {
            throw new IllegalArgumentException(
                    "state of " + type.getEnclosingClass().getSimpleName() + " cannot be read: "
                            + e.getOriginalMessage(),
                    e);
        }
    }
}
