package io.evenkeel.studies.p87;

import io.evenkeel.random.RandomStreams;
import io.evenkeel.statistic.Sample;
import io.evenkeel.study.Claim;
import io.evenkeel.study.Description;
import io.evenkeel.study.Estimate;
import io.evenkeel.study.Exhibit;
import io.evenkeel.study.Measurements;
import io.evenkeel.study.Results;
import io.evenkeel.study.Scale;
import io.evenkeel.study.Study;
import io.evenkeel.study.Trial;
import io.evenkeel.study.Verdict;
import io.evenkeel.study.Verdict.Condition;
import io.evenkeel.study.Workshop;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/// Exponents of Mamba's recurrence, and how far few bits and adapters lead a Mamba and a Transformer from what they become without.
///
/// @paper P87
public final class MambaStability implements Study<MambaStability.Config> {
    private static final String PART = "part";
    private static final String EXPONENTS = "exponents";
    private static final String TUNING = "tuning";
    private static final String ADAPTERS = "adapters";
    private static final String LR = "lr";
    private static final List<String> REDUCED = List.of("bf16", "fp16", "bf16_lora");
    private static final double TARGET = 1.29;
    private static final int MOST = 1600;

    /// Models that are compared.
    public enum Model {
        MAMBA,
        TRANSFORMER
    }

    /// @param part what is done
    /// @param seed of blocks, adapters and examples
    public record Config(Part part, long seed) {}

    /// The parts.
    public sealed interface Part permits Blocks, Tuning, Ranks {}

    /// Random blocks.
    ///
    /// @param count  of them
    /// @param length positions
    public record Blocks(int count, int length) implements Part {}

    /// Fine-tuning without and with fewer bits.
    ///
    /// @param model    that is tuned
    /// @param target   held-out loss at which its pretraining ends
    /// @param most     updates of it
    /// @param lr       learning rate at first; it falls to zero
    /// @param steps    updates
    /// @param variants whether all are tuned, not bfloat16 alone
    public record Tuning(Model model, double target, int most, double lr, int steps, boolean variants) implements Part {}

    /// Adapters of a rank in bfloat16.
    ///
    /// @param tuning as before
    /// @param rank   of adapters
    public record Ranks(Tuning tuning, int rank) implements Part {}

    /// What a base is made from.
    record Base(Model model, double target, int most) {}

    @Override
    public String id() {
        return "P87";
    }

    @Override
    public int version() {
        return 1;
    }

    @Override
    public Description description() {
        return new Description(
                List.of(
                        "Mamba multiplies its state channel by channel by exp(delta A), and A is negative: every factor is below one.",
                        "So its largest Lyapunov exponent is a mean of negative numbers, and a perturbed state comes back, exponentially.",
                        "Rounding is a perturbation, and adapters keep the sign: tuning with few bits or by adapters is to stay near to what"
                                + " tuning in FLOAT32 gives.",
                        "Adapters of the projection that selects step size, input and output together tie the three.",
                        "The scan is done in chunks, in plain operations with exact gradients; the probe lyapunov reads exponents of a run."),
                "Exponents: 100 random blocks of width 32 with 16 states over 256 positions, perturbed at the start; a tanh recurrence of"
                        + " radius 1.2, an LSTM, and blocks with A turned positive as controls. Tuning: a Mamba of 2 blocks and a"
                        + " Transformer of 2, pretrained on made-up text to the same held-out loss, learn to shift symbols as up to five"
                        + " examples show, 120 updates of 32; each at the better of two rates, six seeds. Adapters: two rates, ranks 4"
                        + " and 8, 60 updates, two seeds.",
                List.of(
                        "38,000 parameters and made-up text instead of 130 million to 7 billion, MMLU and Winogrande.",
                        "Half precision is simulated in what linear layers multiply; the loss is scaled by 1024 in fp16.",
                        "Eight states a channel in the models that are tuned.",
                        "A Transformer layer has no state to perturb, so it is no control of the exponents.",
                        "How far an output moves with an input is measured, not claimed: step sizes depend on inputs."),
                """
                probes: {everySteps: {lyapunov: 100}}
                """,
                "1-negative");
    }

    @Override
    public List<Trial<Config>> trials(Scale scale) {
        var trials = new ArrayList<Trial<Config>>();
        switch (scale) {
            case SMOKE -> {
                trials.add(Trial.of("blocks", 1, new Config(new Blocks(2, 64), 1), PART, EXPONENTS));
                for (var model : Model.values()) {
                    add(trials, new Tuning(model, TARGET, 20, 3e-3, 8, false), "3e-3", 1);
                }
            }
            case FULL -> grid(trials, 6, 2, 120);
            case EXTENDED -> grid(trials, 20, 6, 600);
        }
        return trials;
    }

    private static void grid(List<Trial<Config>> trials, int seeds, int others, int steps) {
        for (var seed = 1L; seed <= 10; seed++) {
            trials.add(Trial.of("blocks", seed, new Config(new Blocks(10, 256), seed), PART, EXPONENTS));
        }
        for (var model : Model.values()) {
            for (var lr : List.of("1e-3", "3e-3")) {
                add(trials, new Tuning(model, TARGET, MOST, Double.parseDouble(lr), steps, true), lr, seeds);
                for (var rank : new int[] {4, 8}) {
                    var tuning = new Tuning(model, TARGET, MOST, Double.parseDouble(lr), steps / 2, true);
                    for (var seed = 1L; seed <= others; seed++) {
                        trials.add(Trial.of(
                                name(model), seed, new Config(new Ranks(tuning, rank), seed), LR, lr, "rank", rank, PART, ADAPTERS));
                    }
                }
            }
        }
    }

    private static String name(Model model) {
        return model.name().toLowerCase(Locale.ROOT);
    }

    private static void add(List<Trial<Config>> trials, Tuning tuning, String lr, int seeds) {
        for (var seed = 1L; seed <= seeds; seed++) {
            trials.add(Trial.of(name(tuning.model()), seed, new Config(tuning, seed), LR, lr, PART, TUNING));
        }
    }

    @Override
    public Measurements run(Config config, Workshop workshop) {
        return switch (config.part()) {
            case Blocks blocks -> Exponents.run(blocks.count(), blocks.length(), new RandomStreams(config.seed()));
            case Tuning tuning -> {
                var measured = new FineTuning(tuning, workshop, config.seed()).run();
                new FineTuning(tuning, workshop, config.seed()).base().numbers().forEach(measured::put);
                yield measured;
            }
            case Ranks ranks -> new FineTuning(ranks.tuning(), workshop, config.seed()).adapters(ranks.rank());
        };
    }

    /// Runs of a model at the rate at which it is best in FLOAT32.
    private static Results best(Results all, Model model) {
        var runs = all.with(PART, TUNING).arm(name(model));
        return runs.levels(LR).stream()
                .map(lr -> runs.with(LR, lr))
                .max(Comparator.comparingDouble(each -> Estimate.mean(each.numbers("accuracy")).value()))
                .orElse(runs);
    }

    /// By seed, the mean divergence over the variants with fewer bits.
    private static double[] divergences(Results runs) {
        return runs.all().stream()
                .mapToDouble(run -> REDUCED.stream()
                        .mapToDouble(variant -> run.measured().number("divergence_" + variant))
                        .average()
                        .orElseThrow())
                .toArray();
    }

    /// By seed, the standard deviation of accuracy over rates and ranks of adapters.
    private static double[] deviations(Results all, Model model) {
        var runs = all.with(PART, ADAPTERS).arm(name(model));
        return runs.seeds().stream()
                .mapToDouble(seed -> Sample.standardDeviation(runs.seed(seed).numbers("accuracy")))
                .toArray();
    }

    private static Estimate greatest(Results blocks, String name) {
        return blocks.isEmpty() ? Estimate.NONE : Estimate.exact(Arrays.stream(blocks.numbers(name)).max().orElseThrow());
    }

    @Override
    public List<Claim> claims(Results all) {
        var blocks = all.with(PART, EXPONENTS);
        var full = all.with(PART, TUNING).where(run -> run.measured().has("divergence_fp16"));
        return List.of(
                Claim.below(
                        "1-negative",
                        "the largest Lyapunov exponent of every random block is negative (greatest of 100, nats a step)",
                        greatest(blocks, "largest"),
                        0),
                Claim.below(
                        "1-rate",
                        "perturbed states come back at the rate of the mean log factors (greatest share that a block's median channel is off)",
                        greatest(blocks, "misfit"),
                        0.1),
                Claim.below(
                        "1-norm",
                        "and the norm over channels as their sum says (greatest share it is off after 16 positions)",
                        greatest(blocks, "norm_misfit"),
                        0.1),
                Claim.above(
                        "1-control",
                        "with A turned positive the exponent is positive (least of 100)",
                        blocks.isEmpty() ? Estimate.NONE : Estimate.exact(Arrays.stream(blocks.numbers("unstable")).min().orElseThrow()),
                        0),
                Claim.below(
                        "2",
                        "fewer bits and adapters lead a Mamba less far from its accuracy in FLOAT32 than a Transformer (mean divergence, points,"
                                + " Mamba minus Transformer)",
                        Estimate.difference(divergences(best(full, Model.MAMBA)), divergences(best(full, Model.TRANSFORMER))),
                        0),
                Claim.below(
                        "3",
                        "and its accuracy depends less on rate and rank of adapters (standard deviation, Mamba minus Transformer)",
                        Estimate.difference(deviations(all, Model.MAMBA), deviations(all, Model.TRANSFORMER)),
                        0));
    }

    @Override
    public Verdict.Rule rule() {
        var first = Condition.all("1-negative", "1-rate", "1-norm", "1-control");
        return new Verdict.Rule(first.and(Condition.all("2")), first);
    }

    @Override
    public List<Exhibit> exhibits(Results all) {
        var exhibits = new ArrayList<Exhibit>();
        var blocks = all.with(PART, EXPONENTS);
        if (!blocks.isEmpty()) {
            exhibits.add(new Exhibit.Table(
                    "Largest exponents, nats a step.",
                    List.of("recurrence", "mean over groups of ten, or one each"),
                    List.of(
                            List.of("random Mamba blocks, greatest of a group", Estimate.mean(blocks.numbers("largest")).text()),
                            List.of("least of a group", Estimate.mean(blocks.numbers("smallest")).text()),
                            List.of("A turned positive, least of a group", Estimate.mean(blocks.numbers("unstable")).text()),
                            List.of("tanh recurrence of radius 1.2", Estimate.mean(blocks.numbers("rnn")).text()),
                            List.of("LSTM", Estimate.mean(blocks.numbers("lstm")).text()))));
            exhibits.add(new Exhibit.Table(
                    "What else was measured of the blocks.",
                    List.of("what", "mean"),
                    List.of(
                            List.of("share a channel's decay is off, worst block", Estimate.mean(blocks.numbers("misfit")).text()),
                            List.of("largest move of an output over that of the first input", Estimate.mean(blocks.numbers("input_gain")).text()))));
        }
        var rows = new ArrayList<List<String>>();
        for (var model : Model.values()) {
            for (var lr : all.with(PART, TUNING).arm(name(model)).levels(LR)) {
                var runs = all.with(PART, TUNING).arm(name(model)).with(LR, lr);
                var row = new ArrayList<>(List.of(name(model), lr, Estimate.mean(runs.numbers("base")).text(), Estimate.mean(runs.numbers("parameters")).text()));
                for (var shots : FineTuning.SHOTS) {
                    row.add(Estimate.mean(runs.numbers("accuracy_" + shots)).text());
                }
                rows.add(row);
            }
        }
        exhibits.add(new Exhibit.Table(
                "Tuned in FLOAT32.",
                List.of("model", "lr", "held-out loss before", "parameters", "accuracy, no shot", "1", "3", "5"),
                rows));
        exhibits.add(variants(all));
        return exhibits;
    }

    private static Exhibit.Table variants(Results all) {
        var rows = new ArrayList<List<String>>();
        for (var model : Model.values()) {
            var runs = best(all, model).where(run -> run.measured().has("divergence_fp16"));
            if (runs.isEmpty()) {
                continue;
            }
            // what seeds alone make of it: pairs of neighbours
            var seeds = runs.numbers("accuracy");
            var noise = IntStream.range(1, seeds.length).mapToDouble(i -> 100 * Math.abs(seeds[i] - seeds[i - 1])).average().orElse(Double.NaN);
            for (var variant : FineTuning.Variant.values()) {
                var name = variant.name().toLowerCase(Locale.ROOT);
                var apart = runs.numbers("divergence_" + name);
                rows.add(List.of(
                        name(model),
                        name.replace('_', ' '),
                        Estimate.mean(apart).text(),
                        Estimate.mean(runs.numbers("kl_" + name)).text(),
                        Arrays.stream(apart).filter(value -> value > 2 * noise).count() + " of " + apart.length,
                        Estimate.exact(noise).text()));
            }
        }
        return new Exhibit.Table(
                "How far from FLOAT32, each model at its better rate. A spike is more than twice what seeds differ by.",
                List.of("model", "variant", "divergence, points", "of answers, nats", "spikes", "between seeds, points"),
                rows);
    }
}
