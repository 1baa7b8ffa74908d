package io.evenkeel.nn;

import io.evenkeel.tensor.Tensor;
import io.evenkeel.tensor.Tensors;

/// How a [Decoder] knows the order of its tokens.
public sealed interface Position {
    /// Rotary embedding: pair `i` of each query and key at position `t` is turned by the angle `t base^(-2i / N)`
    /// (Su et
    /// al., "RoFormer", 2021).
    record Rope(double base) implements Position {
        public Rope {
            checked(base);
        }

        public static Rope defaults() {
            return new Rope(10_000);
        }

        /// Cosine and sine, `[T, H, N / 2, 2]`: the same for each head, written out so that turning is one pass
        /// over contiguous memory.
        public Tensor rotation(long positions, long heads, long headWidth) {
            var angles = angles(base, positions, headWidth);
            var values = new float[angles.length * 2];
            for (var i = 0; i < angles.length; i++) {
                values[2 * i] = (float) Math.cos(angles[i]);
                values[2 * i + 1] = (float) Math.sin(angles[i]);
            }
            return Tensors.of(values, positions, 1, headWidth / 2, 2)
                    .expand(positions, heads, headWidth / 2, 2)
                    .contiguous();
        }
    }

    /// A trained vector a position is added to the token's.
    record Learned() implements Position {}

    /// `sin` and `cos` of `t base^(-2i / D)` are added to elements `2i` and `2i + 1` of the token's vector (Vaswani
    /// et
    /// al., "Attention is all you need", 2017).
    record Sinusoidal(double base) implements Position {
        public Sinusoidal {
            checked(base);
        }

        public static Sinusoidal defaults() {
            return new Sinusoidal(10_000);
        }

        /// What is added, `[T, D]`.
        Tensor vectors(long positions, long width) {
            var angles = angles(base, positions, width);
            var values = new float[angles.length * 2];
            for (var i = 0; i < angles.length; i++) {
                values[2 * i] = (float) Math.sin(angles[i]);
                values[2 * i + 1] = (float) Math.cos(angles[i]);
            }
            return Tensors.of(values, positions, width);
        }
    }

    /// Order is known only through the mask.
    record None() implements Position {}

    /// `t base^(-2i / width)` for each position and pair.
    private static double[] angles(double base, long positions, long width) {
        var half = (int) (width / 2);
        var angles = new double[Math.toIntExact(positions) * half];
        for (var t = 0; t < positions; t++) {
            for (var i = 0; i < half; i++) {
                angles[t * half + i] = t * Math.pow(base, -2.0 * i / (double) width);
            }
        }
        return angles;
    }

    private static void checked(double base) {
        if (!(base > 0)) {
            throw new IllegalArgumentException("base must be > 0 but was " + base);
        }
    }
}
