package io.evenkeel.config;

import io.evenkeel.InputException;
import io.evenkeel.config.Tree.Entry;
import io.evenkeel.config.Tree.Kind;
import io.evenkeel.config.Tree.Mapping;
import io.evenkeel.config.Tree.Scalar;
import io.evenkeel.config.Tree.Sequence;
import io.evenkeel.config.Tree.Style;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/// YAML 1.2 text (core schema) to a [Tree]. Duplicate keys, unknown tags and more than one document are refused;
/// anchors, aliases and merge keys (`<<`) are resolved.
final class YamlParser {

    private static final Set<Tag> PLAIN_TAGS = Set.of(
            Tag.STR, Tag.INT, Tag.FLOAT, Tag.BOOL, Tag.NULL, Tag.SEQ, Tag.MAP, new Tag("tag:yaml.org,2002:merge"));

    private final String name;
    private final @Nullable String place;
    private final IdentityHashMap<Node, Tree> converted = new IdentityHashMap<>();
    private final Set<Node> open = Collections.newSetFromMap(new IdentityHashMap<>());

    private YamlParser(String name, @Nullable String place) {
        this.name = name;
        this.place = place;
    }

    /// The tree of a text; null when it holds nothing.
    ///
    /// @param name what the text is called in messages, such as the file's name
    static @Nullable Tree parse(String text, String name) {
        return new YamlParser(name, null).parse(text);
    }

    /// The value of an assignment; everything in it stands at `place`.
    static @Nullable Tree parseValue(String text, String place) {
        return new YamlParser(place, place).parse(text);
    }

    private @Nullable Tree parse(String text) {
        var settings = LoadSettings.builder()
                .setLabel(name)
                .setSchema(new CoreSchema())
                .setUseMarks(true)
                .setAllowNonScalarKeys(true)
                .build();
        try {
            var node = new Compose(settings).composeString(text);
            return node.isEmpty() ? null : convert(node.get());
        } catch (MarkedYamlEngineException e) {
            var mark = e.getProblemMark().or(e::getContextMark);
            var where = place != null || mark.isEmpty()
                    ? name
                    : name + ":" + (mark.get().getLine() + 1) + ":"
                            + (mark.get().getColumn() + 1);
            throw new InputException("not valid YAML: " + e.getProblem() + Tree.at(where), e);
        } catch (ReaderException e) {
            var line = text.substring(0, Math.min(e.getPosition(), text.length()))
                    .lines()
                    .count();
            var where = place != null ? name : name + ":" + Math.max(1, line);
            throw new InputException(
                    String.format("not valid YAML: character U+%04X is not allowed", e.getCodePoint()) + Tree.at(where),
                    e);
        } catch (YamlEngineException e) {
            throw new InputException("not valid YAML: " + e.getMessage() + Tree.at(name), e);
        } catch (StackOverflowError e) {
            throw new InputException("not valid YAML: it is nested too deeply" + Tree.at(name), e);
        }
    }

    private Tree convert(Node node) {
        var known = converted.get(node);
        if (known != null) {
            return known;
        }
        if (!PLAIN_TAGS.contains(node.getTag())) {
            throw new InputException("tag " + node.getTag() + " is not supported" + Tree.at(placeOf(node)));
        }
        if (!open.add(node)) {
            throw new InputException("an alias must not refer to a value that holds it" + Tree.at(placeOf(node)));
        }
        var tree = switch (node) {
            case ScalarNode scalar -> scalar(scalar);
            case SequenceNode sequence ->
                new Sequence(sequence.getValue().stream().map(this::convert).toList(), placeOf(node));
            case MappingNode mapping -> mapping(mapping);
            default -> throw new AssertionError("unresolved node " + node);
        };
        open.remove(node);
        converted.put(node, tree);
        return tree;
    }

    private Tree scalar(ScalarNode node) {
        var style = !node.isPlain()
                ? Style.QUOTED
                : node.getTag().equals(Tag.NULL)
                        ? Style.NULL
                        : node.getTag().equals(Tag.STR) ? Style.WORD : Style.VALUE;
        return new Scalar(node.getValue(), style, placeOf(node));
    }

    private Tree mapping(MappingNode node) {
        var entries = new LinkedHashMap<String, Entry>();
        for (var tuple : node.getValue()) {
            if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
                throw new InputException("a key must be text but was a list or mapping" + Tree.at(placeOf(node)));
            }
            var earlier = entries.putIfAbsent(key.getValue(), new Entry(convert(tuple.getValueNode()), placeOf(key)));
            if (earlier != null) {
                throw new InputException("key " + key.getValue() + " must stand once but is also at " + earlier.place()
                        + Tree.at(placeOf(key)));
            }
        }
        return new Mapping(entries, Kind.WRITTEN, placeOf(node));
    }

    private String placeOf(Node node) {
        return place != null
                ? place
                : name + ":" + (node.getStartMark().map(Mark::getLine).orElse(0) + 1);
    }
}
