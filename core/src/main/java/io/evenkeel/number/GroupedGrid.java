package io.evenkeel.number;

import java.util.Arrays;

/// Magnitudes of a grid by group, scaled to the greatest of the group that is not an outlier.
record GroupedGrid(float[] magnitudes, int group, int outliers, Rounding rounding) implements NumberFormat.Pass {
    @Override
    public void run(Floats floats) {
        var noise = rounding == Rounding.STOCHASTIC && floats.random() != null ? floats.noise() : null;
        var greatest = new float[Math.min(group, outliers + 1)];
        for (var from = 0L; from < floats.n(); from += group) {
            var to = Math.min(from + group, floats.n());
            var most = greatestBut(floats, from, to, greatest);
            for (var i = from; i < to; i++) {
                var x = floats.get(i);
                var size = Math.abs(x);
                var kept = size > most || !(most > 0);
                floats.set(
                        i,
                        kept ? x : Math.copySign(nearest(size / most, noise == null ? -1 : noise.unit(i)) * most, x));
            }
        }
    }

    /// The greatest magnitude of a group but for its outliers; the least of all where all are.
    private static float greatestBut(Floats floats, long from, long to, float[] greatest) {
        Arrays.fill(greatest, 0);
        var last = (int) Math.min(greatest.length, to - from) - 1;
        for (var i = from; i < to; i++) {
            var size = Math.abs(floats.get(i));
            if (size > greatest[last]) {
                var at = last;
                while (at > 0 && greatest[at - 1] < size) {
                    greatest[at] = greatest[at - 1];
                    at--;
                }
                greatest[at] = size;
            }
        }
        return greatest[last];
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
        var up = unit >= 0
                ? part > unit
                : rounding == Rounding.TRUNCATE ? part >= 1 : part > 0.5f || (part == 0.5f && above % 2 == 0);
        return (up ? high : low) / largest;
    }
}
