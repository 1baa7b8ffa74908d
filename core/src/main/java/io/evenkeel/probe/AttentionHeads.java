package io.evenkeel.probe;

import io.evenkeel.data.Batch;
import io.evenkeel.metric.Readings;
import io.evenkeel.metric.SeriesNames;
import io.evenkeel.tensor.Aten;
import io.evenkeel.tensor.DType;
import io.evenkeel.tensor.Tensor;
import io.evenkeel.tensor.Tensors;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Entropy of attention and its largest logit. The entropy of a head is `-sum p ln p` over keys, averaged over queries
/// and examples, in nats; relative: each query's entropy over `ln k`, where `k >= 2` keys may be attended to, which is
/// between 0 (one-hot) and 1 (uniform) also under a causal mask. A head's series end in its number.
///
/// @paper P49 entropy collapse goes with divergence
/// @paper P40 the largest logit grows before attention diverges; masked entries do not count
final class AttentionHeads implements Probe.Forward {
    private static final About ABOUT = new About(
            "attention",
            "entropy of each attention head, against that of uniform attention, and the largest attention logit",
            200,
            true,
            List.of(
                    SeriesNames.MAX_ATTENTION_LOGIT,
                    SeriesNames.MAX_ATTENTION_LOGIT + "/*",
                    SeriesNames.MIN_ATTENTION_ENTROPY,
                    "attention/entropy/*",
                    "attention/entropy_mean/*",
                    "attention/entropy_min/*",
                    "attention/entropy_relative_mean/*",
                    "attention/entropy_relative_min/*"));

    @Override
    public About about() {
        return ABOUT;
    }

    @Override
    public Pass begin(StepView view, Batch batch) {
        return new Heads();
    }

    private static final class Heads implements Pass {
        private final Map<String, Tensor> logitMaxima = new HashMap<>();
        private final Map<String, Tensor> allowedKeys = new HashMap<>();
        private final List<String> modules = new ArrayList<>();
        private final List<Tensor> entropies = new ArrayList<>();

        @Override
        public void observe(String module, String what, Tensor value) {
            if (Observed.isAttentionLogits(what, value)) {
                logitMaxima.put(module, value.amax().to(DType.FLOAT64));
                // One head shows the mask of all.
                var allowed = value.select(1, 0).ne(Double.NEGATIVE_INFINITY); // [B, T, T]
                allowedKeys.put(module, allowed.sum(false, -1).to(DType.FLOAT32));
            } else if (what.equals(Observed.PROBABILITIES)) {
                modules.add(module);
                entropies.add(entropy(module, value.to(DType.FLOAT32)));
            }
        }

        /// The mean entropy of each head, then the relative one, `[2 H]`.
        private Tensor entropy(String module, Tensor p) {
            var each = Aten.op("aten::xlogy", "Tensor")
                    .call(p, p)
                    .getFirst()
                    .sum(false, -1)
                    .neg(); // [B, H, T]
            var allowed = allowedKeys.get(module);
            var keys = allowed != null
                    ? allowed
                    : p.select(1, 0).sum(false, -1).mul(0).add((double) p.size(-1)); // [B, T]
            var counted = keys.gt(1).to(DType.FLOAT32);
            var largest = keys.clampMin(2).log();
            var relative = each.mul(counted.div(largest).unsqueeze(1)) // [B, H, T]
                    .sum(false, 0, 2)
                    .div(counted.sum());
            return Tensors.cat(List.of(each.mean(false, 0, 2), relative), 0).to(DType.FLOAT64);
        }

        @Override
        public void finish(Readings readings) {
            if (!logitMaxima.isEmpty()) {
                var names = List.copyOf(logitMaxima.keySet());
                var maxima = Scalars.read(names.stream().map(logitMaxima::get).toList());
                var max = Double.NEGATIVE_INFINITY;
                for (var i = 0; i < maxima.length; i++) {
                    readings.put(SeriesNames.MAX_ATTENTION_LOGIT + "/" + names.get(i), maxima[i]);
                    max = Math.max(max, maxima[i]);
                }
                readings.put(SeriesNames.MAX_ATTENTION_LOGIT, max);
            }
            if (!entropies.isEmpty()) {
                var min = Double.POSITIVE_INFINITY;
                for (var i = 0; i < modules.size(); i++) {
                    min = Math.min(min, emit(modules.get(i), entropies.get(i).toDoubles(), readings));
                }
                readings.put(SeriesNames.MIN_ATTENTION_ENTROPY, min);
            }
        }

        private static double emit(String module, double[] both, Readings readings) {
            int heads = both.length / 2;
            for (var h = 0; h < heads; h++) {
                readings.put("attention/entropy/" + module + "." + h, both[h]);
            }
            var min = summary("attention/entropy", module, both, 0, heads, readings);
            summary("attention/entropy_relative", module, both, heads, both.length, readings);
            return min;
        }

        private static double summary(
                String series, String module, double[] values, int from, int to, Readings readings) {
            var sum = 0.0;
            var min = Double.POSITIVE_INFINITY;
            for (var i = from; i < to; i++) {
                sum += values[i];
                min = Math.min(min, values[i]);
            }
            readings.put(series + "_mean/" + module, sum / (to - from));
            readings.put(series + "_min/" + module, min);
            return min;
        }
    }
}
