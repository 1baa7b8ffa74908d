package io.evenkeel.studies.p45;

import io.evenkeel.nn.Decoder;
import io.evenkeel.study.Measurements;
import io.evenkeel.tensor.Autograd;
import io.evenkeel.tensor.DType;
import io.evenkeel.tensor.Functional;
import io.evenkeel.tensor.Scope;
import io.evenkeel.tensor.Tensor;
import io.evenkeel.tensor.Tensors;
import io.evenkeel.train.PlainRun;
import io.evenkeel.train.RunConfig;
import io.evenkeel.train.Snapshot;
import java.nio.file.Path;

/// A trained model on held-out text in windows of several lengths.
final class Lengths {
    /// Tokens of a pass of evaluation.
    private static final int TOKENS_A_PASS = 4096;
    private static final double SMALL = 1e-30;

    private Lengths() {}

    /// Measures `last_T`, the loss over the last `trained` positions of windows of T, `all_T`, over all positions,
    /// `entropy_T`, the mean attention entropy of rows over that of uniform attention, and `sink_T`, the mean weight of
    /// the first key in rows beyond the trained length or in the second half of it.
    ///
    /// @param config    of the model that reads; its weights are those of `trained`
    /// @param weights   of the trained model
    /// @param trained   the trained length
    /// @param length    T
    /// @param maxTokens of held-out text
    /// @param suffix    behind the names
    static void measure(
            RunConfig config, Snapshot weights, long trained, long length, long maxTokens, String suffix, Path cache, Measurements measured) {
        try (var reader = PlainRun.of(config, cache)) {
            weights.restoreModel(reader);
            var model = (Decoder) reader.model();
            model.train(false);
            var sums = new Sums();
            var validation = reader.data().validation((int) Math.max(1, TOKENS_A_PASS / length), maxTokens);
            var first = true;
            try (var _ = Autograd.noGrad()) {
                for (var batch : validation) {
                    try (batch;
                            var _ = Scope.open()) {
                        if (first) {
                            model.observeWith((_, what, value) -> sums.observe(what, value, trained));
                        }
                        var logits = model.logits(batch.inputs());
                        model.observeWith(null);
                        first = false;
                        sums.add(logits, batch.targets(), trained);
                    }
                }
            }
            measured.put("last_" + length + suffix, sums.last / sums.lastCount)
                    .put("all_" + length + suffix, sums.all / sums.allCount)
                    .put("entropy_" + length + suffix, sums.entropy / sums.observed)
                    .put("sink_" + length + suffix, sums.sink / sums.observed);
        }
    }

    private static final class Sums {
        private double last;
        private double all;
        private long lastCount;
        private long allCount;
        private double entropy;
        private double sink;
        private int observed;

        void add(Tensor logits, Tensor targets, long trained) {
            long length = targets.size(1);
            var each = Functional.crossEntropyEach(logits.flatten(0, 1), targets.flatten(0, 1)).view(targets.shape());
            all += each.sum().item();
            allCount += targets.numel();
            var end = each.narrow(1, length - trained, trained);
            last += end.sum().item();
            lastCount += end.numel();
        }

        /// Weights `[B, H, T, T]` of a module; rows are normalised first, where a map leaves them as they are.
        void observe(String what, Tensor weights, long trained) {
            if (!what.equals("probabilities")) {
                return;
            }
            long length = weights.size(-1);
            var half = length > trained ? trained : length / 2;
            var rows = weights.narrow(2, half, length - half);
            var shares = rows.div(rows.sum(true, -1).clampMin(SMALL));
            var uniform = Tensors.arange(length).add(1).to(DType.FLOAT32).log().narrow(0, half, length - half);
            entropy += shares.mul(shares.clampMin(SMALL).log()).sum(false, -1).neg().div(uniform).mean().item();
            sink += shares.narrow(3, 0, 1).mean().item();
            observed++;
        }
    }
}
