package io.evenkeel.studies.p18;

import io.evenkeel.config.ConfigReader;
import io.evenkeel.optim.OptimizerConfig;
import io.evenkeel.plot.Axis;
import io.evenkeel.plot.Chart;
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
import java.util.stream.IntStream;

/// Mixtures of low-rank experts that route by entropy, by rank or to all, on tasks that their base does not know.
///
/// @paper P18
public final class DynMole implements Study<DynMole.Config> {
    /// Blocks of the base.
    static final int LAYERS = 4;

    private static final String LR = "lr";
    private static final String DYN = "dynmole";
    private static final String LORA = "lora";
    private static final String TOP = "top-2";
    private static final String MOLA = "mola";
    private static final String WITHOUT = "no entropy loss";
    private static final String ACCURACY = "accuracy";

    /// What is trained.
    public enum How {
        /// the whole model
        FULL,
        /// one adapter of each linear layer
        LORA,
        /// a mixture of six for each
        MIXTURE,
        /// two in the first block to eight in the last
        MOLA
    }

    /// @param how           tasks are learned
    /// @param routing       of mixtures
    /// @param entropyWeight of the entropy in the loss
    /// @param balanceWeight of the balance
    /// @param optimizer     of what is trained
    /// @param base          updates of the base
    /// @param steps         updates on the new tasks
    /// @param seed          of adapters and examples
    public record Config(
            How how,
            Routing routing,
            double entropyWeight,
            double balanceWeight,
            OptimizerConfig optimizer,
            int base,
            int steps,
            long seed) {}

    /// What the base is made from.
    record Base(int steps) {}

    private record Arm(String name, How how, Routing routing, double entropy) {}

    private static Routing hybrid(double threshold, double q) {
        return new Routing.Hybrid(0.75, 2, threshold, new Tsallis(q, 1e-5));
    }

    private static final Routing USUAL = hybrid(0.9, 1.1);

    private static final List<Arm> ARMS = List.of(
            new Arm(DYN, How.MIXTURE, USUAL, 0.01),
            new Arm(LORA, How.LORA, USUAL, 0),
            new Arm(TOP, How.MIXTURE, new Routing.Top(2), 0),
            new Arm(MOLA, How.MOLA, new Routing.Top(2), 0),
            new Arm(WITHOUT, How.MIXTURE, USUAL, 0),
            new Arm("full fine-tuning", How.FULL, USUAL, 0),
            new Arm("top-p alone", How.MIXTURE, hybrid(1, 1.1), 0.01),
            new Arm("dense", How.MIXTURE, new Routing.Dense(), 0),
            new Arm("Shannon's entropy", How.MIXTURE, hybrid(0.9, 1), 0.01),
            new Arm("threshold 0.7", How.MIXTURE, hybrid(0.7, 1.1), 0.01));

    @Override
    public String id() {
        return "P18";
    }

    @Override
    public int version() {
        return 1;
    }

    @Override
    public Description description() {
        return new Description(
                List.of(
                        "Each linear layer of the MLPs has six low-rank experts and a router. Probabilities are weights as they are: what is"
                                + " masked is not made up for.",
                        "A token goes to the experts that come first up to a cumulative probability of 0.75, at least two; to all where"
                                + " the entropy of its probabilities is above 0.9 of the greatest.",
                        "Tsallis' entropy with q = 1.1 is also part of the loss, which makes routers certain over time.",
                        "A balance term opposes that all tokens go to the same expert.",
                        "So routing is dense while routers know nothing, and sparse later."),
                "A decoder of width 96 with 4 blocks that was trained on eight tasks on strings of 6 to 10 of 16 symbols; 4000 examples of"
                        + " eight others, 250 updates of 64; rates of 1e-3 and 3e-3, chosen by accuracy on 256 examples, accuracy of whole"
                        + " answers on 1024 others; four seeds, two for the last five arms.",
                List.of(
                        "0.5 million parameters and strings instead of 7 billion and questions of common sense.",
                        "All adapters are best at the higher of the two rates and still learn when they end; the whole model, at 0.73 to"
                                + " 0.85, shows what there is to learn.",
                        "No dropout in adapters.",
                        "The entropy leaves padding out, as the balance does; the released code leaves it out of the balance alone.",
                        "Renyi's entropy is left out.",
                        "Adapters are branches of linear layers in the code; no configuration names them, since configurations cannot begin with"
                                + " the weights of another run."),
                """
                # adapters are made in code: Linear.addBranch
                """,
                "C1-lora");
    }

    @Override
    public List<Trial<Config>> trials(Scale scale) {
        var trials = new ArrayList<Trial<Config>>();
        switch (scale) {
            case SMOKE -> add(trials, ARMS.subList(0, 2), List.of("3e-3"), 1, 15, 8);
            case FULL -> {
                add(trials, ARMS.subList(0, 5), List.of("1e-3", "3e-3"), 4, 2500, 250);
                add(trials, ARMS.subList(5, ARMS.size()), List.of("1e-3", "3e-3"), 2, 2500, 250);
            }
            case EXTENDED -> add(trials, ARMS, List.of("3e-4", "1e-3", "3e-3", "1e-2"), 10, 2500, 1000);
        }
        return trials;
    }

    private static void add(List<Trial<Config>> trials, List<Arm> arms, List<String> rates, int seeds, int base, int steps) {
        for (var arm : arms) {
            for (var lr : rates) {
                var optimizer = ConfigReader.read(List.of("type=adamw", "lr=" + lr, "weightDecay=0"), OptimizerConfig.defaults());
                for (var seed = 1L; seed <= seeds; seed++) {
                    trials.add(Trial.of(
                            arm.name(), seed, new Config(arm.how(), arm.routing(), arm.entropy(), 0.001, optimizer, base, steps, seed), LR, lr));
                }
            }
        }
    }

    @Override
    public Measurements run(Config config, Workshop workshop) {
        return FineTuning.run(config, workshop);
    }

    /// The runs of an arm at the rate that is best in validation.
    private static Results best(Results all, String arm) {
        var runs = all.arm(arm);
        return runs.levels(LR).stream()
                .map(lr -> runs.with(LR, lr))
                .max(Comparator.comparingDouble(each -> Estimate.mean(each.numbers("validation")).value()))
                .orElse(runs);
    }

    private static Estimate difference(Results all, String left, String right, String number) {
        return Estimate.difference(best(all, left).numbers(number), best(all, right).numbers(number));
    }

    @Override
    public List<Claim> claims(Results all) {
        var dyn = best(all, DYN);
        return List.of(
                Claim.above(
                        "C1-lora",
                        "DynMoLE is more accurate than LoRA with as many parameters (accuracy, DynMoLE minus LoRA)",
                        difference(all, DYN, LORA, ACCURACY),
                        0),
                Claim.above(
                        "C1-top",
                        "and not less than routing to the best two (margin 0.01)",
                        difference(all, DYN, TOP, ACCURACY),
                        -0.01),
                Claim.above("C1-mola", "or MoLA (margin 0.01)", difference(all, DYN, MOLA, ACCURACY), -0.01),
                Claim.above(
                        "C2-flips",
                        "fewer tokens change their experts between looks than with the best two (share, top-2 minus DynMoLE)",
                        difference(all, TOP, DYN, "flips"),
                        0),
                Claim.above(
                        "C2-seeds",
                        "and accuracy differs less between seeds (standard deviation, top-2 minus DynMoLE)",
                        deviations(best(all, TOP), dyn),
                        0),
                Claim.above(
                        "C3",
                        "with its part in the loss the entropy of routers is lower over training (mean, without minus with)",
                        difference(all, WITHOUT, DYN, "entropy"),
                        0),
                Claim.above(
                        "C4",
                        "experts a token fall over training (first minus last)",
                        Estimate.difference(dyn.numbers("active_first"), dyn.numbers("active_last")),
                        0));
    }

    private static Estimate deviations(Results first, Results second) {
        var a = first.numbers(ACCURACY);
        var b = second.numbers(ACCURACY);
        return a.length < 2 || b.length < 2
                ? Estimate.NONE
                : Estimate.bootstrap(Math.min(a.length, b.length), drawn -> deviation(a, drawn) - deviation(b, drawn));
    }

    private static double deviation(double[] values, int[] drawn) {
        return Sample.standardDeviation(Arrays.stream(drawn).mapToDouble(i -> values[i]).toArray());
    }

    @Override
    public Verdict.Rule rule() {
        var conditions = new Condition[] {
            Condition.all("C1-lora", "C1-top", "C1-mola"), Condition.all("C2-flips", "C2-seeds"), Condition.all("C3"), Condition.all("C4")
        };
        return new Verdict.Rule(
                conditions[0].and(Condition.atLeast(2, conditions[1], conditions[2], conditions[3])),
                Condition.atLeast(2, conditions[0], conditions[1], conditions[2], conditions[3]));
    }

    @Override
    public List<Exhibit> exhibits(Results all) {
        var exhibits = new ArrayList<Exhibit>();
        var rows = new ArrayList<List<String>>();
        for (var arm : all.arms()) {
            for (var lr : all.arm(arm).levels(LR)) {
                var runs = all.arm(arm).with(LR, lr);
                var row = new ArrayList<>(List.of(arm, lr));
                for (var name : List.of(ACCURACY, "steps90", "entropy", "flips", "active_first", "active_last", "imbalance")) {
                    row.add(runs.all().getFirst().measured().has(name) ? Estimate.mean(runs.numbers(name)).text() : "");
                }
                rows.add(row);
            }
        }
        exhibits.add(new Exhibit.Table(
                "All arms.",
                List.of("arm", "lr", ACCURACY, "steps to 90 % of it", "entropy of routers", "tokens rerouted", "experts, first", "last", "imbalance"),
                rows));
        for (var path : List.of("accuracy", "active", "flips", "entropy")) {
            exhibits.add(new Exhibit.Figure(path, titles(path) + " over training, each arm at its best rate (seed 1).", chart(all, path)));
        }
        return exhibits;
    }

    private static String titles(String path) {
        return switch (path) {
            case "accuracy" -> "Whole answers that are right";
            case "active" -> "Experts a token";
            case "flips" -> "Share of tokens whose experts change";
            default -> "Entropy of routers over its greatest";
        };
    }

    private static Chart chart(Results all, String path) {
        var chart = Chart.titled(titles(path)).x(Axis.linear("looks, every 25 steps")).y(Axis.linear(path));
        for (var arm : List.of(DYN, WITHOUT, TOP, MOLA, LORA)) {
            for (var run : best(all, arm).seed(1).all()) {
                if (path.equals("accuracy") || !arm.equals(LORA)) {
                    var y = run.measured().row("path_" + path);
                    chart = chart.line(arm, IntStream.range(0, y.length).asDoubleStream().toArray(), y);
                }
            }
        }
        return chart;
    }
}
