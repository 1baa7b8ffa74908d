package io.evenkeel.studies.p25;

import io.evenkeel.data.Batch;
import io.evenkeel.data.TextData;
import io.evenkeel.metric.Readings;
import io.evenkeel.metric.SeriesNames;
import io.evenkeel.nn.Parameter;
import io.evenkeel.nn.WeightQuantiser;
import io.evenkeel.plot.Axis;
import io.evenkeel.plot.Chart;
import io.evenkeel.statistic.SpikeScore;
import io.evenkeel.study.Arms;
import io.evenkeel.study.Claim;
import io.evenkeel.study.Description;
import io.evenkeel.study.Estimate;
import io.evenkeel.study.Exhibit;
import io.evenkeel.study.LrSweep;
import io.evenkeel.study.Measurements;
import io.evenkeel.study.Pairs;
import io.evenkeel.study.Results;
import io.evenkeel.study.Scale;
import io.evenkeel.study.Study;
import io.evenkeel.study.Training;
import io.evenkeel.study.Trial;
import io.evenkeel.study.Verdict;
import io.evenkeel.study.Verdict.Condition;
import io.evenkeel.study.Workshop;
import io.evenkeel.tensor.Scope;
import io.evenkeel.train.PlainRun;
import io.evenkeel.train.RunConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// DeepNorm against its neighbours, the shrunk gradient of the embedding, softmax of half-precision logits, a change of
/// the data mixture, and integer weights.
///
/// @paper P25
public final class Glm130b implements Study<Glm130b.Config> {
    private static final String PART = "part";
    private static final String NORMS = "norms";
    private static final String EMBEDDING = "embedding";
    private static final String SOFTMAX = "softmax";
    private static final String SHIFT = "shift";
    private static final String INFILLING = "blank infilling";
    private static final int SHIFT_AT = 100;
    private static final int WINDOW = 5;
    private static final double SIGMAS = 4;
    private static final String UNIGRAM = "unigram";
    private static final double LEARNS = 0.1;
    private static final List<Integer> BITS = List.of(8, 4, 3);

    private static final String BASE = """
            model:
              width: 48
              depth: 12
              heads: 4
              normPlacement: deepnorm
              deepNorm: glm
              position: {type: rope}
              mlp: {type: geglu, ratio: 2.6667}
              init: {type: deepnorm}
            data: {source: bundled, context: 64, split: 0.02}
            optimizer: {type: adamw, lr: 3e-3, betas: [0.9, 0.95], weightDecay: 0.1, clip: {type: global-norm, max: 1}}
            schedule: {type: cosine, floor: 0.1}
            train: {batchSize: 8, threads: 1}
            probes: {set: none}
            """;

    private static final String XAVIER = "model.init.type=xavier";

    private static final Arms ARMS = new Arms("P25", BASE)
            .with("pre-ln", "model.normPlacement=pre", XAVIER)
            .with("peri-ln", "model.normPlacement=peri", XAVIER)
            .with("post-ln", "model.normPlacement=post", XAVIER)
            .with("deepnorm")
            .with("deepnorm of deepnet", "model.deepNorm=deepnet")
            .with("deepnorm, gelu", "model.mlp={type: gelu, ratio: 4}")
            .with("embedding gradient 0.3", "model.embeddingGradient=0.3")
            .with("embedding gradient 0.1", "model.embeddingGradient=0.1")
            .with("half softmax", "model.attention.normaliser={type: half-softmax, form: plain}")
            .with("half logits, scaled", "model.attention.normaliser={type: half-softmax, form: scaled, divisor: 6}")
            .with("pb-relax", "model.attention.normaliser={type: half-softmax, form: relaxed, divisor: 32}")
            .with("abrupt")
            .with("ramped")
            .with(INFILLING, "model.attention.mask.type=bidirectional");

    /// @param run       what is trained
    /// @param shift     of the data mixture; null for none
    /// @param bits      in which the linear layers are quantised after training
    /// @param infilling blanks to be filled in place of the next byte; null for none
    public record Config(
            RunConfig run,
            MixtureShift.@Nullable Shift shift,
            List<Integer> bits,
            BlankInfilling.@Nullable Shape infilling) {}

    @Override
    public String id() {
        return "P25";
    }

    @Override
    public int version() {
        return 1;
    }

    @Override
    public Description description() {
        return new Description(
                List.of(
                        "DeepNorm keeps the norm on the residual stream, norm(a x + f(x)) with a = sqrt(2 N), and draws the"
                                + " weights of values, output and MLP smaller by the same factor.",
                        "The gradient of the embedding spikes before the loss does; a tenth of it is let through:"
                                + " 0.1 E + 0.9 stopgrad(E).",
                        "Attention logits overflow in half precision: they are divided before they are kept, and softmax runs"
                                + " in full precision.",
                        "A change of the data mixture made runs diverge until its share and the learning rate were raised over"
                                + " 2000 steps.",
                        "Linear layers in 4-bit integers, one scale a row, lose next to nothing."),
                "Decoders of width 48 with 12 blocks on bundled English text, byte by byte, 200 steps of 8 x 64 bytes. Norms: five"
                        + " placements at peak rates 3e-3, 1e-2 and 3e-2, two seeds. Embedding, softmax and mixture (30 %"
                        + " of the windows written backwards from step 100 on, at once or over 30 steps with the rate"
                        + " rising again) at 3e-3, the highest rate at which DeepNorm learns with every seed, three seeds."
                        + " A run has failed when it ends within 0.1 nats of the best model without context. Weights of"
                        + " linear layers are rounded after training.",
                List.of(
                        "0.4 million parameters and 12 blocks instead of 130 billion and 70. What is compared predicts the next"
                                + " byte; blanks are filled in by an arm of its own, without the 5 % of instruction data,"
                                + " which are not at hand.",
                        "Half precision is simulated where the paper keeps it safe, in the attention logits and their"
                                + " softmax; the rest is in full precision, so nothing else overflows.",
                        "The divisor of scaled logits is 6 in every block, not the number of the block.",
                        "A spike is a loss four standard deviations above its running mean: in 200 steps none is seven.",
                        "Backward text stands for the paper's multi-task data."),
                """
                model:
                  normPlacement: deepnorm
                  deepNorm: glm
                  init: {type: deepnorm}
                  embeddingGradient: 0.1
                  mlp: {type: geglu, ratio: 2.6667}
                """,
                "ii");
    }

    @Override
    public List<Trial<Config>> trials(Scale scale) {
        return switch (scale) {
            case SMOKE -> norms(List.of("post-ln", "deepnorm"), List.of("1e-2"), 1, 20, 6);
            case FULL -> grid(2, 3, 200);
            case EXTENDED -> grid(5, 5, 400);
        };
    }

    private static List<Trial<Config>> grid(int seeds, int others, int steps) {
        var trials = new ArrayList<>(norms(
                List.of("pre-ln", "peri-ln", "post-ln", "deepnorm", "deepnorm of deepnet"),
                List.of("3e-3", "1e-2", "3e-2"),
                seeds,
                steps,
                12));
        part(trials, EMBEDDING, List.of("deepnorm", "embedding gradient 0.3", "embedding gradient 0.1"), others, steps);
        part(trials, "activation", List.of("deepnorm, gelu"), others, steps);
        part(trials, SOFTMAX, List.of("half softmax", "half logits, scaled", "pb-relax"), seeds, steps);
        part(trials, SHIFT, List.of("abrupt", "ramped"), others, steps);
        part(trials, INFILLING, List.of(INFILLING), others, steps);
        return trials;
    }

    private static List<Trial<Config>> norms(List<String> arms, List<String> rates, int seeds, int steps, int depth) {
        return ARMS.sweep(arms, rates, seeds, List.of("train.steps=" + steps, "model.depth=" + depth), PART, NORMS).stream()
                .map(trial -> new Trial<>(
                        trial.arm(), trial.factors(), trial.seed(), new Config(trial.config(), null, List.of(), null)))
                .toList();
    }

    private static void part(List<Trial<Config>> trials, String part, List<String> arms, int seeds, int steps) {
        for (var arm : arms) {
            for (var seed = 1L; seed <= seeds; seed++) {
                var run = ARMS.config(arm, List.of("train.steps=" + steps, "train.seed=" + seed));
                var shift = part.equals(SHIFT)
                        ? new MixtureShift.Shift(SHIFT_AT, arm.equals("ramped") ? 30 : 0, 0.3)
                        : null;
                var bits = arm.equals("deepnorm") || arm.equals("deepnorm, gelu") ? BITS : List.<Integer>of();
                var infilling = part.equals(INFILLING) ? BlankInfilling.Shape.PUBLISHED : null;
                trials.add(Trial.of(arm, seed, new Config(run, shift, bits, infilling), PART, part));
            }
        }
    }

    @Override
    public Measurements run(Config config, Workshop workshop) {
        try (var run = PlainRun.of(config.run(), workshop.cache())) {
            var watch = new Training.Watch(List.of());
            if (config.infilling() != null) {
                return infill(run, watch, config.infilling());
            }
            var shares = new ArrayList<Double>();
            var shift = config.shift() == null
                    ? null
                    : new MixtureShift(config.shift(), run.streams().stream("mixture"));
            var measured = watch.run(
                    run, config.run().train().steps(), each -> shift == null ? step(each, shares) : shift.step(each));
            var unigram = ((TextData) run.data()).unigramEntropy();
            var last = measured.number(Training.FINAL);
            measured.put(UNIGRAM, unigram);
            var losses = watch.losses();
            var window = Math.max(SpikeScore.LEAST, losses.length);
            measured.put("spikes", SpikeScore.of(losses, window, SIGMAS).spikes())
                    .put("gradient_spikes", SpikeScore.of(watch.gradients(), window, SIGMAS).spikes());
            if (!shares.isEmpty()) {
                measured.put("embedding_share", shares.stream().mapToDouble(Double::doubleValue).average().orElseThrow())
                        .put("embedding_share_peak", shares.stream().mapToDouble(Double::doubleValue).max().orElseThrow());
            }
            if (shift != null && losses.length == config.run().train().steps()) {
                measured.put("shift_peak", shift.peak(WINDOW))
                        .put("natural", Training.means(shift.natural()));
            }
            quantise(run, config.bits(), last, measured);
            return measured;
        }
    }

    private static Measurements infill(PlainRun run, Training.Watch watch, BlankInfilling.Shape shape) {
        var infilling = new BlankInfilling(shape, run.streams().stream("blanks"));
        var finite = watch.train(run, run.config().train().steps(), infilling::step);
        return watch.put(new Measurements()).put("lost", !finite);
    }

    /// A step, with the norm of the embedding's gradient over that of all.
    private static Readings step(PlainRun run, List<Double> shares) {
        var batches = run.take();
        try (var _ = Scope.open()) {
            var factor = run.schedule().factor(run.steps());
            var readings = run.backward(batches);
            var embedding = gradient(run);
            shares.add(embedding / readings.get(SeriesNames.GRAD_NORM));
            run.update(factor, readings);
            return readings;
        } finally {
            batches.forEach(Batch::close);
        }
    }

    private static double gradient(PlainRun run) {
        return run.parameters().all().stream()
                .filter(parameter -> parameter.name().equals("embed.weight"))
                .map(Parameter::gradient)
                .filter(Objects::nonNull)
                .mapToDouble(gradient -> gradient.norm().item())
                .sum();
    }

    private static void quantise(PlainRun run, List<Integer> bits, double loss, Measurements measured) {
        if (bits.isEmpty()) {
            return;
        }
        try (var trained = run.snapshot()) {
            for (var each : bits) {
                trained.restoreModel(run);
                new WeightQuantiser(each).apply(run.model());
                measured.put("int" + each, run.evaluate().loss() / loss - 1);
            }
        }
    }

    @Override
    public List<Claim> claims(Results results) {
        var norms = results.with(PART, NORMS);
        var embedding = results.with(PART, EMBEDDING);
        var quantised = embedding.arm("deepnorm");
        return List.of(
                Claim.above(
                        "i",
                        "the shrunk embedding gradient (0.1) lowers the number of loss spikes (1 minus 0.1, a run)",
                        Pairs.difference(embedding, "deepnorm", "embedding gradient 0.1", run -> run.number("spikes")),
                        0),
                Claim.above(
                        "ii",
                        "fewer runs fail with DeepNorm than with post-LN (share of runs, post-LN minus DeepNorm)",
                        Pairs.difference(norms, "post-ln", "deepnorm", run -> failed(run) ? 1 : 0),
                        0),
                Claim.above(
                        "iii",
                        "a change of the mixture over 30 steps raises the loss on the old text less than one at once (peak"
                                + " above before, abrupt minus ramped, nats)",
                        Pairs.difference(results.with(PART, SHIFT), "abrupt", "ramped", run -> run.has("shift_peak") ? run.number("shift_peak") : Double.NaN),
                        0),
                Claim.below(
                        "iv-int8",
                        "8-bit weights raise the held-out loss by less than 0.5 % (share)",
                        Estimate.mean(quantised.numbers("int8")),
                        0.005),
                Claim.below(
                        "iv-int4",
                        "4-bit weights raise it by less than 5 % (share)",
                        Estimate.mean(quantised.numbers("int4")),
                        0.05),
                Claim.above(
                        "iv-int3",
                        "3-bit weights raise it more than 4-bit ones (difference of the shares)",
                        Estimate.difference(quantised.numbers("int3"), quantised.numbers("int4")),
                        0));
    }

    /// Whether it has learned next to nothing of the context of a letter.
    private static boolean failed(Measurements run) {
        return !(run.number(Training.FINAL) < run.number(UNIGRAM) - LEARNS);
    }

    @Override
    public Verdict.Rule rule() {
        var fourth = Condition.all("iv-int8", "iv-int4", "iv-int3");
        return new Verdict.Rule(
                Condition.atLeast(3, Condition.all("i"), Condition.all("ii"), Condition.all("iii"), fourth),
                Condition.atLeast(2, Condition.all("i"), Condition.all("ii"), Condition.all("iii"), fourth));
    }

    @Override
    public List<Exhibit> exhibits(Results results) {
        var norms = new LrSweep(results.with(PART, NORMS));
        var exhibits = new ArrayList<Exhibit>();
        exhibits.add(new Exhibit.Figure(
                "lr",
                "Held-out loss over the peak learning rate with 12 blocks: mean and range over seeds.",
                norms.chart("Twelve blocks", "loss after training, by peak learning rate")));
        exhibits.add(norms.table("Placements of the norm."));
        exhibits.add(table(
                "Embedding gradient, means over seeds.",
                results.with(PART, EMBEDDING),
                List.of(Training.FINAL, "spikes", "gradient_spikes", "embedding_share", "embedding_share_peak")));
        exhibits.add(table(
                "Attention logits kept in half precision.", results.with(PART, SOFTMAX), List.of(Training.FINAL, "spikes", "gradient_spikes")));
        exhibits.add(table("A change of the mixture.", results.with(PART, SHIFT), List.of(Training.FINAL, "shift_peak", "spikes")));
        exhibits.add(table(
                "Blanks filled in: cross-entropy a byte in training, mean of the last tenth.",
                results.with(PART, INFILLING),
                List.of(Training.TRAIN, Training.PEAK_GRADIENT, "lost")));
        exhibits.add(table(
                "Relative rise of the held-out loss with integer weights.",
                results.where(result -> result.measured().has("int4")),
                List.of("int8", "int4", "int3")));
        results.with(PART, SHIFT).first().ifPresent(_ -> exhibits.add(new Exhibit.Figure(
                "shift", "Loss on text as it is written, while backward text comes in at step 100 (seed 1).", shift(results.seed(1)))));
        return exhibits;
    }

    private static Exhibit.Table table(String caption, Results results, List<String> numbers) {
        var header = new ArrayList<>(List.of("arm"));
        header.addAll(numbers);
        var rows = new ArrayList<List<String>>();
        for (var arm : results.arms()) {
            var row = new ArrayList<>(List.of(arm));
            numbers.forEach(name -> row.add(Estimate.mean(results.arm(arm).numbers(name)).text()));
            rows.add(row);
        }
        return new Exhibit.Table(caption, header, rows);
    }

    private static Chart shift(Results results) {
        var chart = Chart.titled("Backward text from step 100").x(Axis.linear("step")).y(Axis.linear("loss").unit("nats"));
        for (var arm : List.of("abrupt", "ramped")) {
            for (var run : results.arm(arm).first().stream().toList()) {
                if (run.measured().has("shift_peak")) {
                    var row = run.measured().row("natural");
                    chart = chart.line(arm, IntStream.range(0, row.length).mapToDouble(i -> i * 2.0).toArray(), row);
                }
            }
        }
        return chart.event(SHIFT_AT, "mixture", Chart.Tone.NOTE);
    }
}
