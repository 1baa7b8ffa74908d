package io.evenkeel.config;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The keys in which two configurations differ.
public final class ConfigDiff {
    private ConfigDiff() {}

    /// A key with different values; null where a side does not have it, as under another `type`.
    public record Difference(
            String key, @Nullable String left, @Nullable String right) {
        @Override
        public String toString() {
            return key + ": " + Objects.requireNonNullElse(left, "-") + " -> " + Objects.requireNonNullElse(right, "-");
        }
    }

    /// The differences in order of the keys of `left`, then those that only `right` has.
    public static List<Difference> between(Record left, Record right) {
        return between(ConfigWriter.flat(left), ConfigWriter.flat(right));
    }

    /// The same of flat forms, see [ConfigWriter#flat], as an index of runs keeps them.
    public static List<Difference> between(Map<String, String> left, Map<String, String> right) {
        var keys = new LinkedHashSet<>(left.keySet());
        keys.addAll(right.keySet());
        var differences = new ArrayList<Difference>();
        for (var key : keys) {
            var difference = new Difference(key, left.get(key), right.get(key));
            if (!Objects.equals(difference.left(), difference.right())) {
                differences.add(difference);
            }
        }
        return List.copyOf(differences);
    }
}
