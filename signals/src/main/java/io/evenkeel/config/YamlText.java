package io.evenkeel.config;

import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.resolver.CoreScalarResolver;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// The YAML text of a configuration: mappings and lists of mappings in block style, other lists on one line.
final class YamlText {
    private static final CoreScalarResolver RESOLVER = new CoreScalarResolver(true);
    private static final Pattern PLAIN = Pattern.compile("(?:[A-Za-z0-9_/]|\\.{1,2}/)[A-Za-z0-9_./+@-]*");

    private YamlText() {}

    static String of(ObjectNode config) {
        if (config.isEmpty()) {
            return "{}\n";
        }
        var out = new StringBuilder();
        mapping(config, 0, out);
        return out.toString();
    }

    private static void mapping(ObjectNode object, int indent, StringBuilder out) {
        var first = true;
        for (var entry : object.properties()) {
            // the first key of a list's item stands behind its hyphen
            out.repeat(' ', first && !out.isEmpty() && out.charAt(out.length() - 1) != '\n' ? 0 : indent);
            first = false;
            out.append(text(entry.getKey())).append(':');
            value(entry.getValue(), indent, out);
        }
    }

    private static void value(JsonNode value, int indent, StringBuilder out) {
        if (value instanceof ObjectNode object && !object.isEmpty()) {
            out.append('\n');
            mapping(object, indent + 2, out);
        } else if (value instanceof ArrayNode array && !isFlow(array)) {
            out.append('\n');
            for (var item : array) {
                out.repeat(' ', indent + 2).append('-');
                if (item instanceof ObjectNode object && !object.isEmpty()) {
                    out.append(' ');
                    mapping(object, indent + 4, out);
                } else {
                    value(item, indent + 2, out);
                }
            }
        } else {
            out.append(' ').append(flow(value)).append('\n');
        }
    }

    /// Whether a list holds no mapping, also not in lists inside.
    static boolean isFlow(ArrayNode array) {
        return StreamSupport.stream(array.spliterator(), false)
                .allMatch(item -> item instanceof ArrayNode inner
                        ? isFlow(inner)
                        : !(item instanceof ObjectNode object) || object.isEmpty());
    }

    /// A value on one line.
    static String flow(JsonNode value) {
        if (value instanceof ArrayNode array) {
            return StreamSupport.stream(array.spliterator(), false)
                    .map(YamlText::flow)
                    .collect(Collectors.joining(", ", "[", "]"));
        }
        if (value.isObject()) {
            return "{}";
        }
        return value.isString()
                ? text(value.stringValue())
                : value.isDouble() ? Scalars.text(value.doubleValue()) : value.toString();
    }

    /// Plain where it reads back as the same text, otherwise in double quotes.
    private static String text(String text) {
        if (PLAIN.matcher(text).matches() && RESOLVER.resolve(text, true).equals(Tag.STR)) {
            return text;
        }
        var quoted = new StringBuilder("\"");
        for (var i = 0; i < text.length(); i++) {
            var c = text.charAt(i);
            switch (c) {
                case '"', '\\' -> quoted.append('\\').append(c);
                case '\n' -> quoted.append("\\n");
                case '\t' -> quoted.append("\\t");
                default -> {
                    if (Character.isISOControl(c)
                            || Character.isSurrogate(c)
                            || c == 0x2028
                            || c == 0x2029
                            || c == 0xfeff
                            || c >= 0xfffe) {
                        quoted.append(String.format("\\u%04x", (int) c));
                    } else {
                        quoted.append(c);
                    }
                }
            }
        }
        return quoted.append('"').toString();
    }
}
