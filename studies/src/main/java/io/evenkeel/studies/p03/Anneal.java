package io.evenkeel.studies.p03;

import io.evenkeel.data.Batch;
import io.evenkeel.data.Partition;
import io.evenkeel.study.Measurements;
import io.evenkeel.tensor.Scope;
import io.evenkeel.tensor.Tensor;
import io.evenkeel.train.PlainRun;
import io.evenkeel.train.RunConfig;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The second stage of the recipe: from the weights of the first, the rate falls in a straight line from where it is to
/// zero, on better data, several times with other orders of it; then the weights are averaged.
final class Anneal {
    private Anneal() {}

    /// Measures `plain`, the held-out loss when the first stage just goes on; `anneal_1`, ..., of each order, and
    /// `soup`, of their mean.
    ///
    /// @param tail   steps of the second stage, the last ones of the run
    /// @param orders of the better data
    /// @param dirty  share of repeated windows in the first stage
    static Measurements run(RunConfig config, int tail, int orders, double dirty, Path cache) {
        var measured = new Measurements();
        try (var run = PlainRun.of(config, cache)) {
            var soil = new DirtyStream(dirty, null, run.streams().stream("dirt"));
            var first = config.train().steps() - tail;
            while (run.steps() < first) {
                soil.step(run);
            }
            try (var stage = run.snapshot()) {
                while (run.steps() < config.train().steps()) {
                    soil.step(run);
                }
                measured.put("plain", run.evaluate().loss());
                var peak = run.schedule().factor(first);
                var sums = new HashMap<String, Tensor>();
                for (var order = 1; order <= orders; order++) {
                    stage.restore(run);
                    try (var source = run.data()
                            .train(
                                    config.train().batchSize(),
                                    run.streams().stream("curated " + order),
                                    Partition.WHOLE)) {
                        for (var i = 0; i < tail; i++) {
                            cleanStep(run, source.next(), peak * (1 - (i + 1.0) / tail));
                        }
                    }
                    measured.put("anneal_" + order, run.evaluate().loss());
                    add(sums, run, 1.0 / orders);
                }
                sums.forEach((name, mean) -> {
                    try (var value = parameter(run, name).detach()) {
                        value.copy_(mean);
                    }
                });
                measured.put("soup", run.evaluate().loss());
                sums.values().forEach(Tensor::close);
            }
        }
        return measured;
    }

    private static void cleanStep(PlainRun run, Batch batch, double factor) {
        try (batch;
                var _ = Scope.open()) {
            run.update(factor, run.backward(List.of(batch)));
        }
    }

    private static void add(Map<String, Tensor> sums, PlainRun run, double weight) {
        for (var parameter : run.parameters().all()) {
            try (var _ = Scope.open()) {
                var part = parameter.value().detach().mul(weight);
                var sum = sums.get(parameter.name());
                if (sum == null) {
                    sums.put(parameter.name(), part.own());
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
