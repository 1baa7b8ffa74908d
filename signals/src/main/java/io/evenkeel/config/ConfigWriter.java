package io.evenkeel.config;

import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Collection;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.cfg.JsonNodeFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Writes configurations with every key, so that [ConfigReader] reads back an equal record whatever its defaults.
public final class ConfigWriter {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final JsonMapper SORTED =
            JsonMapper.builder().enable(JsonNodeFeature.WRITE_PROPERTIES_SORTED).build();

    private ConfigWriter() {}

    /// As YAML text.
    public static String yaml(Record config) {
        return YamlText.of(json(config));
    }

    /// As JSON: the same keys; a choice has its `type`; paths, durations and constants are text; numbers that are
    /// not
    /// finite are written as the texts `"NaN"`, `"Infinity"` and `"-Infinity"`.
    public static ObjectNode json(Record config) {
        return object(config, NODES.objectNode());
    }

    /// The scalars by dotted key in order of declaration, `optimizer.lr` to `3e-4`: each is an assignment that
    /// [ConfigReader] takes. A list without records is one value, `[0.9, 0.95]`.
    public static SequencedMap<String, String> flat(Record config) {
        var flat = new LinkedHashMap<String, String>();
        flatten(json(config), "", flat);
        return flat;
    }

    /// The identity of a configuration: SHA-256, in hexadecimal, of its JSON with sorted keys and no white space,
    /// without what is null. A key that is added later, and is null where it is not used, changes no identity.
    public static String sha256(Record config) {
        try {
            var canonical = SORTED.writeValueAsString(withoutNulls(json(config)));
            var digest = MessageDigest.getInstance("SHA-256").digest(canonical.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }

    private static JsonNode withoutNulls(JsonNode node) {
        switch (node) {
            case ObjectNode object -> {
                object.removeIf(JsonNode::isNull);
                object.forEach(ConfigWriter::withoutNulls);
            }
            case ArrayNode array -> array.forEach(ConfigWriter::withoutNulls);
            default -> {}
        }
        return node;
    }

    private static ObjectNode object(Object config, ObjectNode into) {
        for (var component : Shape.of(config.getClass()).components()) {
            var value = component.get(config);
            if (component.inline() && value != null) {
                addType(component.raw(), value, into);
                object(value, into);
            } else {
                into.set(component.name(), node(component.type(), value));
            }
        }
        return into;
    }

    private static void addType(Class<?> declared, Object value, ObjectNode into) {
        if (Shape.isChoice(declared)) {
            into.put(Choices.TYPE, Choices.nameOf(value.getClass()));
        }
    }

    static JsonNode node(Type type, @Nullable Object value) {
        return switch (value) {
            case null -> NODES.nullNode();
            case Record nested -> {
                var object = NODES.objectNode();
                addType(Shape.raw(type), nested, object);
                yield object(nested, object);
            }
            case Collection<?> items -> {
                var array = NODES.arrayNode();
                items.forEach(item -> array.add(node(Shape.argument(type, 0), item)));
                yield array;
            }
            case Map<?, ?> map -> {
                var object = NODES.objectNode();
                map.forEach((key, item) -> object.set((String) key, node(Shape.argument(type, 1), item)));
                yield object;
            }
            case Enum<?> constant -> NODES.stringNode(Choices.nameOf(constant));
            case Duration duration -> NODES.stringNode(Scalars.text(duration));
            case Path path -> NODES.stringNode(path.toString());
            case String text -> NODES.stringNode(text);
            case Integer number -> NODES.numberNode(number);
            case Long number -> NODES.numberNode(number);
            case Double number -> NODES.numberNode(number);
            case Boolean truth -> NODES.booleanNode(truth);
            default ->
                throw new IllegalArgumentException(
                        "type " + value.getClass().getName() + " is not supported in configurations");
        };
    }

    private static void flatten(JsonNode node, String path, Map<String, String> into) {
        if (node instanceof ObjectNode object && !object.isEmpty()) {
            object.forEachEntry((key, value) -> flatten(value, Tree.join(path, key), into));
        } else if (node instanceof ArrayNode array && !YamlText.isFlow(array)) {
            for (var i = 0; i < array.size(); i++) {
                flatten(array.get(i), Tree.join(path, String.valueOf(i)), into);
            }
        } else if (!path.isEmpty()) {
            into.put(path, YamlText.flow(node));
        }
    }
}
