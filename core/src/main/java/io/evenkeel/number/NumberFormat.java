package io.evenkeel.number;

import io.evenkeel.config.Named;
import io.evenkeel.random.RandomStream;
import io.evenkeel.tensor.Autograd;
import io.evenkeel.tensor.DType;
import io.evenkeel.tensor.Device;
import io.evenkeel.tensor.Tensor;
import io.evenkeel.tensor.Tensors;
import org.jspecify.annotations.Nullable;

/// A set of numbers that tensors are reduced to. FLOAT32 tensors on the processor are worked on in one pass over their
/// memory; others are brought there and back.
public sealed interface NumberFormat {
    /// The nearest values, as the format's rounding has it. No gradient passes.
    ///
    /// @param x      of any shape
    /// @param random for stochastic rounding; null for rounding to the nearest instead
    default Tensor reduce(Tensor x, @Nullable RandomStream random) {
        return reduce(x, random, null);
    }

    /// The same, and what was lost is counted.
    default Tensor reduce(Tensor x, @Nullable RandomStream random, @Nullable Tally tally) {
        var source = x.detach().to(Device.CPU).to(DType.FLOAT32).contiguous();
        var reduced = Tensors.empty(DType.FLOAT32, x.shape());
        pass().run(new Floats(source.memory(), reduced.memory(), source.numel(), random, tally));
        return x.dtype() == DType.FLOAT32 && x.device().equals(Device.CPU)
                ? reduced
                : reduced.to(x.device()).to(x.dtype());
    }

    /// The same with a gradient: that of `x` as if it had not been reduced (straight-through), where the format has
    /// no other.
    default Tensor through(Tensor x, @Nullable RandomStream random, @Nullable Tally tally) {
        var reduced = reduce(x, random, tally);
        return x.requiresGrad() ? Autograd.surrogate(reduced, x) : reduced;
    }

    /// The pass over memory.
    Pass pass();

    /// Writes the reduced numbers.
    @FunctionalInterface
    interface Pass {
        void run(Floats floats);
    }

    /// Integers by group: `scale = (max - min) / (2^bits - 1)`, `zero = round(-min / scale)`, asymmetric; `min <= 0
    /// <= max`, or groups of one sign would not have their range. Groups are of neighbours in row-major order; the
    /// last may be shorter.
    ///
    /// @paper P81 4 bits, groups of 256 weights or 64 activations
    /// @param bits     in [2, 8]
    /// @param group    elements that share a scale, >= 1
    /// @param rounding of the integers
    @Named("int")
    record Integers(int bits, int group, Rounding rounding) implements NumberFormat {
        public Integers {
            if (bits < 2 || bits > 8) {
                throw new IllegalArgumentException("bits must be in [2, 8] but was " + bits);
            }
            checkGroup(group);
        }

        public static Integers defaults() {
            return new Integers(8, 256, Rounding.NEAREST);
        }

        @Override
        public Pass pass() {
            return new GroupedIntegers(bits, group, rounding);
        }
    }

    /// [Integers] of 4 bits.
    ///
    /// @param group    elements that share a scale, >= 1
    /// @param rounding of the integers
    record Int4(int group, Rounding rounding) implements NumberFormat {
        public Int4 {
            checkGroup(group);
        }

        public static Int4 defaults() {
            return new Int4(256, Rounding.NEAREST);
        }

        @Override
        public Pass pass() {
            return new GroupedIntegers(4, group, rounding);
        }
    }

    /// Floating-point numbers of 4 bits by group, on a grid that is scaled to the greatest magnitude of the group
    /// but for its outliers, which stay as they are.
    ///
    /// @paper P81
    /// @param grid     the magnitudes that there are
    /// @param group    elements that share a scale, >= 1
    /// @param outliers greatest magnitudes of a group that are kept, `>= 0`
    /// @param rounding to the grid
    record Fp4(Grid grid, int group, int outliers, Rounding rounding) implements NumberFormat {
        /// Magnitudes before scaling.
        public enum Grid {
            /// 0, 1/4, 1/2, 3/4, 1: what the code of Stable-SPAM works out to
            UNIFORM,
            /// 0, 0.5, 1, 1.5, 2, 3, 4, 6: two bits of exponent, one of mantissa
            E2M1;

            float[] magnitudes() {
                return switch (this) {
                    case UNIFORM -> new float[] {0, 0.25f, 0.5f, 0.75f, 1};
                    case E2M1 -> new float[] {0, 0.5f, 1, 1.5f, 2, 3, 4, 6};
                };
            }
        }

        public Fp4 {
            checkGroup(group);
            if (outliers < 0) {
                throw new IllegalArgumentException("outliers must be >= 0 but was " + outliers);
            }
        }

        public static Fp4 defaults() {
            return new Fp4(Grid.E2M1, 256, 2, Rounding.NEAREST);
        }

        @Override
        public Pass pass() {
            return new GroupedGrid(grid.magnitudes(), group, outliers, rounding);
        }
    }

    /// Binary floating-point numbers of `exponent` and `mantissa` bits and a sign, without a scale unless it is
    /// asked for: E8M7 is bfloat16, E5M10 half precision, E8M23 FLOAT32. First the mantissa is rounded, then what
    /// is too large becomes the largest, and what is below the least normal number becomes 0 or subnormal.
    /// Infinities and NaN stay.
    ///
    /// @paper P08
    /// @param exponent   bits, in [2, 8]; the bias is `2^(exponent - 1) - 1`
    /// @param mantissa   bits, in [0, 23]
    /// @param rounding   of the mantissa
    /// @param infinities whether the greatest exponent is kept for infinity and NaN; otherwise only its last value
    ///                   is NaN, as in E4M3 of the OCP with its largest of 448
    /// @param subnormals whether there are numbers below the least normal one
    /// @param scaled     whether a tensor is scaled so that its greatest magnitude becomes the largest number
    @Named("float")
    record FloatingPoint(
            int exponent, int mantissa, Rounding rounding, boolean infinities, boolean subnormals, boolean scaled)
            implements NumberFormat {
        public FloatingPoint {
            if (exponent < 2 || exponent > 8) {
                throw new IllegalArgumentException("exponent must be in [2, 8] but was " + exponent);
            }
            if (mantissa < 0 || mantissa > 23) {
                throw new IllegalArgumentException("mantissa must be in [0, 23] but was " + mantissa);
            }
        }

        public static FloatingPoint defaults() {
            return new FloatingPoint(8, 7, Rounding.NEAREST, true, false, false);
        }

        /// The largest number.
        public double largest() {
            var bias = (1 << (exponent - 1)) - 1;
            return infinities || exponent == 8
                    ? (2 - Math.scalb(1.0, -mantissa)) * Math.scalb(1.0, bias)
                    : (2 - Math.scalb(1.0, 1 - mantissa)) * Math.scalb(1.0, bias + 1);
        }

        /// The least normal number.
        public double least() {
            return Math.scalb(1.0, 2 - (1 << (exponent - 1)));
        }

        @Override
        public Pass pass() {
            return new FloatBits(this);
        }
    }

    /// 8 bits with 4 of exponent and 3 of mantissa, the largest 448, with subnormals and a scale for each tensor.
    ///
    /// @param rounding of the mantissa
    record Fp8E4m3(Rounding rounding) implements NumberFormat {
        public static Fp8E4m3 defaults() {
            return new Fp8E4m3(Rounding.NEAREST);
        }

        @Override
        public Pass pass() {
            return new FloatingPoint(4, 3, rounding, false, true, true).pass();
        }
    }

    /// 8 bits with 5 of exponent and 2 of mantissa, the largest 57344, with subnormals and a scale for each tensor.
    ///
    /// @param rounding of the mantissa
    record Fp8E5m2(Rounding rounding) implements NumberFormat {
        public static Fp8E5m2 defaults() {
            return new Fp8E5m2(Rounding.NEAREST);
        }

        @Override
        public Pass pass() {
            return new FloatingPoint(5, 2, rounding, true, true, true).pass();
        }
    }

    /// The sign, with 0 for 0. Backward it has the slope of a function near it.
    ///
    /// @paper P68
    /// @param surrogate the function
    /// @param scaled    whether signs are multiplied by the mean magnitude of the tensor, as is usual for weights
    record Binary(Surrogate surrogate, boolean scaled) implements NumberFormat {
        public static Binary defaults() {
            return new Binary(Surrogate.Power.defaults(), false);
        }

        @Override
        public Tensor through(Tensor x, @Nullable RandomStream random, @Nullable Tally tally) {
            var sign = Autograd.surrogate(x.sign(), surrogate.slope(x).detach().mul(x));
            return scaled ? sign.mul(x.abs().mean()) : sign;
        }

        @Override
        public Pass pass() {
            return floats -> {
                for (var i = 0L; i < floats.n(); i++) {
                    floats.set(i, Math.signum(floats.get(i)));
                }
            };
        }
    }

    private static void checkGroup(int group) {
        if (group < 1) {
            throw new IllegalArgumentException("group must be >= 1 but was " + group);
        }
    }
}
