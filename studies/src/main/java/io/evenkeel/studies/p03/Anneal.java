package io.evenkeel.studies.p03;

import io.evenkeel.data.Batch;
import io.evenkeel.data.Partition;
import io.evenkeel.data.Permutation;
import io.evenkeel.random.RandomStream;
import io.evenkeel.study.Measurements;
import io.evenkeel.tensor.Autograd;
import io.evenkeel.tensor.Scope;
import io.evenkeel.tensor.Tensor;
import io.evenkeel.train.PlainRun;
import io.evenkeel.train.RunConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The second stage of the recipe: from the weights of the first, the rate falls in a straight line from where it is to
/// zero, on better data, several times with other orders of it; then the weights are averaged. The better data is a
/// narrow part of the text, without repetitions, and sums.
final class Anneal {
    private Anneal() {}

    /// Measures `plain`, the held-out loss when the first stage just goes on; `anneal_1`, ..., of each order, and
    /// `soup`, of their mean; and of the first and the last what they lose on sums, `sums_plain` and `sums_soup`.
    ///
    /// @param stage the second one
    /// @param dirty share of repeated windows in the first
    static Measurements run(RunConfig config, Olmo2.Stage stage, double dirty, Path cache) {
        var measured = new Measurements();
        try (var run = PlainRun.of(config, cache)) {
            var soil = new DirtyStream(dirty, null, run.streams().stream("dirt"));
            var first = config.train().steps() - stage.tail();
            while (run.steps() < first) {
                soil.step(run);
            }
            try (var start = run.snapshot()) {
                while (run.steps() < config.train().steps()) {
                    soil.step(run);
                }
                measured.put("plain", run.evaluate().loss());
                measured.put("sums_plain", sums(run));
                var peak = run.schedule().factor(first);
                var better = better(run, stage);
                var weights = new HashMap<String, Tensor>();
                for (var order = 1; order <= stage.orders(); order++) {
                    start.restore(run);
                    var permutation = new Permutation(stage.tail(), run.streams().stream("order " + order).nextLong());
                    for (var i = 0; i < stage.tail(); i++) {
                        var batch = better.get((int) permutation.at(i));
                        try (var _ = Scope.open()) {
                            run.update(peak * (1 - (i + 1.0) / stage.tail()), run.backward(List.of(batch)));
                        }
                    }
                    measured.put("anneal_" + order, run.evaluate().loss());
                    add(weights, run, 1.0 / stage.orders());
                }
                better.forEach(Batch::close);
                weights.forEach((name, mean) -> {
                    try (var value = parameter(run, name).detach()) {
                        value.copy_(mean);
                    }
                });
                measured.put("soup", run.evaluate().loss()).put("sums_soup", sums(run));
                weights.values().forEach(Tensor::close);
            }
        }
        return measured;
    }

    /// The batches of the second stage, which the caller closes.
    private static List<Batch> better(PlainRun run, Olmo2.Stage stage) {
        var sums = new Sums(run.streams().stream("sums"));
        var rows = run.config().train().batchSize();
        var batches = new ArrayList<Batch>();
        try (var source = run.data().train(rows, run.streams().stream("curated"), Partition.WHOLE)) {
            for (var i = 0; i < stage.tail(); i++) {
                var batch = source.next();
                sums.into(batch, rows / stage.sums());
                batches.add(batch);
            }
        }
        return batches;
    }

    /// Loss on sums that are the same in all runs, nats a byte.
    private static double sums(PlainRun run) {
        try (var _ = Scope.open();
                var _ = Autograd.noGrad();
                var batch = new Sums(RandomStream.of(3, "sums")).batch(64, 128)) {
            return run.task().loss(batch).crossEntropy().item();
        }
    }

    private static void add(Map<String, Tensor> weights, PlainRun run, double weight) {
        for (var parameter : run.parameters().all()) {
            try (var _ = Scope.open()) {
                var part = parameter.value().detach().mul(weight);
                var sum = weights.get(parameter.name());
                if (sum == null) {
                    weights.put(parameter.name(), part.own());
                } else {
                    sum.add_(part);
                }
            }
        }
    }

    private static Tensor parameter(PlainRun run, String name) {
        return run.parameters().all().stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow()
                .value();
    }
}
