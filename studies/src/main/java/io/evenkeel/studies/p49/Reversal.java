package io.evenkeel.studies.p49;

import io.evenkeel.nn.Decoder;
import io.evenkeel.nn.Parameters;
import io.evenkeel.nn.Precision;
import io.evenkeel.optim.OptimizerConfig;
import io.evenkeel.random.RandomStream;
import io.evenkeel.random.RandomStreams;
import io.evenkeel.study.Measurements;
import io.evenkeel.tensor.Autograd;
import io.evenkeel.tensor.Functional;
import io.evenkeel.tensor.Scope;
import io.evenkeel.tensor.Tensor;
import io.evenkeel.tensor.Tensors;

/// A deep encoder that learns to write a sequence backwards.
final class Reversal {
    private static final int LENGTH = 24;
    private static final int SYMBOLS = 16;
    private static final int OBSERVE_EVERY = 10;
    private static final int TEST = 256;
    private static final double SMALL = 1e-30;

    private final Decoder model;
    private double lowest = 1;

    private Reversal(Decoder model) {
        this.model = model;
    }

    /// Measures `accuracy` of single symbols on new sequences, `min_entropy`, the least mean entropy of a head over
    /// training relative to uniform attention, and `diverged`.
    static Measurements run(Decoder.Config config, OptimizerConfig optimizer, int steps, int batch, long seed) {
        var streams = new RandomStreams(seed);
        var model = new Decoder(config, SYMBOLS, LENGTH, Precision.FP32, streams.stream("dropout"));
        try (var parameters = Parameters.materialize(model, streams.stream("init"));
                var moves = optimizer.build(parameters)) {
            var reversal = new Reversal(model);
            var data = streams.stream("data");
            var lost = false;
            for (var step = 0; step < steps && !lost; step++) {
                try (var _ = Scope.open()) {
                    parameters.zeroGradients();
                    var tokens = Tensors.randint(data, SYMBOLS, batch, LENGTH);
                    if (step % OBSERVE_EVERY == 0) {
                        reversal.observe(tokens);
                    }
                    var loss = reversal.loss(tokens);
                    loss.backward();
                    lost = !Double.isFinite(loss.item());
                    if (!lost) {
                        moves.step(1, parameters.gradientNorm());
                    }
                }
            }
            return new Measurements()
                    .put("accuracy", lost ? 1.0 / SYMBOLS : reversal.accuracy(streams.stream("test")))
                    .put("min_entropy", reversal.lowest)
                    .put("diverged", lost);
        }
    }

    private static Tensor backwards(Tensor tokens) {
        return tokens.flip(1);
    }

    private Tensor loss(Tensor tokens) {
        var logits = model.logits(tokens).flatten(0, 1);
        return Functional.crossEntropyEach(logits, backwards(tokens).flatten(0, 1)).mean();
    }

    private double accuracy(RandomStream random) {
        model.train(false);
        try (var _ = Scope.open();
                var _ = Autograd.noGrad()) {
            var tokens = Tensors.randint(random, SYMBOLS, TEST, LENGTH);
            return model.logits(tokens).argmax(-1).eq(backwards(tokens)).countNonzero().item() / tokens.numel();
        } finally {
            model.train(true);
        }
    }

    private void observe(Tensor tokens) {
        try (var _ = Autograd.noGrad()) {
            model.observeWith((_, what, p) -> {
                if (what.equals("probabilities")) {
                    var heads = p.mul(p.clampMin(SMALL).log()).sum(false, -1).neg().mean(false, 0, 2);
                    lowest = Math.min(lowest, heads.amin().item() / Math.log(LENGTH));
                }
            });
            model.logits(tokens);
        } finally {
            model.observeWith(null);
        }
    }
}
