package io.evenkeel.config;

import io.evenkeel.InputException;
import io.evenkeel.config.Tree.Entry;
import io.evenkeel.config.Tree.Kind;
import io.evenkeel.config.Tree.Mapping;
import io.evenkeel.config.Tree.Scalar;
import io.evenkeel.config.Tree.Sequence;
import io.evenkeel.config.Tree.Style;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/// The assignments of a command line, `--set a.b=c`, laid over what a file says. A number in the path is an index of a
/// list; the length of the list appends to it.
final class Assignments {
    private Assignments() {}

    /// The tree with every assignment in it, later ones over earlier ones; null stands for an empty tree.
    static @Nullable Tree apply(@Nullable Tree tree, List<String> assignments) {
        for (var assignment : assignments) {
            tree = apply(tree, assignment);
        }
        return tree;
    }

    private static Tree apply(@Nullable Tree tree, String assignment) {
        var equals = assignment.indexOf('=');
        var keys = equals < 1
                ? List.<String>of()
                : Arrays.asList(assignment.substring(0, equals).strip().split("\\.", -1));
        if (keys.isEmpty() || keys.stream().anyMatch(String::isBlank)) {
            throw new InputException("--set must be KEY=VALUE with a KEY such as optimizer.lr but was " + assignment);
        }
        var place = "--set " + assignment;
        return overlay(tree, keys, 0, value(assignment.substring(equals + 1).strip(), place), place);
    }

    /// What opens like a list, a mapping or a quoted text is YAML; everything else is one scalar as it stands, so
    /// that
    /// no character of a path or a name needs quoting twice.
    private static Tree value(String text, String place) {
        var structured = !text.isEmpty() && "[{\"'".indexOf(text.charAt(0)) >= 0;
        var parsed = structured ? YamlParser.parseValue(text, place) : null;
        return parsed != null ? parsed : new Scalar(text, Style.ASSIGNED, place);
    }

    private static Tree overlay(@Nullable Tree at, List<String> keys, int depth, Tree value, String place) {
        if (depth == keys.size()) {
            return value;
        }
        var key = keys.get(depth);
        return switch (at) {
            case null -> with(new LinkedHashMap<>(), Kind.PATCH, place, keys, depth, value, place);
            case Scalar scalar
            when scalar.isNull() -> with(new LinkedHashMap<>(), Kind.PATCH, place, keys, depth, value, place);
            case Scalar scalar -> {
                // the choice by its name alone gets keys
                var entries = new LinkedHashMap<String, Entry>();
                entries.put(Choices.TYPE, new Entry(scalar, scalar.place()));
                yield with(entries, Kind.SHORTHAND, place, keys, depth, value, place);
            }
            case Mapping mapping ->
                with(
                        new LinkedHashMap<>(mapping.entries()),
                        mapping.kind(),
                        mapping.place(),
                        keys,
                        depth,
                        value,
                        place);
            case Sequence sequence -> {
                var items = new ArrayList<Tree>(sequence.items());
                var path = String.join(".", keys.subList(0, depth));
                var index = index(key, items.size(), path, place);
                var old = index < items.size() ? items.get(index) : null;
                var item = overlay(old, keys, depth + 1, value, place);
                if (index < items.size()) {
                    items.set(index, item);
                } else {
                    items.add(item);
                }
                yield new Sequence(List.copyOf(items), sequence.place());
            }
        };
    }

    private static Mapping with(
            SequencedMap<String, Entry> entries,
            Kind kind,
            String mappingPlace,
            List<String> keys,
            int depth,
            Tree value,
            String place) {
        var key = keys.get(depth);
        var old = entries.get(key);
        entries.put(key, new Entry(overlay(old == null ? null : old.value(), keys, depth + 1, value, place), place));
        return new Mapping(entries, kind, mappingPlace);
    }

    /// The index that a key of a path means in a list of `size` items.
    static int index(String key, int size, String path, String place) {
        if (!key.matches("\\d{1,9}") || Integer.parseInt(key) > size) {
            throw new InputException("index of " + path + " must be "
                    + (size == 0 ? "0" : "0 to " + (size - 1) + ", or " + size + " to append,") + " but was " + key
                    + Tree.at(place));
        }
        return Integer.parseInt(key);
    }
}
