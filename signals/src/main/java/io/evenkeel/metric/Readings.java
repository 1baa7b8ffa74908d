package io.evenkeel.metric;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.ObjDoubleConsumer;

/// What was measured at one step: doubles by the name of their series (see [SeriesNames]). NaN and infinities are
/// values like others. Not thread safe.
public final class Readings {
    private final long step;
    private final double wallSeconds;
    private final Map<String, Double> values = new LinkedHashMap<>();

    /// @param step        optimizer steps done when this was measured
    /// @param wallSeconds seconds since 1970-01-01T00:00Z; NaN where the source has no clock
    public Readings(long step, double wallSeconds) {
        this.step = step;
        this.wallSeconds = wallSeconds;
    }

    public long step() {
        return step;
    }

    public double wallSeconds() {
        return wallSeconds;
    }

    /// Adds or replaces a reading.
    ///
    /// @return this
    public Readings put(String series, double value) {
        values.put(series, value);
        return this;
    }

    /// Whether the series was measured at this step.
    public boolean has(String series) {
        return values.containsKey(series);
    }

    /// The reading, or NaN when it was not measured (ask [#has] to tell that from a measured NaN).
    public double get(String series) {
        return values.getOrDefault(series, Double.NaN);
    }

    /// How many series were measured.
    public int size() {
        return values.size();
    }

    /// Calls `visitor` with every series and its value, in the order they were added.
    public void forEach(ObjDoubleConsumer<String> visitor) {
        values.forEach(visitor::accept);
    }

    @Override
    public String toString() {
        return "step " + step + " " + values;
    }
}
