package io.evenkeel.nn;

import io.evenkeel.tensor.DType;
import io.evenkeel.tensor.Scope;
import io.evenkeel.tensor.Tensor;

/// Symmetric integer weights, one scale a row: `s = max |w| / m` with `m = 2^(bits - 1) - 1`, `q = round(w / s)`, and
/// `q s` when used. Activations stay as they are.
///
/// @param bits in [2, 8]
/// @paper P25 rows of linear layers in 8 or 4 bits; embeddings, norms and biases are kept
public record WeightQuantiser(int bits) {
    /// Integers of a matrix and the scale of each row.
    ///
    /// @param integers `[out, in]` INT8, in `[-m, m]`
    /// @param scales   `[out, 1]` FLOAT32; 0 for a row of zeros
    public record Quantised(Tensor integers, Tensor scales) {
        /// The weights that they stand for, `[out, in]` FLOAT32.
        public Tensor weights() {
            return integers.to(DType.FLOAT32).mul(scales);
        }
    }

    public WeightQuantiser {
        if (bits < 2 || bits > 8) {
            throw new IllegalArgumentException("bits must be in [2, 8] but was " + bits);
        }
    }

    /// The largest integer.
    public int largest() {
        return (1 << (bits - 1)) - 1;
    }

    /// Quantises a matrix.
    ///
    /// @param weights `[out, in]`
    public Quantised quantise(Tensor weights) {
        var w = weights.detach().to(DType.FLOAT32);
        var scales = w.abs().amax(true, -1).div(largest());
        var integers = w.div(scales.maskedFill(scales.eq(0), 1)).round();
        return new Quantised(integers.to(DType.INT8), scales);
    }

    /// Replaces the weights of all linear layers by what their integers stand for.
    ///
    /// @return matrices replaced
    public int apply(Module model) {
        var count = new int[1];
        model.forEachModule((_, module) -> {
            if (module instanceof Linear linear) {
                try (var value = linear.weight().value().detach();
                        var _ = Scope.open()) {
                    value.copy_(quantise(value).weights());
                }
                count[0]++;
            }
        });
        return count[0];
    }

    /// Two integers of 4 bits a byte, the first in the low half; one more of zero where their number is odd.
    public static byte[] pack(byte... integers) {
        var packed = new byte[(integers.length + 1) / 2];
        for (var i = 0; i < integers.length; i++) {
            packed[i / 2] |= (byte) ((integers[i] & 0xF) << (i % 2 * 4));
        }
        return packed;
    }

    /// The first `count` integers of packed ones.
    public static byte[] unpack(byte[] packed, int count) {
        var integers = new byte[count];
        for (var i = 0; i < count; i++) {
            integers[i] = (byte) ((byte) (packed[i / 2] << (i % 2 == 0 ? 4 : 0)) >> 4);
        }
        return integers;
    }
}
