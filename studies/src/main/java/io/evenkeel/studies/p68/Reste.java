package io.evenkeel.studies.p68;

import io.evenkeel.config.ConfigReader;
import io.evenkeel.nn.Parameters;
import io.evenkeel.number.Surrogate;
import io.evenkeel.optim.OptimizerConfig;
import io.evenkeel.plot.Axis;
import io.evenkeel.plot.Chart;
import io.evenkeel.random.RandomStreams;
import io.evenkeel.schedule.Decay;
import io.evenkeel.statistic.Sample;
import io.evenkeel.statistic.Spearman;
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
import io.evenkeel.study.Training;
import io.evenkeel.study.Trial;
import io.evenkeel.study.Verdict;
import io.evenkeel.study.Verdict.Condition;
import io.evenkeel.study.Workshop;
import io.evenkeel.tensor.Autograd;
import io.evenkeel.tensor.Functional;
import io.evenkeel.tensor.Scope;
import io.evenkeel.tensor.Tensor;
import io.evenkeel.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/// How close to the sign the slope should come that stands for it.
///
/// @paper P68
public final class Reste implements Study<Reste.Config> {
    private static final String LR = "lr";
    private static final String STE = "straight-through";
    private static final String ACCURACY = "accuracy";
    private static final String ERROR = "error";
    private static final String DISPERSION = "dispersion";
    private static final List<String> POWERS = List.of("1", "1.5", "2", "3", "5", "10");
    private static final int BATCH = 50;

    /// What stands for the sign's slope over training.
    public enum Estimator {
        FULL_PRECISION,
        STRAIGHT_THROUGH,
        STRAIGHT_THROUGH_WIDE,
        POWER,
        POWER_FIXED,
        POWER_WEIGHTS_ONLY,
        TANH,
        PARABOLA;

        /// At a share of training, in [0, 1]; of full precision, whatever it is measured against.
        ///
        /// @param o of the power at the end
        Surrogate at(double share, double o) {
            return switch (this) {
                case FULL_PRECISION, STRAIGHT_THROUGH -> new Surrogate.StraightThrough(1);
                case STRAIGHT_THROUGH_WIDE -> new Surrogate.StraightThrough(1.5);
                case POWER, POWER_WEIGHTS_ONLY -> new Surrogate.Power(ramp(share, o), 0.1, 1.5);
                case POWER_FIXED -> new Surrogate.Power(o, 0.1, 1.5);
                case TANH -> new Surrogate.Tanh(0.1 * Math.pow(100, share));
                case PARABOLA -> new Surrogate.Parabola();
            };
        }
    }

    /// The power at a share of training: `1 + (1 - cos(share pi / 2)) (end - 1)`.
    static double ramp(double share, double end) {
        return 1 + (1 - Math.cos(Math.PI / 2 * share)) * (end - 1);
    }

    /// @param estimator over training
    /// @param o         of the power at the end
    /// @param optimizer of everything
    /// @param train     pictures
    /// @param test      pictures
    /// @param epochs    over them
    /// @param seed      of weights and order
    public record Config(
            Estimator estimator, double o, OptimizerConfig optimizer, int train, int test, int epochs, long seed) {}

    @Override
    public String id() {
        return "P68";
    }

    @Override
    public int version() {
        return 1;
    }

    @Override
    public Description description() {
        return new Description(
                List.of(
                        "Weights and activations are signs forward; backward the slope of sign(z) |z|^(1/o) stands for that of the sign.",
                        "o grows from 1, which passes gradients straight through, to 3: closer to the sign, but with slopes that differ by more.",
                        "Two numbers tell the balance: how far the function is off the sign, and how much gradients disperse.",
                        "Below 0.1 the slope is that of the chord, beyond 1.5 it is zero, so that none is infinite.",
                        "precision: takes binary weights and activations in any configuration with convolutions or linear layers."),
                "Fashion-MNIST, 5000 pictures to train on and 2000 to test on, 8 epochs of batches of 50; three convolutions with stride 2,"
                        + " 92,000 binary weights; SGD at 0.1 with momentum, cosine to zero, decay 1e-4. Straight-through, powers to 2, 3"
                        + " and 10, and tanh with five seeds, the others with two.",
                List.of(
                        "A network of three convolutions and 8 epochs instead of ResNets for 1000.",
                        "The classifier sees rectified means of channels.",
                        "The dispersion is the variance of the magnitudes of all gradients of one batch, the same for all arms, at the end of each"
                                + " epoch; the mean over epochs counts.",
                        "An arm of straight-through with the bounds of the power, 1.5, tells the bound from the shape."),
                """
                model: {type: conv-net}
                precision:
                  weights: {type: binary, scaled: true, surrogate: {type: power, o: 3}}
                  activations: {type: binary, surrogate: {type: power, o: 3}}
                  skip: [head, layers.stem.conv]
                """,
                "b");
    }

    @Override
    public List<Trial<Config>> trials(Scale scale) {
        var trials = new ArrayList<Trial<Config>>();
        switch (scale) {
            case SMOKE -> {
                add(trials, STE, Estimator.STRAIGHT_THROUGH, 1, "0.1", 1, 500, 1);
                add(trials, power("3"), Estimator.POWER, 3, "0.1", 1, 500, 1);
            }
            case FULL -> grid(trials, 5, 2, 5000, 8);
            case EXTENDED -> grid(trials, 10, 5, 10_000, 30);
        }
        return trials;
    }

    private static String power(String end) {
        return "power to " + end;
    }

    private static void grid(List<Trial<Config>> trials, int seeds, int others, int train, int epochs) {
        add(trials, STE, Estimator.STRAIGHT_THROUGH, 1, "0.1", seeds, train, epochs);
        for (var end : POWERS) {
            var many = List.of("2", "3", "10").contains(end);
            add(trials, power(end), Estimator.POWER, Double.parseDouble(end), "0.1", many ? seeds : others, train, epochs);
        }
        add(trials, "tanh", Estimator.TANH, 1, "0.1", seeds, train, epochs);
        add(trials, "straight-through to 1.5", Estimator.STRAIGHT_THROUGH_WIDE, 1, "0.1", others, train, epochs);
        add(trials, "power 3, no ramp", Estimator.POWER_FIXED, 3, "0.1", others, train, epochs);
        add(trials, "parabola", Estimator.PARABOLA, 1, "0.1", others, train, epochs);
        add(trials, "power to 3, weights alone", Estimator.POWER_WEIGHTS_ONLY, 3, "0.1", others, train, epochs);
        add(trials, "full precision", Estimator.FULL_PRECISION, 1, "0.1", others, train, epochs);
        add(trials, STE, Estimator.STRAIGHT_THROUGH, 1, "0.02", 1, train, epochs);
        add(trials, power("3"), Estimator.POWER, 3, "0.02", 1, train, epochs);
    }

    private static void add(
            List<Trial<Config>> trials, String arm, Estimator estimator, double o, String lr, int seeds, int train, int epochs) {
        var optimizer = ConfigReader.read(
                List.of("type=sgd", "momentum=0.9", "weightDecay=1e-4", "lr=" + lr, "clip.type=none"), OptimizerConfig.defaults());
        for (var seed = 1L; seed <= seeds; seed++) {
            trials.add(Trial.of(arm, seed, new Config(estimator, o, optimizer, train, 2000, epochs, seed), LR, lr));
        }
    }

    @Override
    public Measurements run(Config config, Workshop workshop) {
        var streams = new RandomStreams(config.seed());
        var model = new BinaryNet(Clothes.CLASSES);
        try (var clothes = Clothes.open(config.train(), config.test(), workshop.cache());
                var parameters = Parameters.materialize(model, streams.stream("init"));
                var moves = config.optimizer().build(parameters)) {
            var order = new Clothes.Order(streams.stream("order"), BATCH, clothes.count());
            var perEpoch = (int) clothes.count() / BATCH;
            var schedule = new Decay(Decay.Shape.COSINE, 0, (long) config.epochs() * perEpoch, 0);
            var losses = new ArrayList<Double>();
            var errors = new double[config.epochs()];
            var dispersions = new double[config.epochs()];
            for (var epoch = 0; epoch < config.epochs(); epoch++) {
                var surrogate = config.estimator().at(epoch / (double) config.epochs(), config.o());
                set(model, config.estimator(), surrogate);
                for (var step = 0; step < perEpoch; step++) {
                    try (var _ = Scope.open()) {
                        losses.add(gradients(model, parameters, clothes, order.next()));
                        moves.step(schedule.factor((long) epoch * perEpoch + step), parameters.gradientNorm());
                    }
                }
                try (var _ = Scope.open()) {
                    var fixed = Tensors.arange(BATCH);
                    gradients(model, parameters, clothes, fixed);
                    dispersions[epoch] = parameters.gradients().abs().var(1).item();
                    try (var _ = Autograd.noGrad()) {
                        model.train(false);
                        errors[epoch] = model.error(clothes.pictures(fixed), surrogate);
                        model.train(true);
                    }
                }
            }
            var last = losses.subList(losses.size() * 3 / 4, losses.size()).stream().mapToDouble(Double::doubleValue).toArray();
            var test = clothes.examine(model);
            return new Measurements()
                    .put(ACCURACY, test.accuracy())
                    .put("test", test.loss())
                    .put("train", Arrays.stream(last).average().orElseThrow())
                    .put("fluctuation", Sample.standardDeviation(last))
                    .put(ERROR, Arrays.stream(errors).average().orElseThrow())
                    .put(DISPERSION, Arrays.stream(dispersions).average().orElseThrow())
                    .put("errors", errors)
                    .put("dispersions", dispersions)
                    .put("losses", Training.means(losses.stream().mapToDouble(Double::doubleValue).toArray()));
        }
    }

    private static void set(BinaryNet model, Estimator estimator, Surrogate surrogate) {
        var full = estimator == Estimator.FULL_PRECISION;
        model.binarise(full ? null : surrogate, full || estimator == Estimator.POWER_WEIGHTS_ONLY ? null : surrogate);
    }

    private static double gradients(BinaryNet model, Parameters parameters, Clothes clothes, Tensor which) {
        parameters.zeroGradients();
        var loss = Functional.crossEntropyEach(model.forward(clothes.pictures(which)), clothes.labels(which)).mean();
        loss.backward();
        return loss.item();
    }

    @Override
    public List<Claim> claims(Results all) {
        var results = all.with(LR, "0.1");
        return List.of(
                Claim.below(
                        "a-error",
                        "the further the power goes, the less the function is off the sign (Spearman's correlation, mean over seeds)",
                        correlation(results, ERROR),
                        -0.9),
                Claim.above(
                        "a-dispersion",
                        "and the more gradients disperse (the same)",
                        correlation(results, DISPERSION),
                        0.8),
                Claim.above(
                        "b",
                        "a power to 3 is more accurate than straight-through (accuracy, power minus straight-through)",
                        Pairs.difference(results, power("3"), STE, run -> run.number(ACCURACY)),
                        0),
                Claim.above(
                        "c",
                        "and more than a power to 10 (to 3 minus to 10)",
                        Pairs.difference(results, power("3"), power("10"), run -> run.number(ACCURACY)),
                        0));
    }

    /// Of the power at the end and a number, over seeds that have all powers; of these the mean, without an interval of its own.
    private static Estimate correlation(Results results, String number) {
        var arms = POWERS.stream().map(end -> results.arm(power(end))).toList();
        if (arms.stream().anyMatch(Results::isEmpty)) {
            return Estimate.NONE;
        }
        var ends = POWERS.stream().mapToDouble(Double::parseDouble).toArray();
        return Estimate.exact(arms.getFirst().seeds().stream()
                .mapToDouble(seed -> Spearman.of(
                        ends, arms.stream().mapToDouble(arm -> arm.seed(seed).numbers(number)[0]).toArray()))
                .average()
                .orElseThrow());
    }

    @Override
    public Verdict.Rule rule() {
        var first = Condition.all("a-error", "a-dispersion");
        return new Verdict.Rule(first.and(Condition.all("b", "c")), first.and(Condition.all("c")));
    }

    @Override
    public List<Exhibit> exhibits(Results all) {
        var exhibits = new ArrayList<Exhibit>();
        var rows = new ArrayList<List<String>>();
        for (var arm : all.arms()) {
            for (var lr : all.arm(arm).levels(LR)) {
                var runs = all.arm(arm).with(LR, lr);
                var row = new ArrayList<>(List.of(arm, lr));
                for (var number : List.of(ACCURACY, "train", "fluctuation", ERROR, DISPERSION)) {
                    row.add(Estimate.mean(runs.numbers(number)).text());
                }
                rows.add(row);
            }
        }
        exhibits.add(new Exhibit.Table(
                "All estimators.",
                List.of("estimator", "lr", "test accuracy", "training loss, last quarter", "its standard deviation", "off the sign", "dispersion of gradients"),
                rows));
        var first = all.with(LR, "0.1").seed(1);
        exhibits.add(new Exhibit.Figure(
                "loss", "Training loss (seed 1, means of steps).", chart(first, "Training", "loss, nats", "losses", Axis.linear("loss"))));
        exhibits.add(new Exhibit.Figure(
                "dispersion",
                "Variance of the magnitudes of gradients at the end of each epoch (seed 1).",
                chart(first, "Dispersion of gradients", "variance of magnitudes", "dispersions", Axis.log("variance"))));
        return exhibits;
    }

    private static Chart chart(Results runs, String title, String subtitle, String row, Axis y) {
        var chart = Chart.titled(title).subtitle(subtitle).x(Axis.linear("share of training")).y(y);
        for (var arm : List.of(STE, power("2"), power("3"), power("10"), "tanh", "full precision")) {
            for (var run : runs.arm(arm).all()) {
                var values = run.measured().row(row);
                chart = chart.line(
                        arm,
                        IntStream.rangeClosed(1, values.length).mapToDouble(i -> i / (double) values.length).toArray(),
                        values);
            }
        }
        return chart;
    }
}
