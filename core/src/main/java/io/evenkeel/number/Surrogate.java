package io.evenkeel.number;

import io.evenkeel.tensor.DType;
import io.evenkeel.tensor.Tensor;
import io.evenkeel.tensor.Tensors;

/// A function near the sign, whose slope takes the place of the sign's, which is zero.
///
/// @paper P68
public sealed interface Surrogate {
    /// The function.
    Tensor value(Tensor z);

    /// Its slope, as it is used backward.
    Tensor slope(Tensor z);

    /// 1 where `|z| <= limit`, else 0.
    private static Tensor within(Tensor z, double limit) {
        return z.abs().le(limit).to(DType.FLOAT32);
    }

    /// `z` itself within bounds: the straight-through estimator.
    ///
    /// @param clip magnitude beyond which nothing passes, > 0
    record StraightThrough(double clip) implements Surrogate {
        public StraightThrough {
            positive("clip", clip);
        }

        public static StraightThrough defaults() {
            return new StraightThrough(1);
        }

        @Override
        public Tensor value(Tensor z) {
            return z.clamp(-clip, clip);
        }

        @Override
        public Tensor slope(Tensor z) {
            return within(z, clip);
        }
    }

    /// `sign(z) |z|^(1/o)`: between straight-through at `o = 1` and the sign. Its slope is that of the chord below
    /// `near`, where it would be infinite, and zero beyond `far`.
    ///
    /// @param o    at least 1
    /// @param near > 0
    /// @param far  above `near`
    record Power(double o, double near, double far) implements Surrogate {
        public Power {
            if (!(o >= 1)) {
                throw new IllegalArgumentException("o must be >= 1 but was " + o);
            }
            positive("near", near);
            if (!(far > near)) {
                throw new IllegalArgumentException("far must be above near but was " + far);
            }
        }

        /// The paper's, at the end of its ramp.
        public static Power defaults() {
            return new Power(3, 0.1, 1.5);
        }

        @Override
        public Tensor value(Tensor z) {
            return z.sign().mul(z.abs().pow(1 / o));
        }

        @Override
        public Tensor slope(Tensor z) {
            var size = z.abs();
            var slope = size.clampMin(near).pow((1 - o) / o).div(o);
            var chord = Math.pow(near, 1 / o) / near;
            return Tensors.where(size.le(near), Tensors.full(chord, z.dtype(), z.shape()), slope)
                    .mul(within(z, far));
        }
    }

    /// `k tanh(t z)` with `k = max(1 / t, 1)` (EDE; Qin et al., "Forward and backward information retention for
    /// accurate binary neural networks", 2020).
    ///
    /// @param t steepness, > 0
    record Tanh(double t) implements Surrogate {
        public Tanh {
            positive("t", t);
        }

        public static Tanh defaults() {
            return new Tanh(10);
        }

        @Override
        public Tensor value(Tensor z) {
            return z.mul(t).tanh().mul(Math.max(1 / t, 1));
        }

        @Override
        public Tensor slope(Tensor z) {
            return z.mul(t).tanh().square().rsub(1).mul(Math.max(1 / t, 1) * t);
        }
    }

    /// Two parabolas that meet at zero, with slope `2 - 2 |z|` up to 1 (Liu et al., "Bi-Real net", 2018).
    record Parabola() implements Surrogate {
        public static Parabola defaults() {
            return new Parabola();
        }

        @Override
        public Tensor value(Tensor z) {
            var c = z.clamp(-1, 1);
            return c.mul(c.abs().rsub(2));
        }

        @Override
        public Tensor slope(Tensor z) {
            return z.abs().mul(2).rsub(2).mul(within(z, 1));
        }
    }

    private static void positive(String name, double value) {
        if (!(value > 0 && value < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(name + " must be finite and > 0 but was " + value);
        }
    }
}
