package io.evenkeel.log;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What a source says at once, by the names it uses.
final class Row {
    private static final int LONGEST_TEXT = 200;

    final Map<String, Double> numbers = new LinkedHashMap<>();
    final Map<String, String> texts = new LinkedHashMap<>();
    /// Names that stand there without a value.
    List<String> empty = List.of();
    /// NaN where the source does not count steps, or has the step among the numbers.
    double step = Double.NaN;
    /// NaN where the source has no clock, or has it among the numbers.
    double wall = Double.NaN;

    Row number(String name, double value) {
        numbers.put(name, value);
        return this;
    }

    void text(String name, String text) {
        texts.put(name, text.length() > LONGEST_TEXT ? text.substring(0, LONGEST_TEXT) : text);
    }

    void empty(String name) {
        empty = empty.isEmpty() ? new ArrayList<>() : empty;
        empty.add(name);
    }

    boolean isEmpty() {
        return numbers.isEmpty();
    }
}
