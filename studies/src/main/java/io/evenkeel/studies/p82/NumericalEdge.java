package io.evenkeel.studies.p82;

import io.evenkeel.config.ConfigReader;
import io.evenkeel.optim.OptimizerConfig;
import io.evenkeel.plot.Axis;
import io.evenkeel.plot.Chart;
import io.evenkeel.study.Claim;
import io.evenkeel.study.Description;
import io.evenkeel.study.Estimate;
import io.evenkeel.study.Exhibit;
import io.evenkeel.study.Measurements;
import io.evenkeel.study.Pairs;
import io.evenkeel.study.Results;
import io.evenkeel.study.Scale;
import io.evenkeel.study.Study;
import io.evenkeel.study.Trial;
import io.evenkeel.study.Verdict;
import io.evenkeel.study.Verdict.Condition;
import io.evenkeel.study.Workshop;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/// What keeps a network from answering what it has not seen once it answers all that it has: softmax that collapses, and what helps.
///
/// @paper P82
public final class NumericalEdge implements Study<NumericalEdge.Config> {
    private static final String TASK = "task";
    private static final String FP16 = "softmax in fp16";
    private static final String FP32 = "softmax";
    private static final String FP64 = "softmax in fp64";
    private static final String STABLE = "stablemax";
    private static final String PERP = "perpGrad";
    private static final String DECAY = "weight decay 1";
    private static final List<String> CORE = List.of(FP16, FP32, FP64, STABLE, PERP, DECAY);
    private static final int MODULUS = 47;

    /// @param kind         of task
    /// @param p            modulus or bits
    /// @param fraction     of examples to train on
    /// @param softmax      of the loss
    /// @param smoothing    of labels
    /// @param logitPenalty factor of the mean squared logit
    /// @param optimizer    of the weights
    /// @param epochs       at most
    /// @param seed         of weights and examples
    public record Config(
            Puzzle.Kind kind,
            int p,
            double fraction,
            Softmax softmax,
            double smoothing,
            double logitPenalty,
            OptimizerConfig optimizer,
            int epochs,
            long seed) {}

    private record Arm(String name, Softmax softmax, double smoothing, double penalty, int epochs, String... optimizer) {
        OptimizerConfig optimizerConfig() {
            var all = new ArrayList<>(List.of(
                    "type=adamw", "lr=0.01", "betas=[0.9, 0.99]", "eps=1e-25", "weightDecay=0", "clip.type=none"));
            all.addAll(List.of(optimizer));
            return ConfigReader.read(all, OptimizerConfig.defaults());
        }
    }

    private static final List<Arm> ARMS = List.of(
            new Arm(FP16, Softmax.FP16, 0, 0, 6000),
            new Arm(FP32, Softmax.FP32, 0, 0, 6000),
            new Arm(FP64, Softmax.FP64, 0, 0, 6000),
            new Arm(STABLE, Softmax.STABLEMAX, 0, 0, 10_000, "betas=[0.9, 0.999]"),
            new Arm(PERP, Softmax.FP32, 0, 0, 6000, "orthogonal.rescale=true"),
            new Arm(DECAY, Softmax.FP32, 0, 0, 6000, "weightDecay=1"),
            new Arm("perpGrad, not rescaled", Softmax.FP32, 0, 0, 6000, "orthogonal.rescale=false"),
            new Arm("perpGrad, head alone", Softmax.FP32, 0, 0, 6000, "orthogonal.match=['head.*']"),
            new Arm("perpGrad, stablemax", Softmax.STABLEMAX, 0, 0, 6000, "orthogonal.rescale=true"),
            new Arm("label smoothing 0.1", Softmax.FP32, 0.1, 0, 6000),
            new Arm("logit penalty 1e-3", Softmax.FP32, 0, 1e-3, 6000));

    @Override
    public String id() {
        return "P82";
    }

    @Override
    public int version() {
        return 1;
    }

    @Override
    public Description description() {
        return new Description(
                List.of(
                        "Once every training answer is right, the loss falls by making all logits larger, which changes no answer.",
                        "In the end the sum of exponentials rounds to 1: loss and gradient are exactly zero and training stops before"
                                + " the network has found the rule.",
                        "StableMax grows like x + 1 instead of e^x, so that logits would have to grow exponentially to collapse.",
                        "perpGrad takes out of each tensor's gradient the part along the weights, which is the one that only scales.",
                        "Both let a network grok without weight decay, which works because it opposes the scaling."),
                "(a + b) mod 47, 70 % of the 2209 pairs to train on, all at once; 94-128-128-47 without biases, AdamW at 0.01 with an"
                        + " epsilon of 1e-25, 6000 epochs, 10,000 with StableMax; five seeds of the arms of the claims, one of the"
                        + " others, of 60 % of the pairs, of products and of parity of 3 among 20 bits.",
                List.of(
                        "A modulus of 47 and two hidden layers of 128 instead of 113 and 200.",
                        "Softmax in half precision is computed in that type from the logits on; the network is FLOAT32 in every arm.",
                        "Times that are not reached count as one epoch more than all.",
                        "The penalty on logits is 1e-3 times their mean square; the paper names none.",
                        "Alignment is claimed of softmax in FLOAT64. In FLOAT32 it rises as far, from 0.62 to 0.80, until softmax collapses;"
                                + " what is left of the gradient then points elsewhere, and the mean over all epochs is 0.33.",
                        "The one-layer Transformer is left out."),
                """
                optimizer: {type: adamw, eps: 1e-25, weightDecay: 0, orthogonal: {rescale: true}}
                model: {softmax: stablemax}
                """,
                "2");
    }

    @Override
    public List<Trial<Config>> trials(Scale scale) {
        var trials = new ArrayList<Trial<Config>>();
        switch (scale) {
            case SMOKE -> add(trials, Puzzle.Kind.ADDITION, 17, 0.7, List.of(ARMS.get(1), ARMS.get(4)), 1, 60);
            case FULL -> grid(trials, 5, 1, 1);
            case EXTENDED -> grid(trials, 10, 5, 3);
        }
        return trials;
    }

    private static void grid(List<Trial<Config>> trials, int seeds, int others, int longer) {
        var core = ARMS.subList(0, 6);
        add(trials, Puzzle.Kind.ADDITION, MODULUS, 0.7, core, seeds, longer * 10_000);
        add(trials, Puzzle.Kind.ADDITION, MODULUS, 0.7, ARMS.subList(6, ARMS.size()), others, longer * 10_000);
        var short4 = List.of(ARMS.get(1), ARMS.get(3), ARMS.get(4), ARMS.get(5));
        add(trials, Puzzle.Kind.ADDITION, MODULUS, 0.6, short4, others, longer * 3000);
        add(trials, Puzzle.Kind.PRODUCT, MODULUS, 0.7, short4, others, longer * 3000);
        add(trials, Puzzle.Kind.PARITY, 20, 0.5, short4, others, longer * 6000);
    }

    private static void add(
            List<Trial<Config>> trials, Puzzle.Kind kind, int p, double fraction, List<Arm> arms, int seeds, int most) {
        var task = kind == Puzzle.Kind.PARITY
                ? "parity of 3 in " + p
                : (kind == Puzzle.Kind.ADDITION ? "a + b mod " : "a b mod ") + p + ", " + Math.round(100 * fraction) + " %";
        for (var arm : arms) {
            for (var seed = 1L; seed <= seeds; seed++) {
                var config = new Config(
                        kind,
                        p,
                        fraction,
                        arm.softmax(),
                        arm.smoothing(),
                        arm.penalty(),
                        arm.optimizerConfig(),
                        Math.min(arm.epochs(), most),
                        seed);
                trials.add(Trial.of(arm.name(), seed, config, TASK, task));
            }
        }
    }

    @Override
    public Measurements run(Config config, Workshop workshop) {
        return Grokking.run(config);
    }

    private static Results main(Results all) {
        return all.with(TASK, "a + b mod " + MODULUS + ", 70 %");
    }

    @Override
    public List<Claim> claims(Results all) {
        var results = main(all);
        var aligned = results.arm(FP64).all();
        return List.of(
                later(results, "1-fp16", "in half precision softmax collapses earlier than in FLOAT32", FP16, FP32, "collapse_half"),
                later(results, "1-fp64", "and there earlier than in FLOAT64", FP32, FP64, "collapse_half"),
                Claim.above(
                        "2",
                        "without regularisation StableMax answers more of what it has not seen than softmax (test accuracy, StableMax minus"
                                + " softmax)",
                        Pairs.difference(results, STABLE, FP32, run -> run.number("accuracy")),
                        0),
                later(results, "3-decay", "perpGrad groks earlier than weight decay", PERP, DECAY, "t95"),
                later(results, "3-stablemax", "and earlier than StableMax", PERP, STABLE, "t95"),
                Claim.above(
                        "4-aligned",
                        "once all training answers are right, descent points more along the weights than before (softmax in FLOAT64,"
                                + " cosine after minus before)",
                        Estimate.mean(aligned.stream()
                                .mapToDouble(run -> run.measured().number("cosine_after") - run.measured().number("cosine_before"))
                                .toArray()),
                        0),
                Claim.within(
                        "4-perp",
                        "and with perpGrad it does not point along them at all (cosine; margin 0.001)",
                        Estimate.mean(results.arm(PERP).numbers("cosine_after")),
                        0.001));
    }

    /// That the first arm gets there in fewer epochs.
    private static Claim later(Results results, String id, String text, String first, String second, String time) {
        return Claim.above(
                id,
                text + " (epochs, " + second + " minus " + first + ")",
                Pairs.difference(results, second, first, run -> run.number(time)),
                0);
    }

    @Override
    public Verdict.Rule rule() {
        var first = Condition.all("1-fp16", "1-fp64");
        var second = Condition.all("2");
        var third = Condition.all("3-decay", "3-stablemax");
        var fourth = Condition.all("4-aligned", "4-perp");
        return new Verdict.Rule(
                first.and(second).and(third).and(fourth), first.and(Condition.atLeast(1, second, third)));
    }

    @Override
    public List<Exhibit> exhibits(Results all) {
        var exhibits = new ArrayList<Exhibit>();
        var seed = main(all).seed(1);
        if (!seed.isEmpty()) {
            exhibits.add(new Exhibit.Figure(
                    "test", "Right answers to unseen pairs over training (seed 1).", chart(seed, "Grokking", "test accuracy", "path_test")));
            exhibits.add(new Exhibit.Figure(
                    "collapsed",
                    "Share of training pairs whose sum of exponentials is exactly 1 (seed 1).",
                    chart(seed, "Softmax collapse", "share of examples", "path_collapsed")));
            exhibits.add(new Exhibit.Figure(
                    "cosine",
                    "Cosine of the direction of descent and the weights (seed 1).",
                    chart(seed, "Is it only scaling?", "cosine", "path_cosine")));
        }
        for (var task : all.levels(TASK)) {
            var runs = all.with(TASK, task);
            exhibits.add(new Exhibit.Table(
                    "All arms on " + task + ".",
                    List.of("arm", "test accuracy", "epochs to 95 %", "epochs to half collapsed", "collapsed", "cosine before", "cosine after", "norm of weights"),
                    runs.arms().stream().map(arm -> row(arm, runs.arm(arm))).toList()));
        }
        return exhibits;
    }

    private static List<String> row(String arm, Results runs) {
        var row = new ArrayList<>(List.of(arm));
        for (var name : List.of("accuracy", "t95", "collapse_half", "collapsed", "cosine_before", "cosine_after", "weights")) {
            row.add(Estimate.mean(runs.numbers(name)).text());
        }
        return row;
    }

    private static Chart chart(Results runs, String title, String subtitle, String path) {
        var chart = Chart.titled(title).subtitle(subtitle).x(Axis.linear("epochs")).y(Axis.linear(subtitle));
        for (var run : runs.where(each -> CORE.contains(each.arm())).all()) {
            var y = run.measured().row(path);
            var each = run.measured().number("epochs") / y.length;
            chart = chart.line(run.arm(), IntStream.rangeClosed(1, y.length).mapToDouble(i -> i * each).toArray(), y);
        }
        return chart;
    }
}
