package io.evenkeel.config;

import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// The documentation of a configuration, from its records: every key with what it takes, its default and its [Doc].
public final class ConfigReference {
    private final List<Entry> entries = new ArrayList<>();
    private final Set<Type> open = new HashSet<>();

    private ConfigReference() {}

    /// One key.
    ///
    /// @param key          dotted; `*` stands for the index of a list or the key of a map
    /// @param when         the choice under which it exists, such as `optimizer.type=sgd`; empty for the default
    /// choice
    /// @param accepted     the values it takes
    /// @param defaultValue as YAML writes it; empty when it must be given
    /// @param doc          what it means; may be empty
    public record Entry(String key, String when, String accepted, String defaultValue, String doc) {}

    /// The keys of a configuration in order; under each choice first the default's, then what the others add.
    public static List<Entry> of(Record defaults) {
        var reference = new ConfigReference();
        reference.record(defaults.getClass(), defaults, "", "");
        return List.copyOf(reference.entries);
    }

    /// As columns of plain text.
    public static String text(Record defaults) {
        var entries = of(defaults);
        var keyWidth = entries.stream().mapToInt(e -> e.key().length()).max().orElse(0);
        var out = new StringBuilder();
        var when = "";
        for (var entry : entries) {
            if (!entry.when().equals(when)) {
                when = entry.when();
                if (!when.isEmpty()) {
                    out.append("  with ").append(when).append(":\n");
                }
            }
            out.append(entry.when().isEmpty() ? "" : "  ").append(entry.key());
            out.repeat(' ', keyWidth - entry.key().length() + 2).append(entry.accepted());
            out.append(entry.defaultValue().isEmpty() ? ", required" : ", default " + entry.defaultValue());
            out.append(entry.doc().isEmpty() ? "" : ": " + entry.doc()).append('\n');
        }
        return out.toString();
    }

    /// As a table in Markdown.
    public static String markdown(Record defaults) {
        var out = new StringBuilder("| key | with | takes | default | meaning |\n|---|---|---|---|---|\n");
        for (var entry : of(defaults)) {
            out.append("| `").append(entry.key()).append("` | ");
            out.append(entry.when().isEmpty() ? "" : "`" + entry.when() + "`").append(" | ");
            out.append(entry.accepted().replace("|", "\\|")).append(" | ");
            out.append(
                    entry.defaultValue().isEmpty()
                            ? ""
                            : "`" + entry.defaultValue().replace("|", "\\|") + "`");
            out.append(" | ").append(entry.doc().replace("|", "\\|")).append(" |\n");
        }
        return out.toString();
    }

    private void record(Class<?> type, @Nullable Object base, String path, String when) {
        for (var component : Shape.of(type).components()) {
            var value = base == null ? null : component.get(base);
            var key = component.inline() ? path : Tree.join(path, component.name());
            component(component, value, base != null, key, when);
        }
    }

    private void component(
            Shape.Component component, @Nullable Object value, boolean hasDefault, String key, String when) {
        var raw = component.raw();
        if (Shape.isRecordOrChoice(raw)) {
            if (value == null && hasDefault) {
                add(key, when, "a mapping or null", "null", component.doc());
            }
            nested(raw, value != null ? value : Shape.defaults(raw), key, when, component.doc());
            return;
        }
        var shown = !hasDefault && !component.nullable() ? "" : brief(ConfigWriter.node(component.type(), value));
        add(key, when, accepted(component.type()) + (component.nullable() ? " or null" : ""), shown, component.doc());
        if (raw == List.class || raw == Set.class || raw == Map.class) {
            var item = Shape.argument(component.type(), raw == Map.class ? 1 : 0);
            if (Shape.isRecordOrChoice(Shape.raw(item))) {
                nested(Shape.raw(item), Shape.defaults(Shape.raw(item)), Tree.join(key, "*"), when, "");
            }
        }
    }

    /// The keys inside a record or a choice; those of a type that holds itself stand once.
    private void nested(Class<?> type, @Nullable Object base, String path, String when, String doc) {
        if (!open.add(type)) {
            return;
        }
        if (type.isRecord()) {
            record(type, base != null ? base : Shape.defaults(type), path, when);
        } else {
            var choices = Choices.of(type);
            var typeKey = Tree.join(path, Choices.TYPE);
            var name = base == null ? "" : Choices.nameOf(base.getClass());
            add(typeKey, when, String.join(", ", choices.keySet()), name, doc);
            if (base != null) {
                record(base.getClass(), base, path, when);
            }
            choices.forEach((choice, chosen) -> {
                if (base == null || chosen != base.getClass()) {
                    var only = typeKey + "=" + choice;
                    record(chosen, Shape.defaults(chosen), path, when.isEmpty() ? only : when + ", " + only);
                }
            });
        }
        open.remove(type);
    }

    private void add(String key, String when, String accepted, String defaultValue, String doc) {
        entries.add(new Entry(key, when, accepted, defaultValue, doc));
    }

    /// A default as one word or line; lists of records only by their length.
    private static String brief(JsonNode value) {
        return switch (value) {
            case ArrayNode array when !YamlText.isFlow(array) -> count(array.size(), "item", "items");
            case ObjectNode object when !object.isEmpty() -> count(object.size(), "entry", "entries");
            default -> YamlText.flow(value);
        };
    }

    private static String count(int n, String one, String many) {
        return n + " " + (n == 1 ? one : many);
    }

    private static String accepted(Type type) {
        var raw = Shape.raw(type);
        if (raw == List.class || raw == Set.class) {
            return "list of " + accepted(Shape.argument(type, 0));
        }
        if (raw == Map.class) {
            return "mapping of names to " + accepted(Shape.argument(type, 1));
        }
        return Shape.isRecordOrChoice(raw)
                ? "mappings"
                : raw.isEnum() ? String.join(", ", Choices.constants(raw).keySet()) : Scalars.bound(raw);
    }
}
