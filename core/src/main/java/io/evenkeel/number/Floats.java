package io.evenkeel.number;

import io.evenkeel.random.RandomStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/// FLOAT32 numbers and where their reduced ones go.
///
/// @param source  `n` numbers
/// @param target  room for as many
/// @param n       how many
/// @param random  for stochastic rounding; null for none
/// @param tally   what is lost; null when nobody asks
record Floats(
        MemorySegment source,
        MemorySegment target,
        long n,
        @Nullable RandomStream random,
        @Nullable Tally tally) {
    float get(long i) {
        return source.getAtIndex(ValueLayout.JAVA_FLOAT, i);
    }

    void set(long i, float value) {
        target.setAtIndex(ValueLayout.JAVA_FLOAT, i, value);
    }

    /// Numbers in [0, 1), a new stretch of them at each call; the midpoint for rounding to the nearest.
    Noise noise() {
        return new Noise(random == null ? 0 : random.nextLong());
    }

    /// A number for each index, by the finaliser of SplitMix64.
    ///
    /// @param key of the stretch
    record Noise(long key) {
        /// 32 random bits.
        int bits(long i) {
            var z = key + i * 0x9e3779b97f4a7c15L;
            z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
            z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
            return (int) (z >>> 32);
        }

        float unit(long i) {
            return (bits(i) >>> 8) * 0x1p-24f;
        }
    }
}
