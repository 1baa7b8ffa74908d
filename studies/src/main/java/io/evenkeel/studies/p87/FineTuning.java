package io.evenkeel.studies.p87;

import io.evenkeel.config.ConfigReader;
import io.evenkeel.loss.LanguageModelLoss;
import io.evenkeel.nn.Layer;
import io.evenkeel.nn.Linear;
import io.evenkeel.nn.Module;
import io.evenkeel.nn.Parameters;
import io.evenkeel.number.NumberFormat;
import io.evenkeel.number.Reduction;
import io.evenkeel.number.Rounding;
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
import io.evenkeel.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// A pretrained model that learns to shift symbols by what examples show: in FLOAT32, with numbers of fewer bits, and by adapters.
final class FineTuning {
    /// Examples before the one that is asked for.
    static final List<Integer> SHOTS = List.of(0, 1, 3, 5);

    private static final int BATCH = 32;
    private static final int TESTS = 2048;
    private static final double LOSS_SCALE = 1024;
    private static final double LORA_SCALE = 2;

    private static final LanguageModelLoss LOSS = LanguageModelLoss.of(LanguageModelLoss.Config.defaults());

    private final MambaStability.Tuning config;
    private final Workshop workshop;
    private final long seed;

    FineTuning(MambaStability.Tuning config, Workshop workshop, long seed) {
        this.config = config;
        this.workshop = workshop;
        this.seed = seed;
    }

    /// How a model is tuned.
    enum Variant {
        /// numbers of 8 bits of exponent and 7 of mantissa in what linear layers multiply
        BF16(8, 7, 0, false, true),
        /// of 5 and 10, with the loss scaled by 1024
        FP16(5, 10, 0, false, true),
        /// the parameters themselves are rounded after each update, too
        BF16_NO_MASTER(8, 7, 0, false, false),
        /// adapters of rank 4 of all linear layers, in FLOAT32
        LORA(8, 23, 4, false, true),
        /// in bfloat16
        BF16_LORA(8, 7, 4, false, true),
        /// with an adapter of its own for each part of what a Mamba block selects
        BF16_LORA_APART(8, 7, 4, true, true);

        @SuppressWarnings("ImmutableEnumChecker") // a record of numbers is immutable
        private final NumberFormat.@Nullable FloatingPoint format;
        private final int rank;
        private final boolean apart;
        private final boolean master;

        Variant(int exponent, int mantissa, int rank, boolean apart, boolean master) {
            this.format = mantissa == 23 ? null : new NumberFormat.FloatingPoint(exponent, mantissa, Rounding.NEAREST, true, true, false);
            this.rank = rank;
            this.apart = apart;
            this.master = master;
        }
    }

    /// Measures, of the model that is tuned in FLOAT32, `accuracy_k` after `k` shots; and of each variant `divergence_`, the mean over shots
    /// of how far accuracies are apart, in points, and `kl_`, the mean divergence of its answers from that model's, in nats.
    Measurements run() {
        var measured = new Measurements();
        try (var _ = Scope.open();
                var test = Text.shifts(TESTS, RandomStream.of(87, "test"))) {
            var full = tune(null, 0, test.inputs());
            var right = accuracies(full, test.targets());
            for (var i = 0; i < right.length; i++) {
                measured.put("accuracy_" + SHOTS.get(i), right[i]);
            }
            measured.put("accuracy", mean(right));
            for (var variant : Variant.values()) {
                if (config.variants() || variant == Variant.BF16) {
                    var logs = tune(variant, variant.rank, test.inputs());
                    var own = accuracies(logs, test.targets());
                    var apart = 0.0;
                    for (var i = 0; i < own.length; i++) {
                        apart += 100 * Math.abs(own[i] - right[i]) / own.length;
                    }
                    var name = variant.name().toLowerCase(Locale.ROOT);
                    measured.put("divergence_" + name, apart)
                            .put("kl_" + name, full.exp().mul(full.sub(logs)).sum(false, -1).mean().item());
                }
            }
        }
        return measured;
    }

    /// Measures `accuracy` of adapters in bfloat16 of a rank.
    Measurements adapters(int rank) {
        try (var _ = Scope.open();
                var test = Text.shifts(TESTS, RandomStream.of(87, "test"))) {
            return new Measurements().put("accuracy", mean(accuracies(tune(Variant.BF16_LORA, rank, test.inputs()), test.targets())));
        }
    }

    private static double mean(double[] values) {
        return Arrays.stream(values).average().orElseThrow();
    }

    /// Log-probabilities of a tuned model where answers are told, `[n, shots, V]`.
    private Tensor tune(@Nullable Variant variant, int rank, Tensor test) {
        var model = Network.of(config.model());
        var streams = new RandomStreams(seed);
        try (var parameters = Parameters.materialize(model, RandomStream.of(87, "base"))) {
            pretrained(model, parameters);
            var adapters = new Adapters();
            if (variant != null) {
                reduce(model, variant);
                adapt(model, variant, rank, adapters);
            }
            if (rank == 0) {
                learn(model, parameters, variant, streams);
                return answers(model, test);
            }
            parameters.all().forEach(parameter -> parameter.value().requiresGrad(false));
            try (var own = Parameters.materialize(adapters, streams.stream("adapters"))) {
                learn(model, own, variant, streams);
                return answers(model, test);
            }
        }
    }

    private static final class Adapters extends Module {
        Layer add(String name, Layer adapter) {
            return child(name, adapter);
        }
    }

    private static void reduce(Layer model, Variant variant) {
        var reduction = new Reduction(variant.format, variant.format, variant.format, RandomStream.of(0, "unused"));
        model.forEachModule((name, module) -> {
            if (module instanceof Linear linear && variant.format != null && !name.equals("head")) {
                linear.reduce(reduction);
            }
        });
    }

    private static void adapt(Layer model, Variant variant, int rank, Adapters adapters) {
        if (rank == 0) {
            return;
        }
        model.forEachModule((name, module) -> {
            if (module instanceof Linear linear && !name.equals("head")) {
                var shape = linear.weight().shape();
                var flat = name.replace('.', '_');
                if (variant.apart && name.endsWith("select")) {
                    var states = (shape[0] - 4) / 2;
                    var parts = new ArrayList<Layer>();
                    for (var out : new long[] {shape[0] - 2 * states, states, states}) {
                        parts.add(adapters.add(flat + parts.size(), new Lora(shape[1], out, rank, LORA_SCALE)));
                    }
                    linear.addBranch(x -> Tensors.cat(parts.stream().map(part -> part.forward(x)).toList(), -1));
                } else {
                    linear.addBranch(adapters.add(flat, new Lora(shape[1], shape[0], rank, LORA_SCALE))::forward);
                }
            }
        });
    }

    private void learn(Layer model, Parameters parameters, @Nullable Variant variant, RandomStreams streams) {
        var scale = variant == Variant.FP16 ? LOSS_SCALE : 1;
        var random = streams.stream("examples");
        try (var moves = optimizer(config.lr()).build(parameters)) {
            for (var step = 0; step < config.steps(); step++) {
                try (var _ = Scope.open();
                        var batch = Text.shifts(BATCH, random)) {
                    parameters.zeroGradients();
                    LOSS.of(model.forward(batch.inputs()), batch.targets()).total().mul(scale).backward();
                    parameters.gradients().mul_(1 / scale);
                    moves.step(1 - step / (double) config.steps(), parameters.gradientNorm());
                    if (variant != null && !variant.master && variant.format != null) {
                        parameters.values().copy_(variant.format.reduce(parameters.values(), null));
                    }
                }
            }
        }
    }

    private static OptimizerConfig optimizer(double lr) {
        // neither A nor the skip decay: without any decay there is nothing to except
        return ConfigReader.read(
                List.of("type=adamw", "lr=" + lr, "betas=[0.9, 0.95]", "weightDecay=0"), OptimizerConfig.defaults());
    }

    private static Tensor answers(Layer model, Tensor test) {
        try (var _ = Autograd.noGrad()) {
            var logits = model.forward(test).logSoftmax(-1);
            return Tensors.stack(SHOTS.stream().map(shots -> logits.select(1, Text.place(shots))).toList(), 1);
        }
    }

    private static double[] accuracies(Tensor logs, Tensor targets) {
        return IntStream.range(0, SHOTS.size())
                .mapToDouble(i -> logs.select(1, i)
                        .argmax(-1)
                        .eq(targets.select(1, Text.place(SHOTS.get(i))))
                        .to(DType.FLOAT32)
                        .mean()
                        .item())
                .toArray();
    }

    private void pretrained(Layer model, Parameters parameters) {
        Pretrained.into(
                parameters.values(),
                "p87-base-1",
                new MambaStability.Base(config.model(), config.target(), config.most()),
                workshop,
                () -> pretrain(model, parameters));
    }

    /// Until the loss on held-out text is at the target, which both models have in common.
    private void pretrain(Layer model, Parameters parameters) {
        var random = RandomStream.of(87, "text");
        var warmup = 50;
        var schedule = new Warmup(warmup, new Decay(Decay.Shape.LINEAR, warmup, Math.max(1, config.most() - warmup), 0.1));
        try (var moves = optimizer(3e-3).build(parameters);
                var held = Text.mixture(256, RandomStream.of(87, "held out"))) {
            for (var step = 0; step < config.most(); step++) {
                try (var _ = Scope.open();
                        var batch = Text.mixture(BATCH, random)) {
                    parameters.zeroGradients();
                    LOSS.of(model.forward(batch.inputs()), batch.targets()).total().backward();
                    moves.step(schedule.factor(step), parameters.gradientNorm());
                }
                if (step % 20 == 19 && heldOut(model, held.inputs(), held.targets()) <= config.target()) {
                    return;
                }
            }
        }
    }

    static double heldOut(Layer model, Tensor inputs, Tensor targets) {
        try (var _ = Scope.open();
                var _ = Autograd.noGrad()) {
            return LOSS.of(model.forward(inputs), targets).total().item();
        }
    }

    /// Measures `base`, the loss of the pretrained model on held-out text, and `parameters`.
    Measurements base() {
        var model = Network.of(config.model());
        try (var parameters = Parameters.materialize(model, RandomStream.of(87, "base"));
                var held = Text.mixture(256, RandomStream.of(87, "held out"))) {
            pretrained(model, parameters);
            return new Measurements()
                    .put("base", heldOut(model, held.inputs(), held.targets()))
                    .put("parameters", parameters.count());
        }
    }
}
