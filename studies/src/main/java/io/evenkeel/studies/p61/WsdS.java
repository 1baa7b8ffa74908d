package io.evenkeel.studies.p61;

import io.evenkeel.config.ConfigReader;
import io.evenkeel.optim.OptimizerConfig;
import io.evenkeel.plot.Axis;
import io.evenkeel.plot.Chart;
import io.evenkeel.random.RandomStream;
import io.evenkeel.schedule.Decay;
import io.evenkeel.schedule.Wsd;
import io.evenkeel.study.Arms;
import io.evenkeel.study.Claim;
import io.evenkeel.study.Description;
import io.evenkeel.study.Estimate;
import io.evenkeel.study.Exhibit;
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
import io.evenkeel.train.RunConfig;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/// Schedules that serve several budgets: WSD-S, branching WSD, cyclic cosine, a cosine run a budget, constant; the
/// valley where the idea can be calculated, and the language where it can be seen.
///
/// @paper P61
public final class WsdS implements Study<WsdS.Config> {
    /// Of the peak rate, at the end of every decay.
    static final double FLOOR = 0.1;

    private static final String PART = "part";
    private static final String OPTIMIZER = "optimizer";
    private static final List<Long> BUDGETS = List.of(200L, 400L, 800L);

    private static final String BASE = """
            model: {width: 96, depth: 3, heads: 4, init: {type: gpt2}}
            data: {source: bundled, context: 64, split: 0.02}
            optimizer: {type: adamw, lr: 2e-3, betas: [0.9, 0.95], weightDecay: 0.1, clip: {type: global-norm, max: 1}}
            schedule: {warmupSteps: 20}
            train: {batchSize: 16, threads: 1}
            probes: {set: none}
            """;

    private static final Arms ARMS = new Arms("P61", BASE)
            .with("wsd-s", wsd("inverse", 0.1))
            .with("wsd-s, decay 5 %", wsd("inverse", 0.05))
            .with("wsd-s, decay 20 %", wsd("inverse", 0.2))
            .with("wsd-s, linear", wsd("linear", 0.1))
            .with("wsd-s, cosine", wsd("cosine", 0.1))
            .with("branching, equal compute", "schedule.type=constant")
            .with("cyclic cosine", wsd("cosine", 1))
            .with("cosine a budget", "schedule.type=cosine", "schedule.floor=" + FLOOR)
            .with("constant", "schedule.type=constant");

    private static String[] wsd(String shape, double decayFraction) {
        return new String[] {
            "schedule.type=wsd", "schedule.shape=" + shape, "schedule.floor=" + FLOOR, "schedule.decayFraction=" + decayFraction
        };
    }

    /// @param part of the study
    public record Config(Part part) {}

    /// The parts.
    public sealed interface Part permits Toy, Words, Language {}

    /// The river valley, simulated.
    ///
    /// @param rates     constant learning rates
    /// @param runs      walks each
    /// @param steps     of a walk
    /// @param seed      of the noise
    public record Toy(List<Double> rates, int runs, int steps, long seed) implements Part {
        static Toy defaults() {
            return new Toy(List.of(0.1, 0.5, 1.0, 1.9), 1000, 500, 1);
        }
    }

    /// The bigram language.
    ///
    /// @param optimizer of the network
    /// @param steps     updates
    /// @param batch     pairs an update
    /// @param early     step of the early measurement
    /// @param decay     steps of the decay at the end
    /// @param seed      of the language, the data and the weights
    public record Words(OptimizerConfig optimizer, int steps, int batch, int early, int decay, long seed) implements Part {}

    /// A language model with several budgets.
    ///
    /// @param run           configuration; its steps are those of the last budget
    /// @param budgets       steps at which a checkpoint is delivered
    /// @param delivery      how
    /// @param decayFraction share of its segment that a decay takes; 0 when none is measured
    public record Language(RunConfig run, List<Long> budgets, Budgets.Delivery delivery, double decayFraction)
            implements Part {}

    @Override
    public String id() {
        return "P61";
    }

    @Override
    public int version() {
        return 1;
    }

    @Override
    public Description description() {
        return new Description(
                List.of(
                        "The loss is a valley: steep hills across, along which noise makes the weights oscillate at a high"
                                + " rate, and a river that falls slowly along it, on which a high rate makes progress.",
                        "A short decay drops the oscillation at once, without losing the way made along the river: warmup,"
                                + " stable, decay.",
                        "The decayed weights lie in the same valley, so training goes on from them at the full rate:"
                                + " WSD-S delivers a checkpoint at every budget, and throws no decay away.",
                        "The best decay of a quadratic with constant noise is inverse: 1 / rate grows linearly.",
                        "Uncertain next tokens make the steep directions, certain ones the river."),
                "Language model: decoder of width 96 with 3 blocks on bundled English text, byte by byte, 16 x 64 bytes a"
                        + " step, peak rate 2e-3, budgets of 200, 400 and 800 steps, decays of a tenth of their segment,"
                        + " four seeds. Branching WSD gets as many updates in all as WSD-S, so its later budgets are"
                        + " shorter by the decays that it threw away. Bigram language: 64 tokens, half of them with one"
                        + " near-certain successor and half with 16 equal ones, network 32-64-64, 3000 updates of 64 pairs. Valley:"
                        + " 1000 walks, compared with its formulas.",
                List.of(
                        "0.3 million parameters and up to 800 steps instead of 0.1 to 1.2 billion parameters.",
                        "Decay fraction and floor are a tenth, as far as known; the paper's values are not verified.",
                        "The claim on the bigram language is of SGD, which the landscape is a theory of. With AdamW it"
                                + " holds up to a rate of 3e-3; at 1e-2, tried first, the noise of its normalised steps is"
                                + " in the certain contexts too, and the decay gains most there.",
                        "Straight lines between checkpoints are measured at six places.",
                        "That WSD-S is not worse than branching WSD is claimed with a margin of 0.005 nats."),
                """
                train: {steps: 800}
                schedule:
                  warmupSteps: 20
                  type: wsd
                  budgets: [200, 400, 800]
                  decayFraction: 0.1
                  shape: inverse
                  floor: 0.1
                """,
                "i-cyclic");
    }

    @Override
    public List<Trial<Config>> trials(Scale scale) {
        return switch (scale) {
            case SMOKE -> {
                var trials = new ArrayList<Trial<Config>>();
                add(trials, List.of("wsd-s", "branching, equal compute"), List.of(25L, 30L, 35L), 1, List.of("model.width=32", "model.depth=1"));
                trials.add(bigram("sgd", "1", 100, 30, 10, 1));
                yield List.copyOf(trials);
            }
            case FULL -> grid(BUDGETS, 4, List.of());
            case EXTENDED -> grid(List.of(400L, 800L, 1600L), 8, List.of("train.batchSize=32"));
        };
    }

    private static List<Trial<Config>> grid(List<Long> budgets, int seeds, List<String> more) {
        var trials = new ArrayList<Trial<Config>>();
        add(
                trials,
                List.of("wsd-s", "branching, equal compute", "cyclic cosine", "cosine a budget", "constant"),
                budgets,
                seeds,
                more);
        add(
                trials,
                List.of("wsd-s, decay 5 %", "wsd-s, decay 20 %", "wsd-s, linear", "wsd-s, cosine"),
                budgets,
                1,
                more);
        for (var seed = 1L; seed <= seeds; seed++) {
            for (var rate : List.of("0.3", "1")) {
                trials.add(bigram("sgd", rate, 3000, 300, 300, seed));
            }
            for (var rate : List.of("1e-3", "3e-3", "1e-2")) {
                trials.add(bigram("adamw", rate, 3000, 300, 300, seed));
            }
        }
        trials.add(Trial.of("valley", 1, new Config(Toy.defaults()), PART, "valley"));
        return trials;
    }

    private static Trial<Config> bigram(String optimizer, String lr, int steps, int early, int decay, long seed) {
        var rule = new ArrayList<>(List.of("type=" + optimizer, "lr=" + lr, "weightDecay=0"));
        if (optimizer.equals("sgd")) {
            rule.add("momentum=0");
        }
        var own = ConfigReader.read(rule, OptimizerConfig.defaults());
        return Trial.of(
                "bigram",
                seed,
                new Config(new Words(own, steps, 64, early, decay, seed)),
                PART,
                "bigram",
                OPTIMIZER,
                optimizer + " " + lr);
    }

    private static void add(List<Trial<Config>> trials, List<String> arms, List<Long> budgets, int seeds, List<String> more) {
        for (var arm : arms) {
            for (var seed = 1L; seed <= seeds; seed++) {
                if (arm.equals("cosine a budget")) {
                    for (var budget : budgets) {
                        trials.add(language(arm, List.of(budget), seed, more, "budget", budget));
                    }
                } else {
                    trials.add(language(arm, budgets, seed, more));
                }
            }
        }
    }

    private static Trial<Config> language(String arm, List<Long> budgets, long seed, List<String> more, Object... factors) {
        var branching = arm.startsWith("branching");
        var own = branching ? equalCompute(budgets, FLOOR) : budgets;
        var sets = new ArrayList<>(List.of("train.seed=" + seed, "train.steps=" + own.getLast()));
        var decays = arm.startsWith("wsd-s") || arm.startsWith("cyclic");
        if (decays) {
            sets.add("schedule.budgets=" + own.stream().map(String::valueOf).collect(Collectors.joining(",", "[", "]")));
        }
        sets.addAll(more);
        var run = ARMS.config(arm, sets);
        var fraction = run.schedule().course() instanceof Wsd.Config wsd && arm.equals("wsd-s") ? wsd.decayFraction() : 0;
        var where = new ArrayList<Object>(List.of(PART, "language model"));
        where.addAll(List.of(factors));
        return Trial.of(
                arm,
                seed,
                new Config(new Language(
                        run,
                        own,
                        branching ? Budgets.Delivery.BRANCHING : Budgets.Delivery.ALONG,
                        branching ? 0.1 : fraction)),
                where.toArray());
    }

    /// Budgets of branching WSD such that each checkpoint has cost as many updates, thrown-away decays included, as the
    /// given ones.
    static List<Long> equalCompute(List<Long> budgets, double decayFraction) {
        var own = new ArrayList<Long>();
        var thrown = 0L;
        var start = 0L;
        for (var budget : budgets) {
            own.add(budget - thrown);
            thrown += Math.round((own.getLast() - start) * decayFraction);
            start = own.getLast();
        }
        return own;
    }

    @Override
    public Measurements run(Config config, Workshop workshop) {
        return switch (config.part()) {
            case Toy toy -> valley(toy);
            case Words words ->
                Bigram.run(
                        words.optimizer(),
                        new Decay(Decay.Shape.INVERSE, words.steps() - (long) words.decay(), words.decay(), FLOOR),
                        words.steps(),
                        words.batch(),
                        words.early(),
                        words.decay(),
                        words.seed());
            case Language language -> Budgets.run(language, workshop.cache());
        };
    }

    private static Measurements valley(Toy toy) {
        var valley = new RiverValley(1, 1, 0.01);
        var random = RandomStream.of(toy.seed(), "valley");
        var simulated = new double[toy.rates().size()];
        var calculated = new double[simulated.length];
        for (var i = 0; i < simulated.length; i++) {
            simulated[i] = valley.simulate(toy.rates().get(i), toy.runs(), toy.steps(), random)[0];
            calculated[i] = valley.hill(valley.stationary(toy.rates().get(i)));
        }
        var measured = new Measurements()
                .put("rates", toy.rates().stream().mapToDouble(Double::doubleValue).toArray())
                .put("simulated", simulated)
                .put("calculated", calculated);
        for (var shape : List.of(Decay.Shape.INVERSE, Decay.Shape.COSINE, Decay.Shape.LINEAR)) {
            measured.put(
                    shape.name().toLowerCase(Locale.ROOT),
                    valley.after(valley.stationary(0.5), 0.5, new Decay(shape, 0, 100, FLOOR), 100));
        }
        return measured.put("best", RiverValley.afterBestDecay(valley.stationary(0.5), 100));
    }

    @Override
    public List<Claim> claims(Results results) {
        var words = results.arm("bigram").where(run -> run.factors().getOrDefault(OPTIMIZER, "").startsWith("sgd"));
        var gains = results.arm("wsd-s");
        return List.of(
                Claim.above(
                        "i-branching",
                        "WSD-S is not worse than branching WSD at equal compute (held-out loss, mean of budgets 2 and 3,"
                                + " branching minus WSD-S; margin 0.005)",
                        Pairs.difference(results, "branching, equal compute", "wsd-s", WsdS::later),
                        -0.005),
                Claim.above(
                        "i-cyclic",
                        "WSD-S is better than cyclic cosine (held-out loss, mean of budgets 2 and 3, cyclic minus WSD-S)",
                        Pairs.difference(results, "cyclic cosine", "wsd-s", WsdS::later),
                        0),
                Claim.above(
                        "ii-drop",
                        "the decay lowers the held-out loss (mean over budgets, nats)",
                        Estimate.mean(gains.all().stream()
                                .mapToDouble(run -> mean(run.measured(), "gain_"))
                                .toArray()),
                        0),
                Claim.above(
                        "ii-uncertain",
                        "in the bigram language, trained by SGD, more than half of the drop is that of uncertain contexts"
                                + " (share)",
                        Estimate.mean(words.all().stream()
                                .mapToDouble(run -> shareUncertain(run.measured()))
                                .toArray()),
                        0.5),
                Claim.above(
                        "iii",
                        "the straight line from the weights before a decay to those after never rises (share of the"
                                + " decays here)",
                        monotone(gains),
                        0.9),
                Claim.below(
                        "iv",
                        "WSD-S is within 0.03 nats of a cosine run made for each budget (WSD-S minus cosine, largest of"
                                + " the budgets)",
                        againstOracle(results),
                        0.03));
    }

    private static double later(Measurements measured) {
        return (measured.number("loss_2") + measured.number("loss_3")) / 2;
    }

    private static double mean(Measurements measured, String name) {
        return IntStream.rangeClosed(1, 3).mapToDouble(i -> measured.number(name + i)).average().orElseThrow();
    }

    private static double shareUncertain(Measurements measured) {
        var uncertain = measured.number("uncertain_stable") - measured.number("uncertain_decayed");
        var certain = measured.number("certain_stable") - measured.number("certain_decayed");
        return uncertain / (uncertain + certain);
    }

    private static Estimate monotone(Results runs) {
        var paths = runs.all().stream()
                .flatMap(run -> IntStream.rangeClosed(1, 3).mapToObj(i -> run.measured().row("path_" + i)))
                .toList();
        return paths.isEmpty()
                ? Estimate.NONE
                : Estimate.exact(paths.stream().filter(Budgets::isMonotone).count() / (double) paths.size());
    }

    private static Estimate againstOracle(Results results) {
        var runs = results.arm("wsd-s");
        var oracle = results.arm("cosine a budget");
        var budgets = oracle.levels("budget");
        if (budgets.size() < 3) {
            return Estimate.NONE;
        }
        var gaps = IntStream.rangeClosed(1, 3)
                .mapToObj(i -> {
                    var here = runs.numbers("loss_" + i);
                    var there = oracle.with("budget", budgets.get(i - 1)).numbers("loss_1");
                    return IntStream.range(0, here.length).mapToDouble(k -> here[k] - there[k]).toArray();
                })
                .toList();
        return Estimate.bootstrap(runs.all().size(), chosen -> gaps.stream()
                .mapToDouble(gap -> Arrays.stream(chosen).mapToDouble(k -> gap[k]).average().orElseThrow())
                .max()
                .orElseThrow());
    }

    @Override
    public Verdict.Rule rule() {
        var first = Condition.all("i-branching", "i-cyclic");
        var second = Condition.all("ii-drop", "ii-uncertain");
        return new Verdict.Rule(first.and(second), first.or(second));
    }

    @Override
    public List<Exhibit> exhibits(Results results) {
        var exhibits = new ArrayList<Exhibit>();
        if (!results.arm("cosine a budget").isEmpty()) {
            exhibits.add(budgets(results));
            exhibits.add(new Exhibit.Figure(
                    "path",
                    "Held-out loss along the straight line from the weights before a decay to those after (WSD-S, all"
                            + " seeds' mean).",
                    path(results.arm("wsd-s"))));
        }
        results.arm("wsd-s").first().ifPresent(run -> exhibits.add(new Exhibit.Figure(
                "loss", "Training loss of WSD-S (seed 1) and of the schedules it is compared with.", loss(results.seed(1)))));
        results.arm("bigram").first().ifPresent(_ -> exhibits.add(bigram(results.arm("bigram"))));
        results.arm("valley").first().ifPresent(run -> exhibits.add(valleyTable(run.measured())));
        return exhibits;
    }

    private static Exhibit.Table budgets(Results results) {
        var rows = new ArrayList<List<String>>();
        for (var arm : results.with(PART, "language model").arms()) {
            var runs = results.arm(arm);
            var row = new ArrayList<String>();
            row.add(arm);
            for (var i = 1; i <= 3; i++) {
                var at = arm.equals("cosine a budget")
                        ? runs.with("budget", runs.levels("budget").get(i - 1)).numbers("loss_1")
                        : runs.numbers("loss_" + i);
                row.add(Estimate.mean(at).text());
            }
            row.add(Texts.number(DoubleStream.of(runs.numbers("steps")).sum() / runs.seeds().size()));
            rows.add(List.copyOf(row));
        }
        return new Exhibit.Table(
                "Held-out loss in nats at each budget, mean over seeds, and the updates that were computed for all three.",
                List.of("schedule", "budget 1", "budget 2", "budget 3", "updates"),
                rows);
    }

    private static Chart path(Results runs) {
        var chart = Chart.titled("Between the weights before and after a decay")
                .x(Axis.linear("share of the way"))
                .y(Axis.linear("held-out loss").unit("nats"));
        for (var i = 1; i <= 3; i++) {
            var name = "path_" + i;
            var paths = runs.all().stream().map(run -> run.measured().row(name)).toList();
            var points = paths.getFirst().length;
            chart = chart.line(
                    "budget " + i,
                    IntStream.range(0, points).mapToDouble(k -> k / (points - 1.0)).toArray(),
                    IntStream.range(0, points)
                            .mapToDouble(k -> paths.stream().mapToDouble(each -> each[k]).average().orElseThrow())
                            .toArray());
        }
        return chart;
    }

    private static Chart loss(Results runs) {
        var chart = Chart.titled("Training loss").x(Axis.linear("updates")).y(Axis.linear("loss").unit("nats").range(1.8, 3.2));
        for (var arm : List.of("constant", "cyclic cosine", "wsd-s")) {
            for (var run : runs.arm(arm).first().stream().toList()) {
                var row = run.measured().row("losses");
                var each = run.measured().number("steps") / row.length;
                chart = chart.line(arm, IntStream.range(0, row.length).mapToDouble(i -> (i + 1) * each).toArray(), row);
            }
        }
        return chart;
    }

    private static Exhibit.Table bigram(Results runs) {
        var rows = new ArrayList<List<String>>();
        for (var optimizer : runs.levels(OPTIMIZER)) {
            for (var kind : List.of("certain", "uncertain")) {
                var own = runs.with(OPTIMIZER, optimizer);
                rows.add(List.of(
                        optimizer,
                        kind,
                        Estimate.mean(own.numbers(kind + "_early")).text(),
                        Estimate.mean(own.numbers(kind + "_stable")).text(),
                        Estimate.mean(own.numbers(kind + "_decayed")).text()));
            }
        }
        return new Exhibit.Table(
                "Bigram language: excess loss over the entropy by kind of context, weighted by frequency, nats.",
                List.of("optimizer", "contexts", "step 300", "step 2700, before the decay", "step 3000, decayed"),
                rows);
    }

    private static Exhibit.Table valleyTable(Measurements measured) {
        var rows = new ArrayList<List<String>>();
        var rates = measured.row("rates");
        for (var i = 0; i < rates.length; i++) {
            rows.add(List.of(
                    "hill loss at constant rate " + Texts.number(rates[i]),
                    Texts.number(measured.row("simulated")[i]),
                    Texts.number(measured.row("calculated")[i])));
        }
        for (var shape : List.of("inverse", "cosine", "linear", "best")) {
            rows.add(List.of("variance after a decay of 100 steps, " + shape, "", Texts.number(measured.number(shape))));
        }
        return new Exhibit.Table("The river valley, with steepness and noise of one.", List.of("quantity", "simulated", "calculated"), rows);
    }
}
