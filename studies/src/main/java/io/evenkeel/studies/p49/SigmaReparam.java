package io.evenkeel.studies.p49;

import io.evenkeel.config.ConfigReader;
import io.evenkeel.metric.SeriesNames;
import io.evenkeel.nn.Decoder;
import io.evenkeel.optim.OptimizerConfig;
import io.evenkeel.plot.Axis;
import io.evenkeel.plot.Chart;
import io.evenkeel.statistic.KendallTau;
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
import io.evenkeel.train.PlainRun;
import io.evenkeel.train.RunConfig;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.DoubleStream;
import org.jspecify.annotations.Nullable;

/// Vision transformers without warmup, with and without norms, over learning rates; and a deep encoder that writes
/// backwards.
///
/// @paper P49
public final class SigmaReparam implements Study<SigmaReparam.Config> {
    private static final String TASK = "task";
    private static final String IMAGES = "images";
    private static final String REVERSAL = "reversal";
    private static final String OPTIMIZER = "optimizer";
    private static final String ACCURACY = "accuracy";
    private static final String ENTROPY = "min_entropy";
    private static final String SPIKES = "spikes";
    private static final String BASELINE = "layer norm";
    private static final String SIGMA = "sigma-reparam";
    private static final String UNIT = "sigma-reparam, gain from 1";
    private static final double CHANCE = 0.1;
    private static final double LEARNS = 0.2;
    private static final double PATCHES = 49;
    private static final double SIGMAS = 4;
    private static final double POINTS = 0.03;

    private static final String BASE = """
            model: {type: vision-transformer, patch: 4, width: 64, depth: 6, heads: 4, mlp: {type: gelu, ratio: 2}}
            data: {source: fashion-mnist}
            schedule: {type: constant, warmupSteps: 0}
            train: {batchSize: 32, threads: 1}
            probes: {set: none, everySteps: {attention: 10}}
            """;

    private static final String ADAMW = "adamw";
    private static final String SGD = "sgd";

    private static final Arms ARMS = new Arms("P49", BASE)
            .with(BASELINE)
            .with("no norm", "model.norm.type=none")
            .with(SIGMA, "model.norm.type=none", "model.reparametrisation=spectral")
            .with(UNIT, "model.norm.type=none", "model.reparametrisation=spectral-unit")
            .with("sigma-reparam + layer norm", "model.reparametrisation=spectral")
            .with("spectral norm", "model.norm.type=none", "model.reparametrisation=spectral-fixed")
            .with("qk-norm", "model.score.type=qk-norm");

    private static final String ENCODER = """
            width: 64
            depth: 12
            heads: 4
            normPlacement: post
            attention: {mask: {type: bidirectional}}
            position: {type: learned}
            mlp: {type: gelu, ratio: 2}
            init: {type: normal, std: 0.02}
            bias: true
            """;

    /// @param task of the trial
    public record Config(Task task) {}

    /// The tasks.
    public sealed interface Task permits Images, Sequences {}

    /// @param run what is trained
    public record Images(RunConfig run) implements Task {}

    /// @param model     an encoder
    /// @param optimizer of it
    /// @param steps     updates
    /// @param batch     sequences an update
    /// @param seed      of everything
    public record Sequences(Decoder.Config model, OptimizerConfig optimizer, int steps, int batch, long seed) implements Task {}

    @Override
    public String id() {
        return "P49";
    }

    @Override
    public int version() {
        return 1;
    }

    @Override
    public Description description() {
        return new Description(
                List.of(
                        "When attention rows become one-hot, their entropy near zero, training oscillates or diverges.",
                        "The least entropy falls exponentially with the spectral norm of the logits, and updates raise the"
                                + " spectral norm of queries and keys fastest.",
                        "Every weight W becomes g W / s(W): s its spectral norm by one power iteration a pass, through which"
                                + " the gradient flows, g a learned number that begins at s.",
                        "Growth along the first singular direction then goes through the slow g.",
                        "Transformers train without warmup, norms or an adaptive optimizer."),
                "Vision transformer of 6 blocks of width 64 on Fashion-MNIST in 4 x 4 patches, 300 steps of 32 images, no warmup,"
                        + " no weight decay, constant rate: 1, 4 and 16 times 1e-3 (AdamW) and 0.1 (SGD with momentum), two"
                        + " seeds. Encoder of 12 post-norm blocks that reverses sequences of 24 out of 16 symbols, AdamW at 1"
                        + " and 4 times 1e-3.",
                List.of(
                        "0.2 million parameters and 10,000 images instead of ViT-B on ImageNet; speech and translation are"
                                + " represented by the reversal.",
                        "Queries, keys and values are one weight, with one spectral norm, as in the vision code of the paper.",
                        "Weights begin with standard deviation 0.02 as in the vision code, which at width 64 makes spectral norms,"
                                + " and so gains, small: without norms signals fade. The gain of the speech code, which"
                                + " begins at 1 whatever the weights, is an arm of its own.",
                        "Sensitivity is in accuracy: the mean over rates of what is lost against the best one.",
                        "Reproduced asks that claim iv holds, not only that it is not contradicted."),
                """
                model:
                  normPlacement: pre
                  norm: {type: none}
                  reparametrisation: spectral
                """,
                "i");
    }

    @Override
    public List<Trial<Config>> trials(Scale scale) {
        return switch (scale) {
            case SMOKE -> sequences(List.of(BASELINE, SIGMA), List.of("1e-3"), 1, 12);
            case FULL -> grid(List.of("1e-3", "4e-3", "1.6e-2"), List.of("0.1", "0.4", "1.6"), 2, 1, 300);
            case EXTENDED ->
                grid(List.of("2.5e-4", "1e-3", "4e-3", "1.6e-2"), List.of("0.025", "0.1", "0.4", "1.6"), 3, 3, 600);
        };
    }

    private static List<Trial<Config>> grid(List<String> adamw, List<String> sgd, int seeds, int others, int steps) {
        var trials = new ArrayList<Trial<Config>>();
        trials.addAll(images(ARMS.names(), ADAMW, adamw, seeds, steps));
        trials.addAll(images(List.of(BASELINE, "no norm", SIGMA, UNIT), SGD, sgd, seeds, steps));
        trials.addAll(sequences(
                List.of(BASELINE, SIGMA, "sigma-reparam + layer norm"), List.of("1e-3", "4e-3"), others, steps));
        return trials;
    }

    private static List<Trial<Config>> images(List<String> arms, String optimizer, List<String> rates, int seeds, int steps) {
        return ARMS.sweep(arms, rates, seeds, List.of("train.steps=" + steps), TASK, IMAGES, OPTIMIZER, optimizer).stream()
                .map(trial -> new Trial<>(
                        trial.arm(),
                        trial.factors(),
                        trial.seed(),
                        new Config(new Images(with(trial.config(), optimizer, trial.factors().get(LrSweep.LR))))))
                .toList();
    }

    private static RunConfig with(RunConfig config, String optimizer, @Nullable String rate) {
        var sets = new ArrayList<String>();
        optimizer(optimizer, String.valueOf(rate)).forEach(each -> sets.add("optimizer." + each));
        return ConfigReader.read(sets, config);
    }

    private static List<String> optimizer(String type, String rate) {
        return List.of("type=" + type, "lr=" + rate, "weightDecay=0", "clip.type=none");
    }

    private static List<Trial<Config>> sequences(List<String> arms, List<String> rates, int seeds, int steps) {
        var trials = new ArrayList<Trial<Config>>();
        for (var arm : arms) {
            var sets = new ArrayList<String>();
            if (arm.equals(SIGMA)) {
                sets.add("norm.type=none");
            }
            if (!arm.equals(BASELINE)) {
                sets.add("reparametrisation=spectral");
            }
            var model = ConfigReader.read(ENCODER, "P49", sets, Decoder.Config.defaults());
            for (var rate : rates) {
                var rule = ConfigReader.read(optimizer(ADAMW, rate), OptimizerConfig.defaults());
                for (var seed = 1L; seed <= seeds; seed++) {
                    trials.add(Trial.of(
                            arm,
                            seed,
                            new Config(new Sequences(model, rule, steps, 32, seed)),
                            LrSweep.LR,
                            rate,
                            TASK,
                            REVERSAL,
                            OPTIMIZER,
                            ADAMW));
                }
            }
        }
        return trials;
    }

    @Override
    public Measurements run(Config config, Workshop workshop) {
        return switch (config.task()) {
            case Sequences task -> Reversal.run(task.model(), task.optimizer(), task.steps(), task.batch(), task.seed());
            case Images task -> images(task.run(), workshop);
        };
    }

    private static Measurements images(RunConfig config, Workshop workshop) {
        try (var run = PlainRun.of(config, workshop.cache())) {
            var watch = new Training.Watch(List.of(SeriesNames.MIN_ATTENTION_ENTROPY, SeriesNames.MAX_ATTENTION_LOGIT, Training.LOSSES));
            var finite = watch.train(run, config.train().steps(), PlainRun::step);
            var measured = watch.put(new Measurements());
            var accuracy = finite ? run.evaluate().accuracy() : null;
            var losses = watch.losses();
            var late = Arrays.stream(losses).skip(losses.length * 2L / 3).average().orElse(Double.NaN);
            return measured.put(ACCURACY, accuracy == null ? CHANCE : accuracy)
                    .put("diverged", !(late < 1.5 * Math.log(1 / CHANCE)))
                    .put(ENTROPY, lowest(measured.row(SeriesNames.MIN_ATTENTION_ENTROPY)) / Math.log(PATCHES))
                    .put(SPIKES, SpikeScore.of(losses, Math.max(SpikeScore.LEAST, losses.length), SIGMAS).spikes());
        }
    }

    private static double lowest(double[] row) {
        return DoubleStream.of(row).filter(Double::isFinite).min().orElse(0);
    }

    @Override
    public List<Claim> claims(Results all) {
        var images = all.with(TASK, IMAGES);
        var adamw = images.with(OPTIMIZER, ADAMW);
        var stable = stable(adamw);
        return List.of(
                Claim.above(
                        "i",
                        "the least attention entropy stays higher with sigmaReparam than with layer norm, at the largest rate"
                                + " at which layer norm learns (relative to uniform, sigmaReparam minus layer norm)",
                        Pairs.difference(stable, SIGMA, BASELINE, run -> run.number(ENTROPY)),
                        0),
                Claim.above(
                        "ii",
                        "accuracy is less sensitive to the learning rate (layer norm minus sigmaReparam, AdamW)",
                        Estimate.difference(sensitivity(adamw.arm(BASELINE)), sensitivity(adamw.arm(SIGMA))),
                        0),
                Claim.below(
                        "iii",
                        "runs with less entropy have more loss spikes (Kendall's tau over all runs on images)",
                        correlation(images),
                        0),
                Claim.below(
                        "iv-sigma",
                        "without norms and with SGD sigmaReparam is within 3 points of layer norm with AdamW, each at its best"
                                + " rate (difference of accuracies)",
                        Estimate.difference(best(adamw.arm(BASELINE)), best(images.with(OPTIMIZER, SGD).arm(SIGMA))),
                        POINTS),
                Claim.below(
                        "iv-unit",
                        "the same for a gain that begins at 1 (not part of the rule)",
                        Estimate.difference(best(adamw.arm(BASELINE)), best(images.with(OPTIMIZER, SGD).arm(UNIT))),
                        POINTS),
                Claim.above(
                        "iv-plain",
                        "and without norms and sigmaReparam it is not",
                        Estimate.difference(best(adamw.arm(BASELINE)), best(images.with(OPTIMIZER, SGD).arm("no norm"))),
                        POINTS));
    }

    /// The runs at the largest rate at which every run of the baseline learns.
    private static Results stable(Results adamw) {
        var rates = adamw.levels(LrSweep.LR).reversed();
        return rates.stream()
                .map(rate -> adamw.with(LrSweep.LR, rate))
                .filter(runs -> DoubleStream.of(runs.arm(BASELINE).numbers(ACCURACY)).allMatch(each -> each > LEARNS))
                .findFirst()
                .orElse(new Results(List.of()));
    }

    /// By seed: the mean over rates of the best accuracy minus that at the rate.
    private static double[] sensitivity(Results arm) {
        return arm.seeds().stream()
                .mapToDouble(seed -> {
                    var all = arm.seed(seed).numbers(ACCURACY);
                    return DoubleStream.of(all).max().orElse(Double.NaN) - DoubleStream.of(all).average().orElse(Double.NaN);
                })
                .toArray();
    }

    /// By seed, at the rate that is best on the mean.
    private static double[] best(Results arm) {
        return arm.levels(LrSweep.LR).stream()
                .map(rate -> arm.with(LrSweep.LR, rate).numbers(ACCURACY))
                .max(Comparator.comparingDouble(all -> DoubleStream.of(all).average().orElse(0)))
                .orElse(new double[0]);
    }

    private static Estimate correlation(Results images) {
        var entropy = images.numbers(ENTROPY);
        var spikes = images.numbers(SPIKES);
        return Estimate.bootstrap(
                entropy.length,
                chosen -> KendallTau.of(
                                Arrays.stream(chosen).mapToDouble(i -> entropy[i]).toArray(),
                                Arrays.stream(chosen).mapToDouble(i -> spikes[i]).toArray())
                        .tau());
    }

    @Override
    public Verdict.Rule rule() {
        var parts = new Condition[] {
            Condition.all("i"), Condition.all("ii"), Condition.all("iii"), Condition.all("iv-sigma", "iv-plain")
        };
        return new Verdict.Rule(Condition.atLeast(4, parts), Condition.atLeast(2, parts));
    }

    @Override
    public List<Exhibit> exhibits(Results all) {
        var exhibits = new ArrayList<Exhibit>();
        for (var optimizer : List.of(ADAMW, SGD)) {
            var runs = all.with(TASK, IMAGES).with(OPTIMIZER, optimizer);
            if (!runs.isEmpty()) {
                exhibits.add(new Exhibit.Figure(
                        "accuracy-" + optimizer,
                        "Accuracy on Fashion-MNIST over the learning rate with " + optimizer + ", mean over seeds.",
                        chart("Accuracy, " + optimizer, Axis.percent("accuracy"), ACCURACY, runs)));
                exhibits.add(new Exhibit.Figure(
                        "entropy-" + optimizer,
                        "Least attention entropy over training, relative to uniform attention, with " + optimizer + ".",
                        chart("Least attention entropy, " + optimizer, Axis.linear("entropy / ln 49"), ENTROPY, runs)));
            }
        }
        exhibits.add(table("Images.", all.with(TASK, IMAGES)));
        exhibits.add(table("Writing backwards with 12 post-norm blocks.", all.with(TASK, REVERSAL)));
        return exhibits;
    }

    private static Chart chart(String title, Axis y, String number, Results runs) {
        var chart = Chart.titled(title).x(Axis.log("learning rate")).y(y);
        for (var arm : runs.arms()) {
            var own = runs.arm(arm);
            var rates = own.levels(LrSweep.LR);
            chart = chart.line(
                    arm,
                    rates.stream().mapToDouble(Double::parseDouble).toArray(),
                    rates.stream()
                            .mapToDouble(rate -> DoubleStream.of(own.with(LrSweep.LR, rate).numbers(number)).average().orElse(Double.NaN))
                            .toArray());
        }
        return chart;
    }

    private static Exhibit.Table table(String caption, Results results) {
        var rows = new ArrayList<List<String>>();
        for (var optimizer : results.levels(OPTIMIZER)) {
            for (var arm : results.with(OPTIMIZER, optimizer).arms()) {
                var own = results.with(OPTIMIZER, optimizer).arm(arm);
                for (var rate : own.levels(LrSweep.LR)) {
                    var runs = own.with(LrSweep.LR, rate);
                    rows.add(List.of(
                            arm,
                            optimizer + " " + rate,
                            Estimate.mean(runs.numbers(ACCURACY)).text(),
                            Estimate.mean(runs.numbers(ENTROPY)).text(),
                            Estimate.mean(runs.numbers("diverged")).text()));
                }
            }
        }
        return new Exhibit.Table(
                caption, List.of("arm", "optimizer", "accuracy", "least entropy / uniform", "diverged"), rows);
    }
}
