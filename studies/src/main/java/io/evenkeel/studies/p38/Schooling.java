package io.evenkeel.studies.p38;

import io.evenkeel.config.ConfigReader;
import io.evenkeel.nn.Parameters;
import io.evenkeel.optim.OptimizerConfig;
import io.evenkeel.random.RandomStream;
import io.evenkeel.random.RandomStreams;
import io.evenkeel.schedule.Decay;
import io.evenkeel.schedule.Schedule;
import io.evenkeel.schedule.Warmup;
import io.evenkeel.study.Measurements;
import io.evenkeel.study.Training;
import io.evenkeel.tensor.Autograd;
import io.evenkeel.tensor.Functional;
import io.evenkeel.tensor.Scope;
import io.evenkeel.tensor.Tensor;
import io.evenkeel.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/// A Swin Transformer that learns to tell clothes, and what is measured of it.
final class Schooling implements AutoCloseable {
    private static final int CLASSES = 10;
    private static final int DIVERGED_STEPS = 50;
    private static final int MASK_SIDE = 2;
    private static final double MASK_SHARE = 0.6;
    private static final double SMALL = 1e-30;

    private final MicroSwin model;
    private final MicroSwin.Config config;
    private final Parameters parameters;
    private final Pictures pictures;
    private final RandomStreams streams;

    Schooling(MicroSwin.Config config, Pictures pictures, long seed) {
        this.config = config;
        this.pictures = pictures;
        this.streams = new RandomStreams(seed);
        this.model = new MicroSwin(config, CLASSES);
        this.parameters = Parameters.materialize(model, streams.stream("init"));
    }

    /// AdamW with decay of the weights alone: not of scales, biases of positions, or norms.
    private OptimizerConfig optimizer(double lr) {
        var table = config.bias() == PositionBias.Kind.TABLE ? "*.bias.table" : "*.bias.*.weight";
        var groups = "[{match: '" + table + "', weightDecay: 0}"
                + (config.cosine() ? ", {match: '*.log_scale', weightDecay: 0}" : "") + "]";
        return ConfigReader.read(
                List.of("type=adamw", "lr=" + lr, "betas=[0.9, 0.999]", "weightDecay=0.05", "groups=" + groups),
                OptimizerConfig.defaults());
    }

    private static Schedule schedule(int steps) {
        var warmup = Math.max(1, steps / 20);
        return new Warmup(warmup, new Decay(Decay.Shape.COSINE, warmup, steps - warmup, 0));
    }

    /// Trains on the first `count` pictures, and keeps every loss.
    ///
    /// @param loss of pictures and their classes
    private List<Double> train(double lr, int steps, int batch, long count, String order, Function<Tensor, Tensor> loss) {
        var random = streams.stream(order);
        var schedule = schedule(steps);
        var losses = new ArrayList<Double>();
        try (var moves = optimizer(lr).build(parameters)) {
            for (var step = 0; step < steps; step++) {
                try (var _ = Scope.open()) {
                    parameters.zeroGradients();
                    var value = loss.apply(Tensors.randint(random, count, batch));
                    value.backward();
                    losses.add(value.item());
                    if (!Double.isFinite(losses.getLast())) {
                        return losses;
                    }
                    moves.step(schedule.factor(step), parameters.gradientNorm());
                }
            }
        }
        return losses;
    }

    /// Learns to tell.
    List<Double> learn(double lr, int steps, int batch, long count) {
        return train(lr, steps, batch, count, "learn", which -> Functional.crossEntropyEach(
                        model.classes(pictures.pictures(which), config.window(), null), pictures.labels(which))
                .mean());
    }

    /// Learns what stands in hidden patches, without labels: mean absolute error of hidden pixels.
    void reconstruct(double lr, int steps, int batch, long count) {
        var random = streams.stream("mask");
        train(lr, steps, batch, count, "reconstruct", which -> {
            var seen = pictures.pictures(which);
            var target = model.patches(seen);
            var mask = mask(target.size(0), (int) target.size(1), random);
            var error = model.reconstruct(seen, mask).sub(target).abs().mul(mask);
            return error.sum().div(mask.sum().mul((double) target.size(3)).add(1e-5));
        });
    }

    /// Squares of patches, six in ten of them hidden, `[B, S, S, 1]`.
    static Tensor mask(long pictures, int side, RandomStream random) {
        var squares = side / MASK_SIDE;
        var values = new float[(int) pictures * side * side];
        for (var i = 0; i < pictures; i++) {
            var hidden = new boolean[squares * squares];
            for (var left = (int) Math.round(MASK_SHARE * hidden.length); left > 0; ) {
                var at = random.nextInt(hidden.length);
                left -= hidden[at] ? 0 : 1;
                hidden[at] = true;
            }
            for (var cell = 0; cell < side * side; cell++) {
                var square = cell / side / MASK_SIDE * squares + cell % side / MASK_SIDE;
                values[i * side * side + cell] = hidden[square] ? 1 : 0;
            }
        }
        return Tensors.of(values, pictures, side, side, 1);
    }

    /// Held-out loss and accuracy.
    ///
    /// @param doubled whether pictures are twice as large, and windows too
    double[] test(boolean doubled) {
        var nats = 0.0;
        var right = 0.0;
        var count = 0L;
        for (var batch : pictures.test()) {
            try (var _ = Scope.open();
                    var _ = Autograd.noGrad()) {
                var seen = Pictures.padded(batch.inputs());
                var logits = model.classes(
                        doubled ? Pictures.doubled(seen) : seen, doubled ? 2 * config.window() : config.window(), null);
                nats += Functional.crossEntropyEach(logits, batch.targets()).sum().item();
                right += logits.argmax(-1).eq(batch.targets()).countNonzero().item();
                count += batch.size();
            }
        }
        return new double[] {nats / count, right / count};
    }

    /// What the stream and attention are like in each block.
    Measurements look(String when, Measurements measured) {
        var rms = new double[config.depth()];
        var logits = new double[config.depth()];
        var entropy = new double[config.depth()];
        try (var _ = Scope.open();
                var _ = Autograd.noGrad()) {
            var seen = Pictures.padded(pictures.test().getFirst().inputs()).narrow(0, 0, 64);
            model.classes(seen, config.window(), (block, stream, scores, weights) -> {
                rms[block] = stream.square().mean().sqrt().item();
                logits[block] = scores.amax().item();
                entropy[block] = weights.mul(weights.clampMin(SMALL).log()).sum(false, -1).neg().mean().item()
                        / Math.log((double) weights.size(-1));
            });
        }
        return measured.put("rms_" + when, rms).put("logit_" + when, logits).put("entropy_" + when, entropy);
    }

    /// Learns at a rate, and is looked at before and after.
    Measurements sweep(double lr, int steps, int batch) {
        var measured = look("start", new Measurements());
        var initial = test(false)[0];
        var losses = learn(lr, steps, batch, pictures.count());
        var finite = Double.isFinite(losses.getLast());
        var found = finite ? test(false) : new double[] {Double.NaN, 1.0 / CLASSES};
        measured.put(Training.INITIAL, initial)
                .put(Training.FINAL, found[0])
                .put("accuracy", found[1])
                .put("diverged", !finite || isDiverged(losses));
        return finite ? look("end", measured) : measured;
    }

    /// Whether the loss was above its first for 50 steps in a row.
    static boolean isDiverged(List<Double> losses) {
        var above = 0;
        for (var loss : losses) {
            above = loss > losses.getFirst() ? above + 1 : 0;
            if (above >= DIVERGED_STEPS) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void close() {
        parameters.close();
    }
}
