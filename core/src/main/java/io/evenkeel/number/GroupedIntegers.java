package io.evenkeel.number;

import org.jspecify.annotations.Nullable;

/// Asymmetric integers by group.
record GroupedIntegers(int bits, int group, Rounding rounding) implements NumberFormat.Pass {
    /// Least step, for groups of equal numbers.
    private static final float LEAST = 1e-5f;

    @Override
    public void run(Floats floats) {
        var noise = floats.noise();
        var stochastic = rounding == Rounding.STOCHASTIC && floats.random() != null;
        for (var from = 0L; from < floats.n(); from += group) {
            group(floats, from, Math.min(from + group, floats.n()), stochastic ? noise : null);
        }
    }

    private void group(Floats floats, long from, long to, Floats.@Nullable Noise noise) {
        var low = 0f;
        var high = 0f;
        for (var i = from; i < to; i++) {
            low = Math.min(low, floats.get(i));
            high = Math.max(high, floats.get(i));
        }
        float most = (1 << bits) - 1;
        var scale = Math.max((high - low) / most, LEAST);
        var zero = Math.clamp((float) Math.rint(-low / scale), 0, most);
        for (var i = from; i < to; i++) {
            var code = Math.clamp(rounded(floats.get(i) / scale, noise, i) + zero, 0, most);
            floats.set(i, (code - zero) * scale);
        }
    }

    private float rounded(float x, Floats.@Nullable Noise noise, long i) {
        if (noise != null) {
            return (float) Math.floor(x + noise.unit(i));
        }
        return rounding == Rounding.TRUNCATE ? (float) (x < 0 ? Math.ceil(x) : Math.floor(x)) : (float) Math.rint(x);
    }
}
