package io.evenkeel.optim;

import io.evenkeel.InputException;
import java.util.Comparator;
import java.util.List;

/// A pattern on full names of parameters: `*` stands for any characters, dots included, `?` for one.
final class Glob {
    private static final int SUGGESTIONS = 3;

    private final String pattern;

    Glob(String pattern) {
        this.pattern = pattern;
    }

    boolean matches(String name) {
        return distance(name) == 0;
    }

    /// The names that it matches.
    ///
    /// @param field where the pattern is written
    /// @throws InputException when there is none; it tells the nearest
    List<String> matching(List<String> names, String field) {
        var matching = names.stream().filter(this::matches).toList();
        if (matching.isEmpty()) {
            var nearest = names.stream()
                    .sorted(Comparator.comparingInt(this::distance))
                    .limit(SUGGESTIONS)
                    .toList();
            throw new InputException(field + " must match a parameter but was " + pattern + " (nearest: "
                    + String.join(", ", nearest) + ")");
        }
        return matching;
    }

    /// The fewest insertions, deletions and replacements after which the name matches, one row of the pattern at a
    /// time.
    private int distance(String name) {
        var row = new int[name.length() + 1];
        for (var j = 0; j <= name.length(); j++) {
            row[j] = j;
        }
        for (var i = 0; i < pattern.length(); i++) {
            var p = pattern.charAt(i);
            var diagonal = row[0];
            row[0] += p == '*' ? 0 : 1;
            for (var j = 1; j <= name.length(); j++) {
                var above = row[j];
                row[j] = p == '*'
                        ? Math.min(above, row[j - 1])
                        : Math.min(
                                diagonal + (p == '?' || p == name.charAt(j - 1) ? 0 : 1),
                                1 + Math.min(above, row[j - 1]));
                diagonal = above;
            }
        }
        return row[name.length()];
    }
}
