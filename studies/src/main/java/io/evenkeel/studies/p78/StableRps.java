package io.evenkeel.studies.p78;

import io.evenkeel.config.ConfigReader;
import io.evenkeel.nn.Parameters;
import io.evenkeel.optim.Optimizer;
import io.evenkeel.optim.OptimizerConfig;
import io.evenkeel.plot.Axis;
import io.evenkeel.plot.Chart;
import io.evenkeel.random.RandomStreams;
import io.evenkeel.schedule.Decay;
import io.evenkeel.statistic.Sample;
import io.evenkeel.studies.common.Clothes;
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
import io.evenkeel.tensor.Functional;
import io.evenkeel.tensor.Scope;
import io.evenkeel.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A network drawn from one array, over what the array begins with and how small it is, against pruned and narrow networks.
///
/// @paper P78
public final class StableRps implements Study<StableRps.Config> {
    private static final String PART = "part";
    private static final String SWEEP = "start";
    private static final String SIZE = "compression";
    private static final String HALF_WIDTH = "half width";
    private static final String TIMES = "times";
    private static final String RPS = "stable-rps";
    private static final String ROAST = "roast";
    private static final String FULL = "full model";
    private static final String ACCURACY = "accuracy";
    private static final String DIVERGED = "diverged";
    private static final List<String> OTHERS = List.of("magnitude", "snip", "random", "narrow model");
    private static final int BATCH = 100;

    /// @param how         the network is made smaller
    /// @param compression weights of the full model over those that are trained
    /// @param optimizer   of it; with `sharing` for an array
    /// @param train       pictures
    /// @param test        pictures
    /// @param epochs      over them
    /// @param seed        of weights and order
    public record Config(
            How how, double compression, OptimizerConfig optimizer, int train, int test, int epochs, long seed) {}

    /// Ways to be small.
    public enum How {
        /// all weights, or an array in their place
        AS_CONFIGURED,
        /// fewer channels
        NARROW,
        RANDOM,
        MAGNITUDE,
        SNIP,
        SYNFLOW,
        /// trained, pruned by magnitude, put back to its start and trained again (lottery ticket)
        LOTTERY;

        @Nullable Pruning pruning() {
            return switch (this) {
                case AS_CONFIGURED, NARROW, LOTTERY -> null;
                case RANDOM -> Pruning.RANDOM;
                case MAGNITUDE -> Pruning.MAGNITUDE;
                case SNIP -> Pruning.SNIP;
                case SYNFLOW -> Pruning.SYNFLOW;
            };
        }
    }

    @Override
    public String id() {
        return "P78";
    }

    @Override
    public int version() {
        return 1;
    }

    @Override
    public Description description() {
        return new Description(
                List.of(
                        "All matrices and kernels are drawn from one small array by a fixed map, with a fixed sign and a scale for each tensor.",
                        "Chunks as long as the array, each rotated, use every number equally often; without compression the map is one to one.",
                        "A number's gradient is divided by its weights' squared total scale over their count: weights then move by the mean of"
                                + " their gradients, whatever the array began with.",
                        "Without that, the effective rate grows with the inverse square of the array's first values: small ones diverge.",
                        "Published: better than small and pruned models at equal numbers of trained weights."),
                "Fashion-MNIST, 10,000 pictures to train on and 2000 to test on, three epochs of batches of 100, SGD at 0.1 with momentum,"
                        + " cosine to zero; a convolutional network of 89,000 weights. Start: arrays of a tenth with first values within"
                        + " 1e-3 to 1, three seeds. Compression: 1, 10 and 50 with four or five seeds, 2, 5 and 100 with one.",
                List.of(
                        "One small network with batch norms instead of ResNet-20 and VGG-11, three epochs.",
                        "Biases and norms are not shared, pruned or counted; masks are not counted as memory, which favours pruning.",
                        "SynFlow prunes in 20 rounds; GraSP is left out; the lottery ticket is pruned once.",
                        "Divergence is a loss that is no number or above ln 10 at the end."),
                """
                optimizer:
                  type: sgd
                  lr: 0.1
                  sharing: {compression: 10, map: pareto, halfWidth: 0.05}
                """,
                "1-spread");
    }

    private static final List<String> STARTS = List.of("1e-3", "1e-2", "4e-2", "0.3", "1");

    private static Config config(How how, String compression, @Nullable String sharing, int train, int epochs, long seed) {
        var all = new ArrayList<>(List.of("type=sgd", "momentum=0.9", "weightDecay=0", "lr=0.1", "clip.type=none"));
        if (sharing != null) {
            all.add("sharing={compression: " + compression + ", seed: " + seed + ", " + sharing + "}");
        }
        var optimizer = ConfigReader.read(all, OptimizerConfig.defaults());
        return new Config(how, Double.parseDouble(compression), optimizer, train, 2000, epochs, seed);
    }

    private static String sharing(String map, boolean scaled, String halfWidth) {
        return "map: " + map + ", scaled: " + scaled + ", halfWidth: " + halfWidth;
    }

    @Override
    public List<Trial<Config>> trials(Scale scale) {
        var trials = new ArrayList<Trial<Config>>();
        switch (scale) {
            case SMOKE -> {
                size(trials, RPS, How.AS_CONFIGURED, sharing("pareto", true, "0.05"), List.of("10"), 1, 1000, 1);
                size(trials, "snip", How.SNIP, null, List.of("10"), 1, 1000, 1);
            }
            case FULL -> grid(trials, 3, 5, 4, 1, 10_000, 3);
            case EXTENDED -> grid(trials, 10, 10, 10, 4, 10_000, 20);
        }
        return trials;
    }

    private static void grid(List<Trial<Config>> trials, int starts, int whole, int seeds, int others, int train, int epochs) {
        for (var start : STARTS) {
            start(trials, RPS, sharing("pareto", true, start), start, starts, train, epochs);
            start(trials, ROAST, sharing("roast", false, start), start, starts, train, epochs);
            start(trials, "pareto, not scaled", sharing("pareto", false, start), start, others, train, epochs);
            start(trials, "roast, scaled", sharing("roast", true, start), start, others, train, epochs);
        }
        var stable = sharing("pareto", true, "0.05");
        size(trials, RPS, How.AS_CONFIGURED, stable, List.of("1"), whole, train, epochs);
        size(trials, ROAST, How.AS_CONFIGURED, sharing("roast", true, "0.05"), List.of("1"), whole, train, epochs);
        size(trials, FULL, How.AS_CONFIGURED, null, List.of("1"), whole, train, epochs);
        for (var compressions : List.of(List.of("10", "50"), List.of("2", "5", "100"))) {
            var count = compressions.size() == 2 ? seeds : others;
            size(trials, RPS, How.AS_CONFIGURED, stable, compressions, count, train, epochs);
            size(trials, "magnitude", How.MAGNITUDE, null, compressions, count, train, epochs);
            size(trials, "snip", How.SNIP, null, compressions, count, train, epochs);
            size(trials, "random", How.RANDOM, null, compressions, count, train, epochs);
            size(trials, "narrow model", How.NARROW, null, compressions, count, train, epochs);
        }
        var two = List.of("10", "50");
        size(trials, "hashed", How.AS_CONFIGURED, sharing("hashed", true, "0.05"), two, others, train, epochs);
        size(trials, "synflow", How.SYNFLOW, null, two, others, train, epochs);
        size(trials, "lottery ticket", How.LOTTERY, null, two, others, train, epochs);
    }

    private static void start(
            List<Trial<Config>> trials, String arm, String sharing, String start, int seeds, int train, int epochs) {
        for (var seed = 1L; seed <= seeds; seed++) {
            trials.add(Trial.of(
                    arm, seed, config(How.AS_CONFIGURED, "10", sharing, train, epochs, seed), HALF_WIDTH, start, PART, SWEEP));
        }
    }

    private static void size(
            List<Trial<Config>> trials,
            String arm,
            How how,
            @Nullable String sharing,
            List<String> compressions,
            int seeds,
            int train,
            int epochs) {
        for (var compression : compressions) {
            for (var seed = 1L; seed <= seeds; seed++) {
                trials.add(Trial.of(
                        arm, seed, config(how, compression, sharing, train, epochs, seed), TIMES, compression, PART, SIZE));
            }
        }
    }

    @Override
    public Measurements run(Config config, Workshop workshop) {
        var streams = new RandomStreams(config.seed());
        var width = config.how() == How.NARROW ? Wide.widthOf(Math.round(Wide.weights(1) / config.compression())) : 1;
        var model = new Wide(width);
        try (var clothes = Clothes.open(config.train(), config.test(), workshop.cache());
                var parameters = Parameters.materialize(model, streams.stream("init"));
                var _ = Scope.open()) {
            var masks = masks(config, model, parameters, clothes, streams);
            Pruning.apply(masks, parameters, false);
            var loss = train(config, model, parameters, clothes, masks, streams);
            var test = clothes.examine(model);
            return new Measurements()
                    .put(DIVERGED, !(loss <= Math.log(Clothes.CLASSES)))
                    .put("train", loss)
                    .put(ACCURACY, Double.isFinite(loss) ? test.accuracy() : 1.0 / Clothes.CLASSES);
        }
    }

    private static List<Tensor> masks(
            Config config, Wide model, Parameters parameters, Clothes clothes, RandomStreams streams) {
        var which = new Clothes.Order(streams.stream("scores"), BATCH, clothes.count()).next();
        var pictures = clothes.pictures(which);
        var labels = clothes.labels(which);
        var random = streams.stream("pruned");
        if (config.how() == How.LOTTERY) {
            var start = parameters.values().copy();
            train(config, model, parameters, clothes, List.of(), streams);
            var masks = Pruning.MAGNITUDE.masks(model, parameters, config.compression(), pictures, labels, random);
            parameters.values().copy_(start);
            return masks;
        }
        var pruning = config.how().pruning();
        return pruning == null
                ? List.of()
                : pruning.masks(model, parameters, config.compression(), pictures, labels, random);
    }

    /// The mean loss of the last tenth of the steps, or that which is no number.
    private static double train(
            Config config, Wide model, Parameters parameters, Clothes clothes, List<Tensor> masks, RandomStreams streams) {
        var steps = config.epochs() * (int) (clothes.count() / BATCH);
        var schedule = new Decay(Decay.Shape.COSINE, 0, steps, 0);
        var order = new Clothes.Order(streams.stream("order " + masks.size()), BATCH, clothes.count());
        var losses = new double[steps];
        try (Optimizer moves = config.optimizer().build(parameters)) {
            for (var step = 0; step < steps; step++) {
                try (var _ = Scope.open()) {
                    parameters.zeroGradients();
                    var which = order.next();
                    var loss = Functional.crossEntropyEach(model.forward(clothes.pictures(which)), clothes.labels(which)).mean();
                    loss.backward();
                    losses[step] = loss.item();
                    if (!Double.isFinite(losses[step])) {
                        return losses[step];
                    }
                    Pruning.apply(masks, parameters, true);
                    moves.step(schedule.factor(step), parameters.gradientNorm());
                }
            }
        }
        return Arrays.stream(losses).skip(steps * 9L / 10).average().orElseThrow();
    }

    /// Standard deviation of accuracy over first values, by seed.
    private static double[] spreads(Results start, String arm) {
        var runs = start.arm(arm);
        return runs.seeds().stream()
                .filter(seed -> runs.seed(seed).all().size() == STARTS.size())
                .mapToDouble(seed -> Sample.standardDeviation(runs.seed(seed).numbers(ACCURACY)))
                .toArray();
    }

    @Override
    public List<Claim> claims(Results all) {
        var start = all.with(PART, SWEEP);
        var whole = all.with(PART, SIZE).with(TIMES, "1");
        var small = all.with(PART, SIZE).where(run -> List.of("10", "50").contains(run.factors().getOrDefault(TIMES, "")));
        var claims = new ArrayList<Claim>();
        claims.add(Claim.above(
                "1-spread",
                "what the array begins with matters less with STABLE-RPS than with ROAST (standard deviation of accuracy over first"
                        + " values, ROAST minus STABLE-RPS)",
                Estimate.difference(spreads(start, ROAST), spreads(start, RPS)),
                0));
        claims.add(Claim.above(
                "1-diverged",
                "and fewer runs diverge (share, ROAST minus STABLE-RPS)",
                Pairs.difference(start, ROAST, RPS, run -> run.number(DIVERGED)),
                0));
        claims.add(Claim.within(
                "2-rps",
                "without compression STABLE-RPS is as accurate as the full model (accuracy; margin 0.01)",
                Pairs.difference(whole, RPS, FULL, run -> run.number(ACCURACY)),
                0.01));
        claims.add(Claim.above(
                "2-roast",
                "and ROAST is not (full model minus ROAST)",
                Pairs.difference(whole, FULL, ROAST, run -> run.number(ACCURACY)),
                0.01));
        for (var other : OTHERS) {
            claims.add(Claim.above(
                    "3-" + other.replace(" model", ""),
                    "at a tenth and a fiftieth STABLE-RPS is more accurate than the same number of weights by " + other
                            + " (accuracy, STABLE-RPS minus it)",
                    Pairs.difference(small, RPS, other, run -> run.number(ACCURACY)),
                    0));
        }
        return claims;
    }

    @Override
    public Verdict.Rule rule() {
        var first = Condition.all("1-spread", "1-diverged", "2-rps", "2-roast");
        return new Verdict.Rule(first.and(Condition.all("3-magnitude", "3-snip", "3-random", "3-narrow")), first);
    }

    @Override
    public List<Exhibit> exhibits(Results all) {
        var exhibits = new ArrayList<Exhibit>();
        var start = all.with(PART, SWEEP);
        var size = all.with(PART, SIZE);
        if (!start.isEmpty()) {
            exhibits.add(new Exhibit.Figure(
                    "start",
                    "Test accuracy of arrays of a tenth over the half width of their first values, mean over seeds.",
                    chart(start, "What it begins with", HALF_WIDTH)));
            exhibits.add(table("Arrays of a tenth by what they begin with.", start, HALF_WIDTH));
        }
        exhibits.add(new Exhibit.Figure("size", "Test accuracy over compression, mean over seeds.", chart(size, "Compression", TIMES)));
        exhibits.add(table("All ways to be small.", size, TIMES));
        return exhibits;
    }

    private static Chart chart(Results runs, String title, String factor) {
        var chart = Chart.titled(title).subtitle("test accuracy").x(Axis.log(factor)).y(Axis.linear("test accuracy"));
        for (var arm : runs.arms()) {
            var levels = runs.arm(arm).levels(factor);
            chart = chart.line(
                    arm,
                    levels.stream().mapToDouble(Double::parseDouble).toArray(),
                    levels.stream()
                            .mapToDouble(level -> Estimate.mean(runs.arm(arm).with(factor, level).numbers(ACCURACY)).value())
                            .toArray());
        }
        return chart;
    }

    private static Exhibit.Table table(String caption, Results runs, String factor) {
        var rows = new ArrayList<List<String>>();
        for (var arm : runs.arms()) {
            for (var level : runs.arm(arm).levels(factor)) {
                var here = runs.arm(arm).with(factor, level);
                rows.add(List.of(
                        arm,
                        level,
                        Estimate.mean(here.numbers(ACCURACY)).text(),
                        here.all().stream().filter(run -> run.measured().number(DIVERGED) > 0).count() + " of " + here.all().size()));
            }
        }
        return new Exhibit.Table(caption, List.of("arm", factor, ACCURACY, DIVERGED), rows);
    }
}
