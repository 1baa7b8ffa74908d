package io.evenkeel.study;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.DoubleStream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// What a trial measured: numbers by name, and rows of numbers by name (a trajectory, a value a layer). They are kept
/// with seven significant digits in numbers and five in rows; NaN and infinities are values like others.
public final class Measurements {
    /// Numbers whose names begin so are of the machine, such as milliseconds: other runs of the trial may have others.
    public static final String MACHINE = "machine/";

    private static final MathContext DIGITS = new MathContext(7);
    private static final MathContext ROW_DIGITS = new MathContext(5);

    private final SequencedMap<String, Double> numbers = new LinkedHashMap<>();
    private final SequencedMap<String, double[]> rows = new LinkedHashMap<>();

    /// Adds a number.
    public Measurements put(String name, double value) {
        numbers.put(name, rounded(value, DIGITS));
        return this;
    }

    /// Adds 1 or 0.
    public Measurements put(String name, boolean value) {
        return put(name, value ? 1 : 0);
    }

    /// Adds a row.
    public Measurements put(String name, double... row) {
        rows.put(name, DoubleStream.of(row).map(value -> rounded(value, ROW_DIGITS)).toArray());
        return this;
    }

    private static double rounded(double value, MathContext digits) {
        return Double.isFinite(value) ? new BigDecimal(value).round(digits).doubleValue() : value;
    }

    /// The number.
    ///
    /// @throws IllegalArgumentException when it was not measured
    public double number(String name) {
        var value = numbers.get(name);
        if (value == null) {
            throw new IllegalArgumentException("measurement must be one of " + numbers.keySet() + " but was " + name);
        }
        return value;
    }

    /// The row.
    ///
    /// @throws IllegalArgumentException when it was not measured
    public double[] row(String name) {
        var row = rows.get(name);
        if (row == null) {
            throw new IllegalArgumentException("row must be one of " + rows.keySet() + " but was " + name);
        }
        return row.clone();
    }

    /// Whether there is a number of that name.
    public boolean has(String name) {
        return numbers.containsKey(name);
    }

    public Map<String, Double> numbers() {
        return Collections.unmodifiableMap(numbers);
    }

    ObjectNode json() {
        var json = JsonNodeFactory.instance.objectNode();
        var values = json.putObject("numbers");
        numbers.forEach((name, value) -> values.set(name, node(value)));
        var lists = json.putObject("rows");
        rows.forEach((name, row) -> {
            var list = lists.putArray(name);
            for (var value : row) {
                list.add(node(value));
            }
        });
        return json;
    }

    private static JsonNode node(double value) {
        return Double.isFinite(value)
                ? JsonNodeFactory.instance.numberNode(value)
                : JsonNodeFactory.instance.stringNode(Double.toString(value));
    }

    static Measurements of(JsonNode json) {
        var measurements = new Measurements();
        json.path("numbers").properties().forEach(each -> measurements.numbers.put(each.getKey(), value(each.getValue())));
        json.path("rows").properties().forEach(each -> {
            var row = new double[each.getValue().size()];
            for (var i = 0; i < row.length; i++) {
                row[i] = value(each.getValue().get(i));
            }
            measurements.rows.put(each.getKey(), row);
        });
        return measurements;
    }

    private static double value(JsonNode node) {
        return node.isString() ? Double.parseDouble(node.stringValue()) : node.doubleValue();
    }

    /// Whether all bits are equal, but for numbers of the machine.
    @Override
    public boolean equals(Object other) {
        return other instanceof Measurements that && ofTheTrial().equals(that.ofTheTrial());
    }

    @Override
    public int hashCode() {
        return ofTheTrial().hashCode();
    }

    private ObjectNode ofTheTrial() {
        var json = json();
        var names = numbers.keySet().stream().filter(name -> name.startsWith(MACHINE)).toList();
        ((ObjectNode) json.path("numbers")).remove(names);
        return json;
    }

    @Override
    public String toString() {
        return json().toString();
    }
}
