package io.evenkeel.studies.p37;

import io.evenkeel.config.ConfigReader;
import io.evenkeel.nn.ConvNorm.Mode;
import io.evenkeel.optim.OptimizerConfig;
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
import io.evenkeel.study.Texts;
import io.evenkeel.study.Trial;
import io.evenkeel.study.Verdict;
import io.evenkeel.study.Verdict.Condition;
import io.evenkeel.study.Workshop;
import java.util.ArrayList;
import java.util.List;

/// Fine-tuning with batch norms that adapt, are frozen, are folded once, or are folded in every pass.
///
/// @paper P37
public final class TuneMode implements Study<TuneMode.Config> {
    private static final String PART = "part";
    private static final String OPTIMIZER = "optimizer";
    private static final String LEARN = "learn";
    private static final String COST = "cost";
    private static final String SPREAD = "spread";
    private static final String TRAIN = "train";
    private static final String EVAL = "eval";
    private static final String TUNE = "tune";
    private static final String DEPLOY = "deploy";
    private static final String ACCURACY = "accuracy";
    private static final String DIVERGED = "diverged";
    private static final double MARGIN = 0.003;
    private static final double MEBIBYTE = 1 << 20;

    /// @param pictures of all kinds
    /// @param tests    pictures
    /// @param base     updates of the network that is tuned
    /// @param part     what is done with it
    /// @param seed     of the new head and the order
    public record Config(int pictures, int tests, int base, Part part, long seed) {}

    /// The parts.
    public sealed interface Part permits Learn, Cost {}

    /// Few labels of new kinds.
    ///
    /// @param mode      of all blocks
    /// @param corrected whether gradients of deployed weights are multiplied by the squared coefficients that were folded in
    /// @param spread    whether coefficients are spread over two decades first, without a change to the function
    /// @param optimizer of everything
    /// @param labels    how many
    /// @param steps     updates
    public record Learn(Mode mode, boolean corrected, boolean spread, OptimizerConfig optimizer, int labels, int steps)
            implements Part {}

    /// Time and memory of a step.
    ///
    /// @param rounds of each mode
    public record Cost(int rounds) implements Part {}

    @Override
    public String id() {
        return "P37";
    }

    @Override
    public int version() {
        return 1;
    }

    @Override
    public Description description() {
        return new Description(
                List.of(
                        "A convolution and a batch norm with frozen statistics are one linear map: the norm can be folded into the weights.",
                        "Folded once, before training, the weights are other parameters: a step moves each channel as if its rate were divided by"
                                + " the square of what it was scaled by.",
                        "Folded in every pass, and differentiated through the folding, the parameters and their gradients are those of the two"
                                + " layers, at the cost of one.",
                        "No feature map is kept for the norm, which is half of the memory of activations.",
                        "conv-net.mode: tune does it in any configuration; statistics come with a checkpoint."),
                "A network of six convolutions trained on kinds 0 to 4 of Fashion-MNIST for 400 updates, tuned on 500 labels of kinds 5 to 9:"
                        + " 50 updates of 50, rates 1e-3 to 0.3, SGD with momentum and AdamW, four modes and deployment with a corrected"
                        + " rate, five seeds. Time and memory of a step of 50 pictures, modes interleaved, five times. Coefficients"
                        + " spread over two decades, two seeds.",
                List.of(
                        "Six blocks and 28 x 28 pictures instead of ResNets and detectors; no residual variant.",
                        "The norms of this network multiply channels by 0.27 to 1.65, medians of a block 0.7 to 1.1: there is little for"
                                + " folding to distort, and Deploy is no less stable than Eval.",
                        "Up to a rate of 0.01 Tune and Eval are equal; from 0.03 on, where most is forgotten or lost, what rounding"
                                + " differs by decides, and five seeds cannot show accuracies to be equal.",
                        "Times are of passes forward and backward on one thread, with other trials running beside them: ratios count.",
                        "Memory is what the C library's allocator has given out while the graph of a pass is held.",
                        "No weight decay in any arm: it would act on other weights once they are folded."),
                """
                model: {type: conv-net, mode: tune}
                """,
                "equal-sgd");
    }

    private record Arm(String name, Mode mode, boolean corrected) {}

    private static final List<Arm> ARMS = List.of(
            new Arm(EVAL, Mode.EVAL, false),
            new Arm(TUNE, Mode.TUNE, false),
            new Arm(DEPLOY, Mode.DEPLOY, false),
            new Arm(TRAIN, Mode.TRAIN, false),
            new Arm("deploy, corrected rate", Mode.DEPLOY, true));

    private static final List<String> RATES = List.of("1e-3", "3e-3", "1e-2", "3e-2", "1e-1", "3e-1");
    private static final List<String> HIGH = RATES.subList(4, 6);

    @Override
    public List<Trial<Config>> trials(Scale scale) {
        var trials = new ArrayList<Trial<Config>>();
        switch (scale) {
            case SMOKE -> {
                learn(trials, ARMS.subList(0, 4), List.of("sgd"), List.of("1e-2"), 1, false, 15, new Config(2000, 300, 40, new Cost(1), 1));
                trials.add(Trial.of("all", 1, new Config(2000, 300, 40, new Cost(3), 1), PART, COST));
            }
            case FULL -> grid(trials, 5, 50);
            case EXTENDED -> grid(trials, 20, 200);
        }
        return trials;
    }

    private static void grid(List<Trial<Config>> trials, int seeds, int steps) {
        var like = new Config(12_000, 2000, 400, new Cost(1), 1);
        learn(trials, ARMS, List.of("sgd", "adamw"), RATES, seeds, false, steps, like);
        learn(trials, ARMS.subList(0, 3), List.of("sgd"), List.of("3e-3", "3e-2", "1e-1"), 2, true, steps, like);
        for (var seed = 1L; seed <= 5; seed++) {
            trials.add(Trial.of("all", seed, new Config(like.pictures(), like.tests(), like.base(), new Cost(60), seed), PART, COST));
        }
    }

    private static void learn(
            List<Trial<Config>> trials,
            List<Arm> arms,
            List<String> optimizers,
            List<String> rates,
            int seeds,
            boolean spread,
            int steps,
            Config like) {
        for (var optimizer : optimizers) {
            var usual = optimizer.equals("sgd") ? List.of("type=sgd", "momentum=0.9") : List.of("type=adamw", "betas=[0.9, 0.999]", "weightDecay=0");
            for (var rate : rates) {
                var all = new ArrayList<>(usual);
                all.addAll(List.of("lr=" + rate, "clip.type=none"));
                var config = ConfigReader.read(all, OptimizerConfig.defaults());
                for (var arm : arms) {
                    for (var seed = 1L; seed <= seeds; seed++) {
                        var part = new Learn(arm.mode(), arm.corrected(), spread, config, 500, steps);
                        trials.add(Trial.of(
                                arm.name(),
                                seed,
                                new Config(like.pictures(), like.tests(), like.base(), part, seed),
                                LrSweep.LR,
                                rate,
                                OPTIMIZER,
                                optimizer,
                                PART,
                                spread ? SPREAD : LEARN));
                    }
                }
            }
        }
    }

    @Override
    public Measurements run(Config config, Workshop workshop) {
        try (var transfer = new Transfer(config.pictures(), config.tests(), workshop.cache())) {
            var base = transfer.base(new Transfer.Base(config.pictures(), config.base()), workshop);
            return switch (config.part()) {
                case Learn learn -> transfer.learn(learn, base, config.seed());
                case Cost cost -> transfer.cost(cost.rounds(), base);
            };
        }
    }

    private static Results learned(Results all, String optimizer) {
        return all.with(PART, LEARN).with(OPTIMIZER, optimizer);
    }

    /// The greatest difference of accuracies over rates, by seed pairs: what no rate exceeds.
    private static Claim equal(Results all, String optimizer) {
        var results = learned(all, optimizer);
        var worst = Estimate.NONE;
        for (var rate : results.levels(LrSweep.LR)) {
            var here = Pairs.difference(results.with(LrSweep.LR, rate), TUNE, EVAL, run -> run.number(ACCURACY));
            if (Double.isNaN(worst.value()) || Math.max(Math.abs(here.low()), Math.abs(here.high())) > Math.max(Math.abs(worst.low()), Math.abs(worst.high()))) {
                worst = here;
            }
        }
        return Claim.within(
                "equal-" + optimizer,
                "with " + optimizer + " Tune is as accurate as Eval at every rate (the rate with the widest interval; margin 0.003)",
                worst,
                MARGIN);
    }

    private static Estimate ratio(Results all, String what) {
        var runs = all.with(PART, COST);
        return Estimate.mean(runs.all().stream()
                .mapToDouble(run -> run.measured().number(Measurements.MACHINE + what + "_" + TUNE) / run.measured().number(Measurements.MACHINE + what + "_" + EVAL))
                .toArray());
    }

    @Override
    public List<Claim> claims(Results all) {
        var learned = all.with(PART, LEARN);
        var high = learned.where(run -> HIGH.contains(run.factors().getOrDefault(LrSweep.LR, "")));
        var sgd = new LrSweep(learned(all, "sgd"));
        return List.of(
                equal(all, "sgd"),
                equal(all, "adamw"),
                Claim.above(
                        "diverges",
                        "at rates of 0.1 and more Deploy diverges more often than Eval (share of runs, Deploy minus Eval)",
                        Pairs.difference(high, DEPLOY, EVAL, run -> run.number(DIVERGED)),
                        0),
                Claim.above(
                        "sensitive",
                        "Deploy is more sensitive to the learning rate than Tune (SGD, Deploy minus Tune)",
                        sgd.gain(DEPLOY, TUNE),
                        0),
                Claim.below("time", "a step takes less time in Tune than in Eval (ratio)", ratio(all, "millis"), 1),
                Claim.below("memory", "and its graph less memory (ratio)", ratio(all, "bytes"), 1));
    }

    @Override
    public Verdict.Rule rule() {
        var equal = Condition.all("equal-sgd", "equal-adamw");
        var unstable = Condition.all("diverges", "sensitive");
        var cheap = Condition.all("time", "memory");
        return new Verdict.Rule(equal.and(unstable).and(cheap), equal.and(Condition.atLeast(1, unstable, cheap)));
    }

    @Override
    public List<Exhibit> exhibits(Results all) {
        var exhibits = new ArrayList<Exhibit>();
        for (var optimizer : List.of("sgd", "adamw")) {
            var sweep = new LrSweep(learned(all, optimizer));
            if (!sweep.results().isEmpty()) {
                exhibits.add(new Exhibit.Figure(
                        "lr-" + optimizer,
                        "Loss on test pictures of the new kinds over the learning rate with " + optimizer + ": mean and range over seeds.",
                        sweep.chart("Tuning with " + optimizer, "test loss after 50 updates, by learning rate")));
                exhibits.add(sweep.table("All modes with " + optimizer + "."));
                exhibits.add(accuracies("Accuracy with " + optimizer + ", and runs that diverged.", sweep.results()));
            }
        }
        var spread = all.with(PART, SPREAD);
        if (!spread.isEmpty()) {
            exhibits.add(accuracies("Coefficients spread over two decades, SGD: the function is the same, Deploy does not see it.", spread));
        }
        var cost = all.with(PART, COST);
        exhibits.add(new Exhibit.Table(
                "A step of 50 pictures, means of five measurements.",
                List.of("mode", "ms", "MiB held for the backward pass", "pictures turned by an attack"),
                cost.isEmpty()
                        ? List.of()
                        : List.of(TRAIN, EVAL, TUNE, DEPLOY).stream()
                                .map(mode -> List.of(
                                        mode,
                                        Estimate.mean(cost.numbers(Measurements.MACHINE + "millis_" + mode)).text(),
                                        Texts.number(Estimate.mean(cost.numbers(Measurements.MACHINE + "bytes_" + mode)).value() / MEBIBYTE),
                                        mode.equals(EVAL) || mode.equals(TUNE)
                                                ? Estimate.mean(cost.numbers("attacked_" + mode)).text()
                                                : ""))
                                .toList()));
        return exhibits;
    }

    private static Exhibit.Table accuracies(String caption, Results runs) {
        var rows = new ArrayList<List<String>>();
        for (var arm : runs.arms()) {
            for (var rate : runs.arm(arm).levels(LrSweep.LR)) {
                var here = runs.arm(arm).with(LrSweep.LR, rate);
                rows.add(List.of(
                        arm,
                        rate,
                        Estimate.mean(here.numbers(ACCURACY)).text(),
                        here.all().stream().filter(run -> run.measured().number(DIVERGED) > 0).count() + " of " + here.all().size()));
            }
        }
        return new Exhibit.Table(caption, List.of("mode", "lr", ACCURACY, DIVERGED), rows);
    }
}
