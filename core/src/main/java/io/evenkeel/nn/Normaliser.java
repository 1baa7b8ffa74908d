package io.evenkeel.nn;

import io.evenkeel.tensor.DType;
import io.evenkeel.tensor.Functional;
import io.evenkeel.tensor.Tensor;
import io.evenkeel.tensor.Tensors;

/// How the logits `z` of one query become weights of the values: `[.., T]` to the same shape, where a logit of negative
/// infinity (masked) becomes zero.
public sealed interface Normaliser {
    /// The weights.
    Tensor weights(Tensor logits);

    /// `exp(z) / sum exp(z)`
    record Softmax() implements Normaliser {
        @Override
        public Tensor weights(Tensor logits) {
            return logits.softmax(-1);
        }
    }

    /// `exp(z) / (1 + sum exp(z))`: a query may attend to nothing (Miller, "Attention is off by one", 2023).
    record OffByOneSoftmax() implements Normaliser {
        @Override
        public Tensor weights(Tensor logits) {
            // log(1 + sum exp(z)) = softplus(logsumexp(z))
            return logits.sub(Functional.softplus(logits.logsumexp(true, -1))).exp();
        }
    }

    /// `sigmoid(z - ln T)` for T keys, each weight by itself (Ramapuram et al., "Theory, analysis, and best
    /// practices for
    /// sigmoid self-attention", 2024).
    record Sigmoid() implements Normaliser {
        @Override
        public Tensor weights(Tensor logits) {
            return logits.sub(Math.log((double) logits.size(-1))).sigmoid();
        }
    }

    /// `softplus(z) / (sum softplus(z) + eps)`, and sharpened when `power` is above 0: with `A` those weights of a
    /// query that sees `n` keys, `B = max(n A - o, 0)^power` over its sum, where the offset `o` is 1, and 0 in rows
    /// of fewer than four keys. Only keys of more than their share survive. A row that has none keeps `A`.
    ///
    /// @param power of the re-weighting, `>= 0`; 0 for none
    /// @paper P45 power 15, and a [Score.LengthScaled]
    record Softplus(double eps, double power) implements Normaliser {
        private static final double FEW_KEYS = 4;
        private static final double NO_PEAK = 1e-6;

        public Softplus {
            Norm.checkedEps(eps);
            if (!(power >= 0)) {
                throw new IllegalArgumentException("power must be >= 0 but was " + power);
            }
        }

        public static Softplus defaults() {
            return new Softplus(1e-8, 0);
        }

        @Override
        public Tensor weights(Tensor logits) {
            var weights = shares(Functional.softplus(logits), eps);
            if (power == 0) {
                return weights;
            }
            var keys = logits.gt(Double.NEGATIVE_INFINITY).to(DType.FLOAT32).sum(true, -1);
            var above =
                    weights.mul(keys).sub(keys.ge(FEW_KEYS).to(DType.FLOAT32)).relu();
            // Divided by the peak of its row, which cancels, so that no power can overflow.
            var peak = above.detach().amax(true, -1);
            var sharpened = shares(above.div(peak.clampMin(NO_PEAK)).pow(power), eps);
            return Tensors.where(peak.gt(NO_PEAK), sharpened, weights);
        }
    }

    /// A map of each logit to a number of at least zero, over the sum of its row or as it is: what softmax is with
    /// another map than `exp`.
    ///
    /// @param map       of a logit
    /// @param normalise whether it is divided by the sum of its row
    /// @paper P45 the sum matters more than the map
    record Mapped(Map map, boolean normalise, double eps) implements Normaliser {
        /// Maps; negative infinity becomes zero.
        public enum Map {
            EXP,
            SOFTPLUS,
            RELU,
            /// the square of RELU
            RELU2,
            SIGMOID,
            /// `elu(z) + 1`
            ELU_PLUS_ONE
        }

        public Mapped {
            Norm.checkedEps(eps);
        }

        public static Mapped defaults() {
            return new Mapped(Map.SOFTPLUS, true, 1e-8);
        }

        @Override
        public Tensor weights(Tensor logits) {
            var mapped = switch (map) {
                case EXP -> logits.exp();
                case SOFTPLUS -> Functional.softplus(logits);
                case RELU -> logits.relu();
                case RELU2 -> logits.relu().square();
                case SIGMOID -> logits.sigmoid();
                case ELU_PLUS_ONE -> logits.relu().add(logits.clampMax(0).exp());
            };
            return normalise ? shares(mapped, eps) : mapped;
        }
    }

    /// Softmax of logits that are kept in half precision, as mixed-precision training on accelerators does: rounded
    /// to 11 bits, and infinite beyond 65504.
    ///
    ///     plain      softmax(half(z)), rounded to half again
    ///     scaled     half(z / divisor) times divisor, then in FLOAT32
    ///     relaxed    s = half(z / divisor), softmax((s - max s) times divisor) in FLOAT32: PB-relax
    ///
    /// @param form    how they are kept
    /// @param divisor > 0; unused by [Form#PLAIN]
    /// @paper P25 divisor 32 for relaxed (unverified), the number of the layer for scaled
    record HalfSoftmax(Form form, double divisor) implements Normaliser {
        /// How logits are kept.
        public enum Form {
            PLAIN,
            SCALED,
            RELAXED
        }

        public HalfSoftmax {
            if (!(divisor > 0)) {
                throw new IllegalArgumentException("divisor must be > 0 but was " + divisor);
            }
        }

        public static HalfSoftmax defaults() {
            return new HalfSoftmax(Form.RELAXED, 32);
        }

        @Override
        public Tensor weights(Tensor logits) {
            return switch (form) {
                case PLAIN -> half(half(logits).softmax(-1));
                case SCALED -> half(logits.div(divisor)).mul(divisor).softmax(-1);
                case RELAXED -> {
                    var kept = half(logits.div(divisor));
                    yield kept.sub(kept.amax(true, -1)).mul(divisor).softmax(-1);
                }
            };
        }

        private static Tensor half(Tensor x) {
            return x.to(DType.FLOAT16).to(DType.FLOAT32);
        }
    }

    private static Tensor shares(Tensor positive, double eps) {
        return positive.div(positive.sum(true, -1).add(eps));
    }
}
