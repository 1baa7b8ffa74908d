package io.evenkeel.number;

import java.util.Arrays;

/// Magnitudes of a grid by group, scaled to the greatest of the group that is not an outlier.
record GroupedGrid(float[] magnitudes, int group, int outliers, Rounding rounding) implements NumberFormat.Pass {
    @Override
    public void run(Floats floats) {
        var sizes = new float[group];
        var noise = rounding == Rounding.STOCHASTIC && floats.random() != null ? floats.noise() : null;
        for (var from = 0L; from < floats.n(); from += group) {
            var length = (int) Math.min(group, floats.n() - from);
            for (var i = 0; i < length; i++) {
                sizes[i] = Math.abs(floats.get(from + i));
            }
            Arrays.sort(sizes, 0, length);
            var most = sizes[Math.max(0, length - 1 - outliers)];
            for (var i = from; i < from + length; i++) {
                var x = floats.get(i);
                var size = Math.abs(x);
                var kept = size > most || !(most > 0);
                floats.set(i, kept ? x : Math.copySign(nearest(size / most, noise == null ? -1 : noise.unit(i)) * most, x));
            }
        }
    }

    /// Of a magnitude in [0, 1].
    ///
    /// @param unit in [0, 1); negative for none
    private float nearest(float share, float unit) {
        var largest = magnitudes[magnitudes.length - 1];
        var x = share * largest;
        var above = 1;
        while (above < magnitudes.length - 1 && magnitudes[above] < x) {
            above++;
        }
        var low = magnitudes[above - 1];
        var high = magnitudes[above];
        var part = Math.clamp((x - low) / (high - low), 0f, 1f);
        var up = unit >= 0 ? part > unit : rounding == Rounding.TRUNCATE ? part >= 1 : part > 0.5f || (part == 0.5f && above % 2 == 0);
        return (up ? high : low) / largest;
    }
}
