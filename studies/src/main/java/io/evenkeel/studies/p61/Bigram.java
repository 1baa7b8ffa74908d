package io.evenkeel.studies.p61;

import io.evenkeel.nn.Activation;
import io.evenkeel.nn.Embedding;
import io.evenkeel.nn.Initializer;
import io.evenkeel.nn.Linear;
import io.evenkeel.nn.Parameters;
import io.evenkeel.nn.Precision;
import io.evenkeel.nn.Sequential;
import io.evenkeel.optim.OptimizerConfig;
import io.evenkeel.random.RandomStream;
import io.evenkeel.random.RandomStreams;
import io.evenkeel.schedule.Schedule;
import io.evenkeel.study.Measurements;
import io.evenkeel.tensor.Functional;
import io.evenkeel.tensor.Scope;
import io.evenkeel.tensor.Tensors;
import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/// A language of two kinds of contexts, where the landscape can be seen: after half of the tokens the next one is all
/// but certain, after the others it is any of sixteen. A small network learns it; its excess loss is known exactly, by
/// kind.
///
/// @paper P61 bigram landscape
final class Bigram {
    private static final int TOKENS = 64;
    private static final int CHOICES = 16;
    private static final double CERTAINTY = 0.98;
    private static final int WIDTH = 32;
    private static final int HIDDEN = 64;

    private final double[] frequency = new double[TOKENS];
    private final boolean[] certain = new boolean[TOKENS];
    private final double[][] next = new double[TOKENS][TOKENS];
    private final RandomStream random;

    Bigram(RandomStreams streams) {
        var order = shuffled(streams.stream("ranks"));
        var kinds = shuffled(streams.stream("kinds"));
        var laws = streams.stream("laws");
        for (var rank = 0; rank < TOKENS; rank++) {
            frequency[order[rank]] = 1.0 / (rank + 1);
        }
        var total = IntStream.range(0, TOKENS).mapToDouble(i -> frequency[i]).sum();
        for (var token = 0; token < TOKENS; token++) {
            frequency[token] /= total;
            certain[token] = kinds[token] < TOKENS / 2;
            if (certain[token]) {
                Arrays.fill(next[token], (1 - CERTAINTY) / (TOKENS - 1));
                next[token][laws.nextInt(TOKENS)] = CERTAINTY;
            } else {
                var choices = shuffled(laws);
                for (var i = 0; i < CHOICES; i++) {
                    next[token][choices[i]] = 1.0 / CHOICES;
                }
            }
        }
        this.random = streams.stream("data");
    }

    private static int[] shuffled(RandomStream random) {
        var all = IntStream.range(0, TOKENS).toArray();
        for (var i = TOKENS - 1; i > 0; i--) {
            var j = random.nextInt(i + 1);
            var swap = all[i];
            all[i] = all[j];
            all[j] = swap;
        }
        return all;
    }

    private static int draw(double[] law, RandomStream random) {
        var left = random.nextDouble();
        for (var i = 0; i < law.length; i++) {
            left -= law[i];
            if (left < 0) {
                return i;
            }
        }
        return law.length - 1;
    }

    /// Excess loss over the entropy, by kind of context, weighted by how often contexts occur.
    ///
    /// @param certain   of contexts whose next token is all but certain, nats
    /// @param uncertain of the others
    record Excess(double certain, double uncertain) {}

    /// Trains, and measures the excess at steps of interest: early, before the decay, at the end.
    static Measurements run(OptimizerConfig optimizer, Schedule schedule, int steps, int batch, int early, int decay, long seed) {
        var streams = new RandomStreams(seed);
        var language = new Bigram(streams);
        var model = new Sequential()
                .then("embedding", new Embedding(TOKENS, WIDTH, Initializer.normal(1)))
                .then("hidden", new Linear(WIDTH, HIDDEN, true, Initializer.lecun(WIDTH), Precision.FP32))
                .then(Activation.RELU)
                .then("head", new Linear(HIDDEN, TOKENS, true, Initializer.lecun(HIDDEN), Precision.FP32));
        var measured = new Measurements();
        try (var parameters = Parameters.materialize(model, streams.stream("init"));
                var moves = optimizer.build(parameters)) {
            for (var step = 0; step < steps; step++) {
                if (step == early) {
                    put(measured, "early", language.excess(model));
                }
                if (step == steps - decay) {
                    put(measured, "stable", language.excess(model));
                }
                try (var _ = Scope.open()) {
                    parameters.zeroGradients();
                    var contexts = new long[batch];
                    var targets = new long[batch];
                    for (var i = 0; i < batch; i++) {
                        contexts[i] = draw(language.frequency, language.random);
                        targets[i] = draw(language.next[(int) contexts[i]], language.random);
                    }
                    Functional.crossEntropyEach(model.forward(Tensors.of(contexts, batch)), Tensors.of(targets, batch))
                            .mean()
                            .backward();
                    moves.step(schedule.factor(step), parameters.gradientNorm());
                }
            }
            put(measured, "decayed", language.excess(model));
        }
        return measured;
    }

    private static void put(Measurements measured, String when, Excess excess) {
        measured.put("certain_" + when, excess.certain()).put("uncertain_" + when, excess.uncertain());
    }

    private Excess excess(Sequential model) {
        try (var _ = Scope.open()) {
            var all = LongStream.range(0, TOKENS).toArray();
            var logs = model.forward(Tensors.of(all, TOKENS)).logSoftmax(-1).detach().toDoubles();
            var sums = new double[2];
            for (var context = 0; context < TOKENS; context++) {
                for (var token = 0; token < TOKENS; token++) {
                    var p = next[context][token];
                    if (p > 0) {
                        sums[certain[context] ? 0 : 1] +=
                                frequency[context] * p * (Math.log(p) - logs[context * TOKENS + token]);
                    }
                }
            }
            return new Excess(sums[0], sums[1]);
        }
    }
}
