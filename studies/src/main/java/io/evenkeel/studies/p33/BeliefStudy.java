package io.evenkeel.studies.p33;

import io.evenkeel.config.ConfigReader;
import io.evenkeel.nn.Parameters;
import io.evenkeel.optim.OptimizerConfig;
import io.evenkeel.plot.Axis;
import io.evenkeel.plot.Chart;
import io.evenkeel.random.RandomStreams;
import io.evenkeel.studies.common.Clothes;
import io.evenkeel.studies.common.SmallConvNet;
import io.evenkeel.study.Claim;
import io.evenkeel.study.Description;
import io.evenkeel.study.Estimate;
import io.evenkeel.study.Exhibit;
import io.evenkeel.study.LrSweep;
import io.evenkeel.study.Measurements;
import io.evenkeel.study.Results;
import io.evenkeel.study.Scale;
import io.evenkeel.study.Study;
import io.evenkeel.study.Trial;
import io.evenkeel.study.Verdict;
import io.evenkeel.study.Verdict.Condition;
import io.evenkeel.study.Workshop;
import io.evenkeel.tensor.Functional;
import io.evenkeel.tensor.Scope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/// AdaBelief against its relatives: in valleys, on clothes, and in a game of two networks.
///
/// @paper P33
public final class BeliefStudy implements Study<BeliefStudy.Config> {
    private static final String PART = "part";
    private static final String VALLEYS = "valleys";
    private static final String CLOTHES = "clothes";
    private static final String RING = "ring";
    private static final String ADAM = "adam";
    private static final String SGD = "sgd";
    private static final String BELIEF = "adabelief";
    private static final double THRESHOLD = 1e-3;
    private static final int MOST = 2000;
    private static final int BATCH = 128;
    private static final int VALIDATION = 4;

    /// @param part      what is minimised
    /// @param optimizer by which
    /// @param seed      of weights and order
    public record Config(Part part, OptimizerConfig optimizer, long seed) {}

    /// The parts.
    public sealed interface Part permits Valleys, Clothing, Ring {}

    /// Every [Valley].
    ///
    /// @param most updates
    public record Valleys(int most) implements Part {}

    /// Fashion-MNIST.
    ///
    /// @param train pictures
    /// @param test  pictures
    /// @param steps updates; the rate falls to a tenth after three quarters
    public record Clothing(int train, int test, int steps) implements Part {}

    /// [RingGan].
    ///
    /// @param steps updates of each network
    public record Ring(int steps) implements Part {}

    @Override
    public String id() {
        return "P33";
    }

    @Override
    public int version() {
        return 1;
    }

    @Override
    public Description description() {
        return new Description(
                List.of(
                        "The second moment of Adam becomes a variance: it averages the square of gradient minus first moment.",
                        "Where gradients are as foreseen, steps are long, however large the gradients; where they contradict, short.",
                        "The variance takes epsilon in at every step, under the root, so epsilon is another quantity than Adam's.",
                        "The package rectifies its beginning as RAdam does: some steps of momentum, then the variance counts by and by.",
                        "Published: as fast as Adam, as good as SGD on pictures, steadier in games of two networks."),
                "Valleys: six functions of two variables, updates until the value is below 1e-3. Clothes: 12,000 pictures, a small"
                        + " convolutional network with batch norm, 750 updates of 128, the rate a tenth after three quarters; learning"
                        + " rates are chosen on 2000 of the test pictures and accuracy is that on the other 8000; five seeds. Ring: a"
                        + " generator and a discriminator on eight Gaussians, 3000 updates each, four rates, five seeds.",
                List.of(
                        "0.1 million parameters and 8 epochs instead of VGG, ResNet and DenseNet for 200.",
                        "The ring of Gaussians stands for WGAN and SN-GAN on pictures: what is counted are modes and the share of good"
                                + " samples, not Frechet distances.",
                        "Rates go further up than was planned, since both optimizers were best at the highest; on the ring each stands at its best"
                                + " rate, since at low ones neither covers anything and steadiness says nothing.",
                        "RMSProp is Adam without a first moment, so its second moment is corrected for its start.",
                        "AdaBelief stands in the claims with an epsilon of 1e-8 on clothes and 1e-12 on the ring, as its authors advise for"
                                + " each; 1e-16 is shown beside it."),
                """
                optimizer: {type: adabelief, lr: 1e-3, eps: 1e-16}
                """,
                "B-adam");
    }

    private static OptimizerConfig optimizer(String text, String lr) {
        var assignments = new ArrayList<>(List.of(text.split("; ")));
        assignments.add("lr=" + lr);
        assignments.add("clip.type=none");
        return ConfigReader.read(assignments, OptimizerConfig.defaults());
    }

    private record Arm(String name, String text) {}

    private static final String ADAM_TEXT = "type=adamw; betas=[0.9, 0.999]; weightDecay=0";
    private static final Arm ADAM_ARM = new Arm(ADAM, ADAM_TEXT);
    private static final Arm SGD_ARM = new Arm(SGD, "type=sgd; momentum=0.9");
    private static final Arm RADAM_ARM = new Arm("radam", "type=radam");
    private static final Arm YOGI_ARM = new Arm("yogi", "type=yogi");
    private static final Arm PLAIN_ARM = new Arm("adabelief, not rectified", "type=adabelief; eps=1e-8; rectify=false");

    private static Arm belief(String name, String eps) {
        return new Arm(name, "type=adabelief; eps=" + eps);
    }

    @Override
    public List<Trial<Config>> trials(Scale scale) {
        var trials = new ArrayList<Trial<Config>>();
        switch (scale) {
            case SMOKE -> {
                add(trials, VALLEYS, new Valleys(100), List.of(ADAM_ARM, PLAIN_ARM), List.of("1e-1"), 1);
                add(trials, CLOTHES, new Clothing(1000, 500, 10), List.of(ADAM_ARM, belief(BELIEF, "1e-8")), List.of("1e-3"), 1);
                add(trials, RING, new Ring(50), List.of(ADAM_ARM, belief(BELIEF, "1e-12")), List.of("1e-3"), 1);
            }
            case FULL -> grid(trials, 5, 3, 750, 3000);
            case EXTENDED -> grid(trials, 10, 5, 2000, 10_000);
        }
        return trials;
    }

    private static void grid(List<Trial<Config>> trials, int seeds, int others, int steps, int ring) {
        add(
                trials,
                VALLEYS,
                new Valleys(MOST),
                List.of(
                        SGD_ARM,
                        ADAM_ARM,
                        RADAM_ARM,
                        YOGI_ARM,
                        PLAIN_ARM,
                        belief(BELIEF, "1e-8"),
                        new Arm("adabelief, not rectified, 1e-16", "type=adabelief; eps=1e-16; rectify=false"),
                        belief("adabelief, 1e-16", "1e-16")),
                List.of("1e-3", "1e-2", "1e-1"),
                1);
        var clothing = new Clothing(12_000, 10_000, steps);
        var rates = List.of("3e-4", "1e-3", "3e-3", "1e-2");
        add(trials, CLOTHES, clothing, List.of(SGD_ARM), List.of("3e-2", "1e-1"), seeds);
        add(trials, CLOTHES, clothing, List.of(ADAM_ARM, belief(BELIEF, "1e-8"), belief("adabelief, 1e-16", "1e-16")), rates, seeds);
        add(
                trials,
                CLOTHES,
                clothing,
                List.of(
                        new Arm("adamw", "type=adamw; betas=[0.9, 0.999]; weightDecay=0.01"),
                        RADAM_ARM,
                        YOGI_ARM,
                        PLAIN_ARM,
                        belief("adabelief, 1e-12", "1e-12"),
                        new Arm("adabelief, not rectified, 1e-16", "type=adabelief; eps=1e-16; rectify=false")),
                List.of("1e-3"),
                others);
        var game = List.of("1e-4", "2e-4", "1e-3", "3e-3");
        var half = "; betas=[0.5, 0.999]";
        add(
                trials,
                RING,
                new Ring(ring),
                List.of(
                        new Arm(ADAM, "type=adamw; weightDecay=0" + half),
                        new Arm(BELIEF, "type=adabelief; eps=1e-12" + half),
                        new Arm("adabelief, 1e-16", "type=adabelief; eps=1e-16" + half),
                        new Arm("rmsprop", "type=adamw; weightDecay=0; betas=[0, 0.99]")),
                game,
                seeds);
    }

    private static void add(List<Trial<Config>> trials, String part, Part what, List<Arm> arms, List<String> rates, int seeds) {
        for (var arm : arms) {
            for (var lr : rates) {
                for (var seed = 1L; seed <= seeds; seed++) {
                    trials.add(Trial.of(
                            arm.name(), seed, new Config(what, optimizer(arm.text(), lr), seed), LrSweep.LR, lr, PART, part));
                }
            }
        }
    }

    @Override
    public Measurements run(Config config, Workshop workshop) {
        return switch (config.part()) {
            case Valleys valleys -> {
                var measured = new Measurements();
                for (var valley : Valley.values()) {
                    measured.put(name(valley), valley.updates(config.optimizer(), THRESHOLD, valleys.most()));
                }
                yield measured;
            }
            case Clothing clothing -> clothes(clothing, config, workshop);
            case Ring ring -> RingGan.run(config.optimizer(), ring.steps(), new RandomStreams(config.seed()));
        };
    }

    private static String name(Valley valley) {
        return valley.name().toLowerCase(Locale.ROOT);
    }

    private static Measurements clothes(Clothing part, Config config, Workshop workshop) {
        var streams = new RandomStreams(config.seed());
        var model = new SmallConvNet();
        try (var clothes = Clothes.open(part.train(), part.test(), workshop.cache());
                var parameters = Parameters.materialize(model, streams.stream("init"));
                var moves = config.optimizer().build(parameters)) {
            var order = new Clothes.Order(streams.stream("order"), BATCH, clothes.count());
            var losses = new double[part.steps()];
            var lost = false;
            for (var step = 0; step < part.steps() && !lost; step++) {
                try (var _ = Scope.open()) {
                    parameters.zeroGradients();
                    var which = order.next();
                    var loss = Functional.crossEntropyEach(model.forward(clothes.pictures(which)), clothes.labels(which)).mean();
                    loss.backward();
                    losses[step] = loss.item();
                    lost = !Double.isFinite(losses[step]);
                    moves.step(step < part.steps() * 3 / 4 ? 1 : 0.1, parameters.gradientNorm());
                }
            }
            var validation = clothes.test().subList(0, Math.min(VALIDATION, clothes.test().size()));
            var test = clothes.test().subList(clothes.test().size() > VALIDATION ? VALIDATION : 0, clothes.test().size());
            return new Measurements()
                    .put("validation", lost ? 0.1 : clothes.examine(model, validation).accuracy())
                    .put("accuracy", lost ? 0.1 : clothes.examine(model, test).accuracy())
                    .put("train", Arrays.stream(losses).skip(part.steps() * 9L / 10).average().orElseThrow());
        }
    }

    /// Accuracies, by seed, at the rate whose mean is best in validation.
    private static double[] atBest(Results arm) {
        return arm.levels(LrSweep.LR).stream()
                .map(lr -> arm.with(LrSweep.LR, lr))
                .max(Comparator.comparingDouble(runs -> Estimate.mean(runs.numbers("validation")).value()))
                .map(runs -> runs.numbers("accuracy"))
                .orElse(new double[0]);
    }

    /// By seed, at the rate at which least is missing on average.
    private static double[] atLeast(Results arm, String name) {
        return arm.levels(LrSweep.LR).stream()
                .map(lr -> arm.with(LrSweep.LR, lr))
                .min(Comparator.comparingDouble(runs -> Estimate.mean(runs.numbers("missing")).value()))
                .map(runs -> runs.numbers(name))
                .orElse(new double[0]);
    }

    /// Seeds in which AdaBelief has the lower number.
    private static Estimate lower(Results ring, String name) {
        var adam = atLeast(ring.arm(ADAM), name);
        var belief = atLeast(ring.arm(BELIEF), name);
        return adam.length == 0 || adam.length != belief.length
                ? Estimate.NONE
                : Estimate.exact(IntStream.range(0, adam.length).filter(i -> belief[i] < adam[i]).count());
    }

    @Override
    public List<Claim> claims(Results all) {
        var clothes = all.with(PART, CLOTHES);
        var ring = all.with(PART, RING);
        var most = 0.8 * Math.max(1, ring.seeds().size());
        return List.of(
                Claim.above(
                        "B-adam",
                        "clothes: AdaBelief at its best rate is better than Adam at its best (accuracy on test pictures)",
                        Estimate.difference(atBest(clothes.arm(BELIEF)), atBest(clothes.arm(ADAM))),
                        0),
                Claim.above(
                        "B-sgd",
                        "clothes: and not worse than SGD at its best (margin 0.005)",
                        Estimate.difference(atBest(clothes.arm(BELIEF)), atBest(clothes.arm(SGD))),
                        -0.005),
                Claim.above(
                        "C-missing",
                        "ring: AdaBelief misses less than Adam in four of five seeds (seeds; 1 - covered modes / 8 x share of good samples,"
                                + " each at its best rate)",
                        lower(ring, "missing"),
                        most - 0.5),
                Claim.above(
                        "C-steady",
                        "ring: and is steadier in four of five seeds (seeds; standard deviation of that over the last fifth)",
                        lower(ring, "unsteady"),
                        most - 0.5));
    }

    @Override
    public Verdict.Rule rule() {
        var clothes = Condition.all("B-adam", "B-sgd");
        var ring = Condition.all("C-missing", "C-steady");
        return new Verdict.Rule(clothes.and(ring), Condition.atLeast(1, clothes, ring));
    }

    @Override
    public List<Exhibit> exhibits(Results all) {
        var exhibits = new ArrayList<Exhibit>();
        var valleys = all.with(PART, VALLEYS);
        var header = new ArrayList<>(List.of("optimizer"));
        Arrays.stream(Valley.values()).map(BeliefStudy::name).forEach(header::add);
        var rows = new ArrayList<List<String>>();
        for (var arm : valleys.arms()) {
            var row = new ArrayList<>(List.of(arm));
            for (var valley : Valley.values()) {
                var least = Arrays.stream(valleys.arm(arm).numbers(name(valley))).min().orElseThrow();
                row.add(least > MOST ? "> " + MOST : Integer.toString((int) least));
            }
            rows.add(row);
        }
        exhibits.add(new Exhibit.Table(
                "Updates until a valley is below 1e-3, at the best of the learning rates 1e-3, 1e-2 and 1e-1.", header, rows));
        var clothes = all.with(PART, CLOTHES);
        exhibits.add(new Exhibit.Table(
                "Accuracy on test pictures of clothes by learning rate.",
                List.of("optimizer", "lr", "accuracy", "training loss at the end"),
                clothes.arms().stream()
                        .flatMap(arm -> clothes.arm(arm).levels(LrSweep.LR).stream().map(lr -> {
                            var runs = clothes.arm(arm).with(LrSweep.LR, lr);
                            return List.of(
                                    arm, lr, Estimate.mean(runs.numbers("accuracy")).text(), Estimate.mean(runs.numbers("train")).text());
                        }))
                        .toList()));
        var ring = all.with(PART, RING);
        exhibits.add(new Exhibit.Table(
                "The ring of eight Gaussians, last fifth of training.",
                List.of("optimizer", "lr", "covered modes", "share of good samples", "missing", "unsteady"),
                ring.arms().stream()
                        .flatMap(arm -> ring.arm(arm).levels(LrSweep.LR).stream().map(lr -> {
                            var runs = ring.arm(arm).with(LrSweep.LR, lr);
                            return List.of(
                                    arm,
                                    lr,
                                    Estimate.mean(runs.numbers("modes")).text(),
                                    Estimate.mean(runs.numbers("quality")).text(),
                                    Estimate.mean(runs.numbers("missing")).text(),
                                    Estimate.mean(runs.numbers("unsteady")).text());
                        }))
                        .toList()));
        var rate = ring.levels(LrSweep.LR);
        if (!rate.isEmpty()) {
            exhibits.add(new Exhibit.Figure(
                    "ring", "What the generator misses over training at lr " + rate.getLast() + ", mean over seeds.", path(ring.with(LrSweep.LR, rate.getLast()))));
        }
        return exhibits;
    }

    private static Chart path(Results runs) {
        var chart = Chart.titled("The ring, meanwhile")
                .subtitle("1 - covered modes / 8 x share of good samples")
                .x(Axis.linear("looks"))
                .y(Axis.linear("missing"));
        for (var arm : runs.arms()) {
            var paths = runs.arm(arm).all().stream().map(run -> run.measured().row("path")).toList();
            var length = paths.getFirst().length;
            chart = chart.line(
                    arm,
                    IntStream.rangeClosed(1, length).asDoubleStream().toArray(),
                    IntStream.range(0, length)
                            .mapToDouble(i -> paths.stream().mapToDouble(path -> path[i]).average().orElseThrow())
                            .toArray());
        }
        return chart;
    }
}
