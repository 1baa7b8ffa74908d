package io.evenkeel.metric;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Visits a segment by the series it defines.
abstract class NamedVisitor implements SegmentVisitor {
    /// The readings that follow call `series` by `id`.
    abstract void defined(int id, Series series);

    @Override
    public final void series(int id, Series series) {
        defined(id, series);
    }

    /// The array, long enough for the index.
    static <T> @Nullable T[] grown(@Nullable T[] array, int index) {
        return index < array.length ? array : Arrays.copyOf(array, Math.max(array.length * 2, index + 1));
    }
}
