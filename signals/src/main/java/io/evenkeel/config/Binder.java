package io.evenkeel.config;

import io.evenkeel.InputException;
import io.evenkeel.config.Tree.Entry;
import io.evenkeel.config.Tree.Kind;
import io.evenkeel.config.Tree.Mapping;
import io.evenkeel.config.Tree.Scalar;
import io.evenkeel.config.Tree.Sequence;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Makes a record of a [Tree]. Every method takes the value that holds where nothing is written (`base`, null when
/// there
/// is none) and the dotted path for messages.
final class Binder {
    private Binder() {}

    /// The record of the class of `defaults` that `tree` describes.
    static Object bind(Tree tree, Object defaults) {
        return record(defaults.getClass(), tree, defaults, "");
    }

    private static Object value(Type type, Tree tree, @Nullable Object base, String path) {
        var raw = Shape.raw(type);
        if (raw.isRecord()) {
            return record(raw, tree, base, path);
        }
        if (Shape.isChoice(raw)) {
            return choice(raw, tree, base, path);
        }
        if (raw == List.class) {
            return list(Shape.argument(type, 0), tree, (List<?>) base, path);
        }
        if (raw == Set.class) {
            return set(Shape.argument(type, 0), tree, path);
        }
        if (raw == Map.class) {
            return map(type, tree, (Map<?, ?>) base, path);
        }
        return Scalars.parse(raw, tree, path);
    }

    private static Object record(Class<?> type, Tree tree, @Nullable Object base, String path) {
        var mapping = mapping(tree, Shape.of(type).hasInlineChoice(), path);
        refuseUnknown(mapping, keys(type, mapping, base, path), path, type);
        return fields(type, mapping, base, path);
    }

    private static Object choice(Class<?> sealed, Tree tree, @Nullable Object base, String path) {
        var mapping = mapping(tree, true, path);
        var fallback = base != null ? base : Shape.defaults(sealed);
        var type = chosen(sealed, mapping, fallback, path);
        var known = new LinkedHashSet<>(Set.of(Choices.TYPE));
        known.addAll(keys(type, mapping, fallback, path));
        refuseUnknown(mapping, known, path, sealed);
        return fields(type, mapping, fallback, path);
    }

    private static Mapping mapping(Tree tree, boolean orName, String path) {
        return switch (tree) {
            case Mapping mapping -> {
                if (mapping.kind() == Kind.SHORTHAND && !orName) {
                    var scalar = mapping.entries().get(Choices.TYPE);
                    throw Tree.mustBe(path, "a mapping", scalar == null ? mapping : scalar.value());
                }
                yield mapping;
            }
            case Scalar scalar when scalar.isNull() -> new Mapping(new LinkedHashMap<>(), Kind.WRITTEN, scalar.place());
            case Scalar scalar
            when orName -> {
                var entries = new LinkedHashMap<String, Entry>();
                entries.put(Choices.TYPE, new Entry(scalar, scalar.place()));
                yield new Mapping(entries, Kind.SHORTHAND, scalar.place());
            }
            case Scalar _, Sequence _ ->
                throw Tree.mustBe(path.isEmpty() ? "a configuration" : path, "a mapping of keys", tree);
        };
    }

    /// The record that a mapping chooses by its `type`, or that of `base`.
    private static Class<?> chosen(Class<?> sealed, Mapping mapping, @Nullable Object base, String path) {
        var choices = Choices.of(sealed);
        var entry = mapping.entries().get(Choices.TYPE);
        var field = mapping.kind() == Kind.SHORTHAND ? path : Tree.join(path, Choices.TYPE);
        if (entry == null) {
            if (base == null) {
                throw new InputException(field + " must be one of " + String.join(", ", choices.keySet())
                        + " but is missing" + Tree.at(mapping.place()));
            }
            return base.getClass();
        }
        if (!(entry.value() instanceof Scalar name)) {
            throw Tree.mustBe(field, "one of " + String.join(", ", choices.keySet()), entry.value());
        }
        var type = choices.get(name.text());
        if (type == null) {
            throw Scalars.unknownChoice(field, choices, name);
        }
        return type;
    }

    /// The keys that a record takes, in order, given what the mapping chooses for its inlined components.
    private static Set<String> keys(Class<?> type, Mapping mapping, @Nullable Object base, String path) {
        var keys = new LinkedHashSet<String>();
        var start = start(type, base);
        for (var component : Shape.of(type).components()) {
            if (!component.inline()) {
                addOnce(keys, component.name(), type);
                continue;
            }
            var value = start == null ? null : component.get(start);
            var inlined = component.raw();
            if (Shape.isChoice(inlined)) {
                addOnce(keys, Choices.TYPE, type);
                value = value != null ? value : Shape.defaults(inlined);
                inlined = chosen(inlined, mapping, value, path);
            }
            keys(inlined, mapping, value, path).forEach(key -> addOnce(keys, key, type));
        }
        return keys;
    }

    private static void addOnce(Set<String> keys, String key, Class<?> type) {
        if (!keys.add(key)) {
            throw new IllegalArgumentException(type.getName() + " has the key " + key + " twice through @Inline");
        }
    }

    private static void refuseUnknown(Mapping mapping, Set<String> known, String path, Class<?> type) {
        for (var entry : mapping.entries().entrySet()) {
            var key = entry.getKey();
            if (!known.contains(key)) {
                var hint = Choices.suggestion(key, known);
                throw new InputException("unknown key " + Tree.join(path, key)
                        + (hint.isEmpty() ? owner(type, key) : hint)
                        + Tree.at(entry.getValue().place())
                        + "; known: " + (known.isEmpty() ? "none" : String.join(", ", known)));
            }
        }
    }

    /// Which other choice a key belongs to.
    private static String owner(Class<?> type, String key) {
        if (type.isRecord()) {
            return Shape.of(type).components().stream()
                    .filter(Shape.Component::inline)
                    .map(c -> owner(c.raw(), key))
                    .filter(text -> !text.isEmpty())
                    .findFirst()
                    .orElse("");
        }
        return Choices.of(type).entrySet().stream()
                .filter(choice -> Shape.of(choice.getValue()).components().stream()
                        .anyMatch(c -> c.name().equals(key)))
                .findFirst()
                .map(choice -> ", which belongs to type " + choice.getKey())
                .orElse("");
    }

    /// The instance that gives a record its missing values.
    private static @Nullable Object start(Class<?> type, @Nullable Object base) {
        return base != null && base.getClass() == type ? base : Shape.defaults(type);
    }

    private static Object fields(Class<?> type, Mapping mapping, @Nullable Object base, String path) {
        var shape = Shape.of(type);
        var start = start(type, base);
        var arguments = new ArrayList<@Nullable Object>();
        for (var component : shape.components()) {
            var value = start == null ? null : component.get(start);
            arguments.add(
                    component.inline()
                            ? inlined(component, mapping, value, path)
                            : component(component, mapping, start != null, value, path));
        }
        try {
            return shape.construct(arguments.toArray());
        } catch (IllegalArgumentException e) {
            throw refused(shape, mapping, path, e);
        }
    }

    private static Object inlined(Shape.Component component, Mapping mapping, @Nullable Object base, String path) {
        var raw = component.raw();
        if (!Shape.isChoice(raw)) {
            return fields(raw, mapping, base, path);
        }
        var fallback = base != null ? base : Shape.defaults(raw);
        return fields(chosen(raw, mapping, fallback, path), mapping, fallback, path);
    }

    private static @Nullable Object component(
            Shape.Component component, Mapping mapping, boolean hasBase, @Nullable Object base, String path) {
        var field = Tree.join(path, component.name());
        var entry = mapping.entries().get(component.name());
        if (entry != null) {
            var isNull = entry.value() instanceof Scalar scalar && scalar.isNull();
            return isNull && component.nullable() ? null : value(component.type(), entry.value(), base, field);
        }
        if (hasBase || component.nullable()) {
            return base;
        }
        if (Shape.isRecordOrChoice(component.raw())) {
            return value(
                    component.type(), new Mapping(new LinkedHashMap<>(), Kind.WRITTEN, mapping.place()), null, field);
        }
        throw new InputException(field + " must be given" + Tree.at(mapping.place()));
    }

    /// The constructor's message with the path before and the place behind. The place is that of the component it
    /// begins with.
    private static InputException refused(Shape shape, Mapping mapping, String path, IllegalArgumentException refusal) {
        var message = String.valueOf(refusal.getMessage());
        var names = shape.components().stream().map(Shape.Component::name);
        var named =
                names.filter(name -> message.matches("(?s)" + name + "\\b.*")).findFirst();
        var place = named.map(mapping.entries()::get).map(Entry::place).orElse(mapping.place());
        var text = named.isPresent() ? Tree.join(path, message) : path.isEmpty() ? message : path + ": " + message;
        return new InputException(text + Tree.at(place), refusal);
    }

    private static List<Object> list(Type itemType, Tree tree, @Nullable List<?> base, String path) {
        var items = new ArrayList<Object>();
        switch (tree) {
            case Sequence sequence -> {
                for (var item : sequence.items()) {
                    items.add(value(itemType, item, null, Tree.join(path, String.valueOf(items.size()))));
                }
            }
            case Mapping mapping
            when mapping.kind() == Kind.PATCH -> {
                items.addAll(base == null ? List.of() : base);
                patch(itemType, mapping, items, path);
            }
            case Scalar _, Mapping _ -> throw Tree.mustBe(path, "a list", tree);
        }
        return Collections.unmodifiableList(items);
    }

    private static void patch(Type itemType, Mapping mapping, List<Object> items, String path) {
        var byIndex = new TreeMap<Integer, Entry>();
        mapping.entries().forEach((key, entry) -> {
            var most = items.size() + mapping.entries().size() - 1;
            byIndex.put(Assignments.index(key, most, path, entry.place()), entry);
        });
        byIndex.forEach((index, entry) -> {
            Assignments.index(String.valueOf(index), items.size(), path, entry.place());
            var append = index == items.size();
            var field = Tree.join(path, String.valueOf(index));
            var item = value(itemType, entry.value(), append ? null : items.get(index), field);
            if (append) {
                items.add(item);
            } else {
                items.set(index, item);
            }
        });
    }

    private static Set<Object> set(Type itemType, Tree tree, String path) {
        if (!(tree instanceof Sequence sequence)) {
            throw Tree.mustBe(path, "a list", tree);
        }
        var items = new LinkedHashSet<Object>();
        for (var item : sequence.items()) {
            if (!items.add(value(itemType, item, null, path))) {
                throw new InputException(path + " must not repeat " + item.shown() + Tree.at(item.place()));
            }
        }
        return Collections.unmodifiableSet(items);
    }

    private static Map<String, Object> map(Type type, Tree tree, @Nullable Map<?, ?> base, String path) {
        if (Shape.argument(type, 0) != String.class) {
            throw new IllegalArgumentException("type " + type + " must have String keys to be a configuration");
        }
        if (!(tree instanceof Mapping mapping) || mapping.kind() == Kind.SHORTHAND) {
            throw Tree.mustBe(path, "a mapping", tree);
        }
        var values = new LinkedHashMap<String, Object>();
        if (base != null && mapping.kind() == Kind.PATCH) {
            base.forEach((key, value) -> values.put((String) key, value));
        }
        mapping.entries().forEach((key, entry) -> {
            var old = base == null ? null : base.get(key);
            values.put(key, value(Shape.argument(type, 1), entry.value(), old, Tree.join(path, key)));
        });
        return Collections.unmodifiableMap(values);
    }
}
