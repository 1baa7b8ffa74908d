package io.evenkeel.nn;

import io.evenkeel.tensor.Functional;
import io.evenkeel.tensor.Tensor;

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

    /// `softplus(z) / (sum softplus(z) + eps)`
    ///
    /// @paper P45 with its own scale of the logits
    record Softplus(double eps) implements Normaliser {
        public Softplus {
            Norm.checkedEps(eps);
        }

        public static Softplus defaults() {
            return new Softplus(1e-8);
        }

        @Override
        public Tensor weights(Tensor logits) {
            var positive = Functional.softplus(logits);
            return positive.div(positive.sum(true, -1).add(eps));
        }
    }
}
