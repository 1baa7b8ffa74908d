package io.evenkeel.studies.p18;

import io.evenkeel.config.ConfigReader;
import io.evenkeel.data.Batch;
import io.evenkeel.loss.LanguageModelLoss;
import io.evenkeel.nn.Decoder;
import io.evenkeel.nn.Layer;
import io.evenkeel.nn.Linear;
import io.evenkeel.nn.Module;
import io.evenkeel.nn.Parameters;
import io.evenkeel.nn.Precision;
import io.evenkeel.optim.OptimizerConfig;
import io.evenkeel.random.RandomStream;
import io.evenkeel.random.RandomStreams;
import io.evenkeel.schedule.Decay;
import io.evenkeel.schedule.Warmup;
import io.evenkeel.studies.common.Lora;
import io.evenkeel.studies.common.Pretrained;
import io.evenkeel.study.Measurements;
import io.evenkeel.study.Workshop;
import io.evenkeel.tensor.Autograd;
import io.evenkeel.tensor.DType;
import io.evenkeel.tensor.Scope;
import io.evenkeel.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;

/// A decoder that knows eight tasks on strings learns eight others: all of it, or by adapters of its MLPs.
final class FineTuning {
    private static final int BATCH = 64;
    private static final int LOOK = 25;
    private static final int RANK = 4;
    private static final double SCALE = 2;
    private static final int LORA_RANK = 24;
    private static final int EXPERTS = 6;
    private static final long WIDTH = 96;
    private static final double DONE = 0.9;

    private final DynMole.Config config;
    private final Decoder model;
    private final Adapters adapters = new Adapters();
    private final List<Mixture> mixtures = new ArrayList<>();
    private final LanguageModelLoss loss = LanguageModelLoss.of(LanguageModelLoss.Config.defaults());

    /// What is trained when the base is not.
    private static final class Adapters extends Module {
        <L extends Layer> L add(Linear to, String name, L adapter) {
            child(name, adapter);
            to.addBranch(adapter::forward);
            return adapter;
        }
    }

    private FineTuning(DynMole.Config config) {
        this.config = config;
        var decoder = ConfigReader.read(
                List.of(
                        "width=" + WIDTH,
                        "depth=" + DynMole.LAYERS,
                        "heads=4",
                        "position.type=rope",
                        "mlp={type: swiglu}",
                        "norm.type=rmsnorm"),
                Decoder.Config.defaults());
        this.model = new Decoder(
                decoder, StringTask.VOCABULARY, StringTask.CONTEXT, Precision.FP32, RandomStream.of(0, "dropout"));
    }

    /// Measures `accuracy`, the share of test examples whose whole answer is right, and `validation`, that of others; `steps90`, steps to
    /// nine tenths of the last accuracy; and of routers at each look the rows `path_entropy` (over its maximum), `path_active` (experts a
    /// token) and `path_flips` (share of tokens whose experts are others than at the look before), `path_accuracy`; their means `entropy`,
    /// `flips`; `active_first`, `active_last`; and `imbalance`, the deviation of the experts' loads over their mean at the end.
    static Measurements run(DynMole.Config config, Workshop workshop) {
        var tuning = new FineTuning(config);
        var streams = new RandomStreams(config.seed());
        try (var parameters = Parameters.materialize(tuning.model, RandomStream.of(18, "base"))) {
            Pretrained.into(
                    parameters.values(),
                    "p18-base-1",
                    new DynMole.Base(config.base()),
                    workshop,
                    () -> tuning.pretrain(parameters, config.base()));
            if (config.how() == DynMole.How.FULL) {
                return tuning.learn(parameters, streams);
            }
            tuning.adapt();
            parameters.all().forEach(parameter -> parameter.value().requiresGrad(false));
            try (var own = Parameters.materialize(tuning.adapters, streams.stream("init"))) {
                return tuning.learn(own, streams);
            }
        }
    }

    private void pretrain(Parameters parameters, int steps) {
        var optimizer = ConfigReader.read(
                List.of("type=adamw", "lr=3e-3", "betas=[0.9, 0.98]", "weightDecay=0.01"), OptimizerConfig.defaults());
        var warmup = Math.max(1, steps / 20);
        var schedule = new Warmup(warmup, new Decay(Decay.Shape.COSINE, warmup, steps - warmup, 0));
        var random = RandomStream.of(18, "examples");
        try (var moves = optimizer.build(parameters)) {
            for (var step = 0; step < steps; step++) {
                try (var _ = Scope.open();
                        var batch = StringTask.batch(BATCH, 0, StringTask.KNOWN, random)) {
                    parameters.zeroGradients();
                    loss.of(model.logits(batch.inputs()), batch.targets()).total().backward();
                    moves.step(schedule.factor(step), parameters.gradientNorm());
                }
            }
        }
    }

    private void adapt() {
        model.forEachModule((name, module) -> {
            if (module instanceof Linear linear && name.contains(".mlp.")) {
                var shape = linear.weight().shape();
                var flat = name.replace('.', '_');
                if (config.how() == DynMole.How.LORA) {
                    adapters.add(linear, flat, new Lora(shape[1], shape[0], LORA_RANK, SCALE));
                } else {
                    var layer = Integer.parseInt(name.split("\\.")[1]);
                    var experts = config.how() == DynMole.How.MOLA ? 2 * (layer + 1) : EXPERTS;
                    mixtures.add(adapters.add(
                            linear, flat, new Mixture(shape[1], shape[0], experts, RANK, SCALE, config.routing())));
                }
            }
        });
    }

    private Measurements learn(Parameters parameters, RandomStreams streams) {
        var path = new Path();
        var pool = pool(streams.stream("examples"));
        var order = streams.stream("order");
        try (var moves = config.optimizer().build(parameters);
                var validation = StringTask.batch(256, StringTask.KNOWN, StringTask.values().length, RandomStream.of(18, "validation"));
                var test = StringTask.batch(1024, StringTask.KNOWN, StringTask.values().length, RandomStream.of(18, "test"))) {
            for (var step = 0; step < config.steps(); step++) {
                if (step % LOOK == 0) {
                    path.look(validation);
                }
                try (var _ = Scope.open()) {
                    parameters.zeroGradients();
                    var batch = pool.get(order.nextInt(pool.size()));
                    var total = loss.of(model.logits(batch.inputs()), batch.targets()).total();
                    if (!mixtures.isEmpty()) {
                        total = total.add(Mixture.penalty(
                                mixtures, StringTask.counts(batch), Tsallis.usual(), config.entropyWeight(), config.balanceWeight()));
                    }
                    total.backward();
                    moves.step(1, parameters.gradientNorm());
                }
            }
            path.look(validation);
            var measured = path.measured().put("accuracy", right(test)).put("parameters", parameters.count());
            pool.forEach(Batch::close);
            return measured;
        }
    }

    /// 4000 examples in fixed batches.
    private static List<Batch> pool(RandomStream random) {
        return IntStream.range(0, 4000 / BATCH)
                .mapToObj(_ -> StringTask.batch(BATCH, StringTask.KNOWN, StringTask.values().length, random))
                .toList();
    }

    /// Share of examples of which every token of the answer is the most likely one, which is what greedy decoding would give.
    private double right(Batch batch) {
        try (var _ = Scope.open();
                var _ = Autograd.noGrad()) {
            var targets = batch.targets();
            var hits = model.logits(batch.inputs()).argmax(-1).eq(targets).logicalOr(targets.eq(LanguageModelLoss.IGNORED));
            return hits.to(DType.FLOAT32).amin(false, 1).mean().item();
        }
    }

    /// What was seen at the looks.
    private final class Path {
        private final List<Double> accuracies = new ArrayList<>();
        private final List<Double> entropies = new ArrayList<>();
        private final List<Double> active = new ArrayList<>();
        private final List<Double> flips = new ArrayList<>();
        private double imbalance = Double.NaN;
        private List<float[]> before = List.of();

        void look(Batch batch) {
            accuracies.add(right(batch));
            if (mixtures.isEmpty()) {
                return;
            }
            try (var _ = Scope.open();
                    var _ = Autograd.noGrad()) {
                model.logits(batch.inputs());
                var weight = StringTask.counts(batch);
                entropies.add(mean(mixture -> Tsallis.usual().of(mixture.last().p()), weight));
                active.add(mean(mixture -> mixture.last().active(), weight));
                imbalance = mixtures.stream()
                        .mapToDouble(mixture -> {
                            var load = mixture.last().gates().mul(weight.unsqueeze(-1)).sum(false, 0);
                            return Math.sqrt(load.var(0).item()) / load.mean().item();
                        })
                        .average()
                        .orElseThrow();
                var now = mixtures.stream().map(mixture -> mixture.last().gates().gt(0).to(DType.FLOAT32).toFloats()).toList();
                if (!before.isEmpty()) {
                    flips.add(flipped(before, now, weight.toFloats()));
                }
                before = now;
            }
        }

        private double mean(Function<Mixture, Tensor> number, Tensor weight) {
            return mixtures.stream()
                    .mapToDouble(mixture -> number.apply(mixture).mul(weight).sum().item() / weight.sum().item())
                    .average()
                    .orElseThrow();
        }

        private static double flipped(List<float[]> before, List<float[]> now, float[] weight) {
            var flipped = 0.0;
            var count = 0.0;
            for (var layer = 0; layer < now.size(); layer++) {
                var experts = now.get(layer).length / weight.length;
                for (var token = 0; token < weight.length; token++) {
                    if (weight[token] > 0) {
                        count++;
                        for (var e = token * experts; e < (token + 1) * experts; e++) {
                            if (before.get(layer)[e] != now.get(layer)[e]) {
                                flipped++;
                                break;
                            }
                        }
                    }
                }
            }
            return flipped / count;
        }

        Measurements measured() {
            var last = accuracies.getLast();
            var reached = IntStream.range(0, accuracies.size()).filter(i -> accuracies.get(i) >= DONE * last).findFirst().orElseThrow();
            var measured = new Measurements()
                    .put("validation", last)
                    .put("steps90", reached * LOOK)
                    .put("path_accuracy", array(accuracies));
            if (!mixtures.isEmpty()) {
                measured.put("entropy", mean(entropies))
                        .put("flips", mean(flips))
                        .put("active_first", active.getFirst())
                        .put("active_last", active.getLast())
                        .put("imbalance", imbalance)
                        .put("path_entropy", array(entropies))
                        .put("path_active", array(active))
                        .put("path_flips", array(flips));
            }
            return measured;
        }

        private static double mean(List<Double> values) {
            return values.stream().mapToDouble(Double::doubleValue).average().orElse(Double.NaN);
        }

        private static double[] array(List<Double> values) {
            return values.stream().mapToDouble(Double::doubleValue).toArray();
        }
    }
}
