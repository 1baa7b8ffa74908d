package io.evenkeel.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SequencedMap;

/// The names that configuration files use for the records of a sealed interface and for the constants of an enum.
public final class Choices {
    /// The key that names the record of a sealed interface.
    static final String TYPE = "type";

    private Choices() {}

    /// The records of a sealed interface, also through sealed interfaces below it, by name in order of declaration.
    static SequencedMap<String, Class<?>> of(Class<?> sealed) {
        var choices = new LinkedHashMap<String, Class<?>>();
        collect(sealed, choices);
        return choices;
    }

    /// The names of the records of a sealed interface, in order of declaration.
    public static List<String> names(Class<?> sealed) {
        return List.copyOf(of(sealed).keySet());
    }

    private static void collect(Class<?> sealed, SequencedMap<String, Class<?>> into) {
        for (var permitted : sealed.getPermittedSubclasses()) {
            if (permitted.isSealed()) {
                collect(permitted, into);
            } else if (!permitted.isRecord()) {
                throw new IllegalArgumentException(permitted.getName() + " must be a record to be a configuration");
            } else if (into.put(nameOf(permitted), permitted) != null) {
                throw new IllegalArgumentException(sealed.getName() + " has two choices " + nameOf(permitted));
            }
        }
    }

    /// The name of a record: its own in lower case with hyphens, that of the class around it for a `Config`, or
    /// what
    /// [Named] says.
    static String nameOf(Class<?> record) {
        var named = record.getAnnotation(Named.class);
        if (named != null) {
            return named.value();
        }
        var outer = record.getEnclosingClass();
        var owner = record.getSimpleName().equals("Config") && outer != null ? outer : record;
        return owner.getSimpleName()
                .replaceAll("(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "-")
                .toLowerCase(Locale.ROOT);
    }

    /// The name of an enum constant: its own in lower case with hyphens, or what [Named] says.
    static String nameOf(Enum<?> constant) {
        try {
            var named = constant.getDeclaringClass().getField(constant.name()).getAnnotation(Named.class);
            return named != null
                    ? named.value()
                    : constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
        } catch (NoSuchFieldException e) {
            throw new AssertionError("every constant is a field", e);
        }
    }

    /// The constants of an enum by name, in order of declaration.
    static SequencedMap<String, Object> constants(Class<?> type) {
        var constants = new LinkedHashMap<String, Object>();
        for (var constant : type.getEnumConstants()) {
            constants.put(nameOf((Enum<?>) constant), constant);
        }
        return constants;
    }

    /// The accepted word that a misspelt one most likely means: the nearest by edits, when it is near.
    static Optional<String> nearest(String word, Collection<String> accepted) {
        var plain = plain(word);
        return accepted.stream()
                .filter(candidate -> edits(plain, plain(candidate)) <= Math.max(1, candidate.length() / 3))
                .min(Comparator.comparingInt(candidate -> edits(plain, plain(candidate))));
    }

    /// Case, hyphens and underscores do not count.
    private static String plain(String word) {
        return word.toLowerCase(Locale.ROOT).replaceAll("[-_ ]", "");
    }

    /// Insertions, deletions, substitutions and swaps of neighbours that make one word of the other.
    private static int edits(String a, String b) {
        var rows = new int[a.length() + 1][b.length() + 1];
        for (var i = 0; i <= a.length(); i++) {
            for (var j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    rows[i][j] = i + j;
                    continue;
                }
                var same = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
                rows[i][j] = Math.min(rows[i - 1][j - 1] + same, 1 + Math.min(rows[i - 1][j], rows[i][j - 1]));
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    rows[i][j] = Math.min(rows[i][j], rows[i - 2][j - 2] + 1);
                }
            }
        }
        return rows[a.length()][b.length()];
    }

    /// `, did you mean X?` or nothing.
    public static String suggestion(String word, Collection<String> accepted) {
        return nearest(word, accepted)
                .map(near -> ", did you mean " + near + "?")
                .orElse("");
    }
}
