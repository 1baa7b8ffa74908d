package io.evenkeel.metric;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Visits a segment step by step.
abstract class ReadingsVisitor implements SegmentVisitor {
    private final List<@Nullable String> names = new ArrayList<>();

    abstract void readings(Readings readings);

    /// Another segment follows, with names of its own.
    final void forget() {
        names.clear();
    }

    @Override
    public final void series(int id, Series series) {
        while (names.size() <= id) {
            names.add(null);
        }
        names.set(id, series.name());
    }

    @Override
    public final void scalars(long step, double wallSeconds, int count, int[] ids, double[] values) {
        var readings = new Readings(step, wallSeconds);
        for (var i = 0; i < count; i++) {
            // The definition may lie in a damaged part, which is reported as such.
            var name = ids[i] < names.size() ? names.get(ids[i]) : null;
            if (name != null) {
                readings.put(name, values[i]);
            }
        }
        readings(readings);
    }
}
