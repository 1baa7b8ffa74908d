package io.evenkeel.studies.p18;

import io.evenkeel.tensor.DType;
import io.evenkeel.tensor.Tensor;
import io.evenkeel.tensor.Tensors;

/// Which experts a token goes to, and with what weight.
///
/// @paper P18
sealed interface Routing {
    /// Weights of the experts, zero where one is not used.
    ///
    /// @param p probabilities of the router, `[n, N]`
    Tensor gates(Tensor p);

    /// The largest `k`, whose weights are made to sum to one.
    ///
    /// @param k at least 1
    record Top(int k) implements Routing {
        @Override
        public Tensor gates(Tensor p) {
            var kept = p.mul(ranks(p).lt(k).to(DType.FLOAT32));
            return kept.div(kept.sum(true, -1));
        }
    }

    /// All, as they are.
    record Dense() implements Routing {
        @Override
        public Tensor gates(Tensor p) {
            return p;
        }
    }

    /// Those whose cumulative probability, themselves included, is at most `top`, and always the first `keep`; all where the entropy is
    /// above the threshold. Weights are not made to sum to one.
    ///
    /// @param top       in (0, 1]
    /// @param keep      at least 1
    /// @param threshold of the entropy; at 1 and more never all
    /// @param entropy   that is compared
    record Hybrid(double top, int keep, double threshold, Tsallis entropy) implements Routing {
        @Override
        public Tensor gates(Tensor p) {
            return p.mul(mask(p.detach()));
        }

        /// 1 for the experts that are used.
        Tensor mask(Tensor p) {
            var ranks = ranks(p); // [n, N]
            // the probability of all experts that come no later
            var cumulative = Tensors.where(
                            ranks.unsqueeze(-2).le(ranks.unsqueeze(-1)), p.unsqueeze(-2), Tensors.zeros(1))
                    .sum(false, -1);
            var kept = cumulative.le(top).logicalOr(ranks.lt(keep));
            var uncertain = entropy.of(p).gt(threshold).unsqueeze(-1);
            return kept.logicalOr(uncertain).to(DType.FLOAT32);
        }
    }

    /// Places in descending order, 0 for the largest.
    private static Tensor ranks(Tensor p) {
        return p.argsort(-1, true).argsort(-1, false).to(DType.FLOAT32);
    }
}
