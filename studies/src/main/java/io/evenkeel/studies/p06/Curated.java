package io.evenkeel.studies.p06;

import io.evenkeel.data.Batch;
import io.evenkeel.nn.Decoder;
import io.evenkeel.random.RandomStream;
import io.evenkeel.study.Measurements;
import io.evenkeel.tensor.Autograd;
import io.evenkeel.tensor.Functional;
import io.evenkeel.tensor.Scope;
import io.evenkeel.tensor.Tensors;
import io.evenkeel.train.PlainRun;
import io.evenkeel.train.RunConfig;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.List;

/// The same number of tokens, clean or with some windows in which the order of tokens is shuffled; and what the model
/// then knows: which of four ends belongs to a beginning, by the least mean loss.
final class Curated {
    private static final int CHOICES = 4;

    private Curated() {}

    /// Measures `final`, held-out loss, and `accuracy` of the choice on held-out windows.
    static Measurements run(RunConfig config, double noise, int questions, Path cache) {
        try (var run = PlainRun.of(config, cache)) {
            var random = run.streams().stream("noise");
            while (run.steps() < config.train().steps()) {
                run.step(run.schedule().factor(run.steps()), batches -> batches.forEach(batch -> shuffle(batch, noise, random)));
            }
            return new Measurements()
                    .put("final", run.evaluate().loss())
                    .put("accuracy", accuracy(run, questions));
        }
    }

    private static void shuffle(Batch batch, double noise, RandomStream random) {
        var inputs = batch.inputs().memory();
        var targets = batch.targets().memory();
        int context = (int) batch.inputs().size(1);
        for (var row = 0L; row < batch.size(); row++) {
            if (random.nextDouble() >= noise) {
                continue;
            }
            var from = row * context;
            for (var i = context - 1; i > 0; i--) {
                var j = random.nextInt(i + 1);
                var kept = inputs.getAtIndex(ValueLayout.JAVA_LONG, from + i);
                inputs.setAtIndex(ValueLayout.JAVA_LONG, from + i, inputs.getAtIndex(ValueLayout.JAVA_LONG, from + j));
                inputs.setAtIndex(ValueLayout.JAVA_LONG, from + j, kept);
            }
            for (var i = 0; i + 1 < context; i++) {
                targets.setAtIndex(ValueLayout.JAVA_LONG, from + i, inputs.getAtIndex(ValueLayout.JAVA_LONG, from + i + 1));
            }
        }
    }

    /// Share of held-out windows whose own second half is likelier after the first half than those of the next three.
    private static double accuracy(PlainRun run, int questions) {
        var right = 0;
        var asked = 0;
        run.model().train(false);
        try (var _ = Autograd.noGrad()) {
            for (var batch : run.data().validation(CHOICES, Long.MAX_VALUE)) {
                try (batch;
                        var _ = Scope.open()) {
                    if (asked < questions && batch.size() == CHOICES) {
                        right += best(run, batch) == 0 ? 1 : 0;
                        asked++;
                    }
                }
            }
        }
        run.model().train(true);
        return right / (double) asked;
    }

    private static long best(PlainRun run, Batch batch) {
        var half = batch.inputs().size(1) / 2;
        var beginnings = batch.inputs().narrow(0, 0, 1).narrow(1, 0, half).repeatInterleave(CHOICES, 0);
        var ends = batch.inputs().narrow(1, half, half);
        var text = Tensors.cat(List.of(beginnings, ends), 1);
        var logits = ((Decoder) run.model()).logits(text).narrow(1, half - 1, half);
        return (long) Functional.crossEntropyEach(logits.flatten(0, 1), ends.flatten(0, 1))
                .view(CHOICES, half)
                .mean(false, 1)
                .argmin(0)
                .item();
    }
}
