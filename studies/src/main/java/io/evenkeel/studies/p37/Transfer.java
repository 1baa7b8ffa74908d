package io.evenkeel.studies.p37;

import io.evenkeel.config.ConfigReader;
import io.evenkeel.nn.ConvNorm.Mode;
import io.evenkeel.nn.Parameters;
import io.evenkeel.optim.OptimizerConfig;
import io.evenkeel.random.RandomStream;
import io.evenkeel.random.RandomStreams;
import io.evenkeel.schedule.Decay;
import io.evenkeel.studies.common.Clothes;
import io.evenkeel.study.Measurements;
import io.evenkeel.study.Training;
import io.evenkeel.study.Workshop;
import io.evenkeel.tensor.Autograd;
import io.evenkeel.tensor.DType;
import io.evenkeel.tensor.Functional;
import io.evenkeel.tensor.Scope;
import io.evenkeel.tensor.Tensor;
import io.evenkeel.tensor.Tensors;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.LongStream;

/// From five kinds of clothes to the other five: a network that was trained on the first, and what becomes of it on few labels of the
/// second.
final class Transfer implements AutoCloseable {
    private static final int KINDS = SixBlocks.CLASSES;
    private static final int BATCH = 50;
    private static final int BASE_BATCH = 64;
    private static final double STRENGTH = 0.5;
    private static final int ATTACK_STEPS = 10;

    private final Clothes clothes;
    private final long[] first; // indices of kinds 0 to 4
    private final long[] second; // of kinds 5 to 9
    private final Tensor testPictures;
    private final Tensor testLabels;
    private final List<Parameters> held = new ArrayList<>();

    /// @param pictures to train on, of all kinds
    /// @param tests    to test on
    Transfer(int pictures, int tests, Path cache) {
        clothes = Clothes.open(pictures, tests, cache);
        var labels = clothes.labels(Tensors.arange(clothes.count())).toLongs();
        first = LongStream.range(0, labels.length).filter(i -> labels[(int) i] < KINDS).toArray();
        second = LongStream.range(0, labels.length).filter(i -> labels[(int) i] >= KINDS).toArray();
        try (var _ = Scope.open()) {
            var allPictures = new ArrayList<Tensor>();
            var allLabels = new ArrayList<Tensor>();
            for (var batch : clothes.test()) {
                var of = batch.targets().ge(KINDS).nonzero().squeeze(1);
                allPictures.add(batch.inputs().indexSelect(0, of));
                allLabels.add(batch.targets().indexSelect(0, of).sub(KINDS));
            }
            var all = Tensors.cat(allPictures, 0);
            testPictures = all.reshape(all.size(0), 1, all.size(-2), all.size(-1)).copy().own();
            testLabels = Tensors.cat(allLabels, 0).own();
        }
    }

    /// What the base is made from.
    ///
    /// @param pictures as in the constructor
    /// @param steps    updates
    record Base(int pictures, int steps) {}

    /// The network that knows the first kinds, made once for all trials.
    SixBlocks base(Base base, Workshop workshop) {
        var directory = workshop.shared("p37-base-1", base, into -> {
            try (var _ = Scope.open()) {
                var model = new SixBlocks(Mode.TRAIN);
                try (var parameters = Parameters.materialize(model, RandomStream.of(37, "base"))) {
                    pretrain(model, parameters, base.steps());
                    var flat = model.flat().toFloats();
                    var bytes = ByteBuffer.allocate(4 * flat.length);
                    bytes.asFloatBuffer().put(flat);
                    Files.write(into.resolve("weights"), bytes.array());
                }
            }
        });
        try (var _ = Scope.open()) {
            var floats = ByteBuffer.wrap(Files.readAllBytes(directory.resolve("weights"))).asFloatBuffer();
            var flat = new float[floats.remaining()];
            floats.get(flat);
            var model = new SixBlocks(Mode.EVAL);
            held.add(Parameters.materialize(model, RandomStream.of(37, "base")));
            model.setFlat(Tensors.of(flat, flat.length));
            return model;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void pretrain(SixBlocks model, Parameters parameters, int steps) {
        var config = ConfigReader.read(
                List.of("type=sgd", "momentum=0.9", "lr=0.1", "clip.type=none"), OptimizerConfig.defaults());
        var schedule = new Decay(Decay.Shape.COSINE, 0, steps, 0);
        var random = RandomStream.of(37, "order");
        try (var moves = config.build(parameters)) {
            for (var step = 0; step < steps; step++) {
                try (var _ = Scope.open()) {
                    parameters.zeroGradients();
                    var which = drawn(first, BASE_BATCH, random);
                    Functional.crossEntropyEach(model.forward(clothes.pictures(which)), clothes.labels(which)).mean().backward();
                    moves.step(schedule.factor(step), parameters.gradientNorm());
                }
            }
        }
    }

    private static Tensor drawn(long[] from, int count, RandomStream random) {
        var which = new long[count];
        Arrays.setAll(which, _ -> from[random.nextInt(from.length)]);
        return Tensors.of(which, count);
    }

    /// A network that goes on from the base in a mode, with a new head.
    private SixBlocks start(SixBlocks base, Mode mode, RandomStreams streams) {
        var model = new SixBlocks(mode);
        held.add(Parameters.materialize(model, streams.stream("init")));
        try (var _ = Scope.open()) {
            model.takeFeatures(base);
        }
        return model;
    }

    /// Trains on few labels of the second kinds. Measures `initial` and `final`, losses on test pictures, the latter NaN when the loss
    /// became no number; `accuracy`; and `diverged`, whether the last training losses are above the first or no numbers.
    Measurements learn(TuneMode.Learn part, SixBlocks base, long seed) {
        var streams = new RandomStreams(seed);
        try (var _ = Scope.open()) {
            if (part.spread()) {
                var random = streams.stream("spread");
                base.spread(Arrays.stream(SixBlocks.channels())
                        .mapToObj(n -> Tensors.uniform(random, Math.log(0.1), Math.log(10), n).exp())
                        .toList());
            }
            var model = new SixBlocks(part.mode());
            try (var parameters = Parameters.materialize(model, streams.stream("init"));
                    var moves = part.optimizer().build(parameters)) {
                model.takeFeatures(base);
                var squares = base.coefficients().stream().map(Tensor::square).toList();
                var labelled = Arrays.copyOf(second, part.labels());
                var random = streams.stream("order");
                var initial = loss(model)[0];
                var losses = new ArrayList<Double>();
                for (var step = 0; step < part.steps() && (losses.isEmpty() || Double.isFinite(losses.getLast())); step++) {
                    try (var _ = Scope.open()) {
                        parameters.zeroGradients();
                        var which = drawn(labelled, BATCH, random);
                        var loss = Functional.crossEntropyEach(
                                        model.forward(clothes.pictures(which)), clothes.labels(which).sub(KINDS))
                                .mean();
                        loss.backward();
                        losses.add(loss.item());
                        if (part.corrected()) {
                            for (var i = 0; i < squares.size(); i++) {
                                parameters.get("block" + i + ".conv.weight").gradient().mul_(squares.get(i).view(-1, 1, 1, 1));
                            }
                        }
                        moves.step(1, parameters.gradientNorm());
                    }
                }
                var end = loss(model);
                var lost = !Double.isFinite(losses.getLast()) || !Double.isFinite(end[0]);
                var last = losses.subList(Math.max(0, losses.size() - 10), losses.size()).stream().mapToDouble(Double::doubleValue).average();
                return new Measurements()
                        .put(Training.INITIAL, initial)
                        .put(Training.FINAL, lost ? Double.NaN : end[0])
                        .put("accuracy", lost ? 1.0 / KINDS : end[1])
                        .put("diverged", lost || !(last.orElseThrow() <= losses.getFirst()));
            }
        }
    }

    /// Mean loss and accuracy on test pictures of the second kinds.
    private double[] loss(SixBlocks model) {
        model.train(false);
        try (var _ = Scope.open();
                var _ = Autograd.noGrad()) {
            var logits = model.forward(testPictures);
            return new double[] {
                Functional.crossEntropyEach(logits, testLabels).mean().item(),
                logits.argmax(-1).eq(testLabels).to(DType.FLOAT32).mean().item()
            };
        } finally {
            model.train(true);
        }
    }

    /// What a training step takes in each mode, interleaved: `millis_` medians, `bytes_` of native memory that the graph of a forward
    /// pass holds; and `attacked_eval` and `attacked_tune`, the share of test pictures that ten projected gradient steps turn wrong.
    Measurements cost(int rounds, SixBlocks base) {
        var streams = new RandomStreams(1);
        var measured = new Measurements();
        var modes = List.of(Mode.TRAIN, Mode.EVAL, Mode.TUNE, Mode.DEPLOY);
        try (var _ = Scope.open()) {
            var models = modes.stream().map(mode -> start(base, mode, streams)).toList();
            var millis = new double[modes.size()][rounds];
            var which = Tensors.of(Arrays.copyOf(second, BATCH), BATCH);
            var pictures = clothes.pictures(which);
            var labels = clothes.labels(which).sub(KINDS);
            for (var round = -3; round < rounds; round++) {
                for (var i = 0; i < modes.size(); i++) {
                    try (var _ = Scope.open()) {
                        var start = System.nanoTime();
                        Functional.crossEntropyEach(models.get(i).forward(pictures), labels).mean().backward();
                        if (round >= 0) {
                            millis[i][round] = (System.nanoTime() - start) / 1e6;
                        }
                    }
                }
            }
            for (var i = 0; i < modes.size(); i++) {
                Arrays.sort(millis[i]);
                measured.put(Measurements.MACHINE + "millis_" + name(modes.get(i)), millis[i][rounds / 2]);
                measured.put(Measurements.MACHINE + "bytes_" + name(modes.get(i)), held(models.get(i), pictures));
            }
            for (var i = 1; i <= 2; i++) {
                measured.put("attacked_" + name(modes.get(i)), attacked(models.get(i), pictures, labels));
            }
        }
        return measured;
    }

    /// Bytes that a forward pass leaves in use for the backward one.
    private static double held(SixBlocks model, Tensor pictures) {
        var before = NativeHeap.bytes();
        Tensor output;
        try (var _ = Scope.open()) {
            output = model.forward(pictures).own();
        }
        var after = NativeHeap.bytes();
        output.close();
        return after - before;
    }

    private static String name(Mode mode) {
        return mode.name().toLowerCase(Locale.ROOT);
    }

    private static double attacked(SixBlocks model, Tensor pictures, Tensor labels) {
        var d = Tensors.zeros(pictures.shape());
        for (var i = 0; i < ATTACK_STEPS; i++) {
            try (var _ = Scope.open()) {
                var at = pictures.add(d).detach().requiresGrad(true);
                var loss = Functional.crossEntropyEach(model.forward(at), labels).sum();
                d.add_(Autograd.grad(loss, List.of(at), false).getFirst().sign(), STRENGTH / 4).clamp_(-STRENGTH, STRENGTH);
            }
        }
        try (var _ = Autograd.noGrad()) {
            return model.forward(pictures.add(d)).argmax(-1).ne(labels).to(DType.FLOAT32).mean().item();
        }
    }

    @Override
    public void close() {
        held.forEach(Parameters::close);
        clothes.close();
        testPictures.close();
        testLabels.close();
    }
}
