package io.evenkeel.data.rdata;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A value of R: a vector or list with attributes, such as `names`, `levels` of a factor, or `class`.
public sealed interface RValue {
    /// The missing integer, and the missing truth value.
    int NA_INTEGER = Integer.MIN_VALUE;

    /// What is attached to the value by name.
    Map<String, RValue> attributes();

    /// How many elements it has.
    int length();

    /// `NULL`.
    record Null() implements RValue {
        @Override
        public Map<String, RValue> attributes() {
            return Map.of();
        }

        @Override
        public int length() {
            return 0;
        }
    }

    /// Integers, codes of a factor (counted from 1), or truth values (0, 1); [#NA_INTEGER] where missing.
    ///
    /// @param logical whether they are truth values
    record Integers(int[] values, boolean logical, Map<String, RValue> attributes) implements RValue {
        @Override
        public int length() {
            return values.length;
        }
    }

    /// Numbers; NaN where missing.
    record Doubles(double[] values, Map<String, RValue> attributes) implements RValue {
        @Override
        public int length() {
            return values.length;
        }
    }

    /// Strings; null where missing.
    record Strings(List<@Nullable String> values, Map<String, RValue> attributes) implements RValue {
        @Override
        public int length() {
            return values.size();
        }
    }

    /// Raw bytes.
    record Bytes(byte[] values, Map<String, RValue> attributes) implements RValue {
        @Override
        public int length() {
            return values.length;
        }
    }

    /// A list, also a data frame: its columns.
    record Values(List<RValue> values, Map<String, RValue> attributes) implements RValue {
        @Override
        public int length() {
            return values.size();
        }
    }

    /// What is not data: a symbol, a function, an environment, a piece of code.
    ///
    /// @param kind what it is
    /// @param text its name, empty where it has none
    record Other(String kind, String text, Map<String, RValue> attributes) implements RValue {
        @Override
        public int length() {
            return 1;
        }
    }

    /// The `names` of the elements, empty when they have none.
    default List<String> names() {
        return strings("names");
    }

    /// The levels of a factor, empty for other values.
    default List<String> levels() {
        return strings("levels");
    }

    /// The element of a list with that name.
    ///
    /// @throws IllegalArgumentException when this is no list or has no such element
    default RValue get(String name) {
        var index = names().indexOf(name);
        if (index < 0 || !(this instanceof Values list)) {
            throw new IllegalArgumentException("name must be one of " + names() + " but was " + name);
        }
        return list.values().get(index);
    }

    /// Each element as text: a factor by its level, whole numbers without a fraction, null where missing.
    ///
    /// @throws IllegalArgumentException for values whose elements are no scalars
    default List<@Nullable String> texts() {
        return Texts.of(this);
    }

    private List<String> strings(String attribute) {
        return attributes().get(attribute) instanceof Strings strings
                ? strings.values().stream().map(s -> s == null ? "NA" : s).toList()
                : List.of();
    }
}
