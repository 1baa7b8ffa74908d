package io.evenkeel.studies.p38;

import io.evenkeel.plot.Axis;
import io.evenkeel.plot.Chart;
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
import io.evenkeel.study.Trial;
import io.evenkeel.study.Verdict;
import io.evenkeel.study.Verdict.Condition;
import io.evenkeel.study.Workshop;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/// The three changes of Swin V2 one by one, over depth and learning rate; pictures of twice the side; masked pictures.
///
/// @paper P38
public final class SwinV2 implements Study<SwinV2.Config> {
    private static final String PART = "part";
    private static final String SWEEP = "sweep";
    private static final String DEPTH = "depth";
    private static final int DEEP = 16;
    private static final int SHALLOW = 4;
    private static final String V1 = "v1";
    private static final String V2 = "v2";
    private static final int BATCH = 32;

    /// @param model of the pictures
    /// @param part  what is done with it
    /// @param seed  of weights and order
    public record Config(MicroSwin.Config model, Part part, long seed) {}

    /// The parts.
    public sealed interface Part permits Sweep, Transfer, Masked {}

    /// @param lr    peak learning rate
    /// @param steps updates
    /// @param train pictures to train on
    /// @param test  pictures to test on
    public record Sweep(double lr, int steps, int train, int test) implements Part {}

    /// @param lr    peak learning rate
    /// @param steps updates, before pictures of twice the side are tried
    public record Transfer(double lr, int steps) implements Part {}

    /// @param lr          peak learning rate of both stages
    /// @param pretraining updates on masked pictures; 0 for none
    /// @param steps       updates on labelled ones
    /// @param labelled    how many have labels
    public record Masked(double lr, int pretraining, int steps, int labelled) implements Part {}

    private record Arm(String name, MicroSwin.Placement placement, boolean cosine, PositionBias.Kind bias) {}

    private static final List<Arm> ARMS = List.of(
            new Arm(V1, MicroSwin.Placement.PRE, false, PositionBias.Kind.TABLE),
            new Arm(V2, MicroSwin.Placement.RES_POST, true, PositionBias.Kind.LOG),
            new Arm("v1 + post-norm", MicroSwin.Placement.RES_POST, false, PositionBias.Kind.TABLE),
            new Arm("v1 + cosine", MicroSwin.Placement.PRE, true, PositionBias.Kind.TABLE),
            new Arm("v1 + both", MicroSwin.Placement.RES_POST, true, PositionBias.Kind.TABLE),
            new Arm("v2, norms from one", MicroSwin.Placement.RES_POST_ONE, true, PositionBias.Kind.LOG));

    @Override
    public String id() {
        return "P38";
    }

    @Override
    public int version() {
        return 1;
    }

    @Override
    public Description description() {
        return new Description(
                List.of(
                        "Layer norm stands at the output of each branch, with a scale that begins at zero: every block begins as"
                                + " the identity, and branches cannot pile up.",
                        "Attention is the cosine of query and key times a learned scale of at most 100 a head, so that no pair of"
                                + " pixels runs away.",
                        "A small network turns offsets into biases, in logarithmic coordinates: windows of another size ask it for"
                                + " little that it has not seen.",
                        "Pretraining hides six in ten squares of a picture and asks for their pixels."),
                "Fashion-MNIST in 32 x 32, patches of 4, one stage of width 48 with windows of 4 x 4 tokens. Sweep: depth 16 and 4,"
                        + " peak rates 1e-3 to 1e-1, 120 steps of 32 pictures; at depth 16 V1 and V2 with three seeds. Transfer: depth"
                        + " 4, 600 steps, then pictures of 64 x 64 and windows of 8, three seeds. Masked pictures: 280 steps on 3000"
                        + " without labels, then 160 on 500 with labels, against the latter alone, three seeds.",
                List.of(
                        "0.1 to 0.5 million parameters and clothes of 28 x 28 instead of up to 3 billion and 1536 x 1536.",
                        "After 120 steps V1 with 16 blocks has learned little at any rate, so it has little to lose at others and its"
                                + " sensitivity is low for that reason.",
                        "One stage, so patches are not merged; no drop path; no extra norms on the main path.",
                        "Squares of 8 x 8 pixels are hidden: 32 x 32 would be the whole picture.",
                        "The network of the bias is 64 wide, not 512.",
                        "Queries, keys and values are three weights; keys have no bias."),
                """
                model:
                  type: vision-transformer
                  normPlacement: res-post
                  score: {type: cosine}
                data: {source: fashion-mnist}
                """,
                "i");
    }

    @Override
    public List<Trial<Config>> trials(Scale scale) {
        var trials = new ArrayList<Trial<Config>>();
        switch (scale) {
            case SMOKE -> sweep(trials, ARMS.subList(0, 2), 2, List.of("1e-3"), 1, 6, 200, 100);
            case FULL -> grid(trials, List.of("1e-3", "3e-3", "1e-2", "3e-2", "1e-1"), 3, 1, 120, 600);
            case EXTENDED -> grid(trials, List.of("3e-4", "1e-3", "3e-3", "1e-2", "3e-2", "1e-1"), 3, 3, 900, 600);
        }
        return trials;
    }

    private static void grid(List<Trial<Config>> trials, List<String> rates, int seeds, int others, int steps, int transfer) {
        sweep(trials, ARMS.subList(0, 2), DEEP, rates, seeds, steps, 10_000, 2000);
        sweep(trials, ARMS.subList(2, ARMS.size()), DEEP, List.of("1e-2", "3e-2"), others, steps, 10_000, 2000);
        sweep(trials, ARMS, SHALLOW, rates, others, steps, 10_000, 2000);
        for (var seed = 1L; seed <= seeds; seed++) {
            for (var bias : PositionBias.Kind.values()) {
                var arm = new Arm("bias " + label(bias), MicroSwin.Placement.RES_POST, true, bias);
                trials.add(Trial.of(
                        arm.name(), seed, new Config(model(arm, SHALLOW), new Transfer(3e-3, transfer), seed), PART, "transfer"));
            }
            for (var pretraining : new int[] {280, 0}) {
                trials.add(Trial.of(
                        pretraining == 0 ? "from scratch" : "masked pictures first",
                        seed,
                        new Config(model(ARMS.get(1), SHALLOW), new Masked(3e-3, pretraining, 160, 500), seed),
                        PART,
                        "masked"));
            }
        }
    }

    private static String label(PositionBias.Kind bias) {
        return bias.name().toLowerCase(Locale.ROOT);
    }

    private static void sweep(
            List<Trial<Config>> trials, List<Arm> arms, int depth, List<String> rates, int seeds, int steps, int train, int test) {
        for (var arm : arms) {
            for (var rate : rates) {
                for (var seed = 1L; seed <= seeds; seed++) {
                    var part = new Sweep(Double.parseDouble(rate), steps, train, test);
                    trials.add(Trial.of(
                            arm.name(), seed, new Config(model(arm, depth), part, seed), LrSweep.LR, rate, DEPTH, depth, PART, SWEEP));
                }
            }
        }
    }

    private static MicroSwin.Config model(Arm arm, int depth) {
        return new MicroSwin.Config(4, 48, depth, 3, 4, arm.placement(), arm.cosine(), arm.bias());
    }

    @Override
    public Measurements run(Config config, Workshop workshop) {
        return switch (config.part()) {
            case Sweep sweep -> {
                try (var pictures = Pictures.open(sweep.train(), sweep.test(), workshop.cache());
                        var schooling = new Schooling(config.model(), pictures, config.seed())) {
                    yield schooling.sweep(sweep.lr(), sweep.steps(), BATCH);
                }
            }
            case Transfer transfer -> {
                try (var pictures = Pictures.open(10_000, 2000, workshop.cache());
                        var schooling = new Schooling(config.model(), pictures, config.seed())) {
                    schooling.learn(transfer.lr(), transfer.steps(), BATCH, pictures.count());
                    var usual = schooling.test(false)[1];
                    var larger = schooling.test(true)[1];
                    yield new Measurements().put("accuracy", usual).put("accuracy_64", larger).put("drop", usual - larger);
                }
            }
            case Masked masked -> {
                try (var pictures = Pictures.open(3000, 2000, workshop.cache());
                        var schooling = new Schooling(config.model(), pictures, config.seed())) {
                    if (masked.pretraining() > 0) {
                        schooling.reconstruct(masked.lr(), masked.pretraining(), BATCH, pictures.count());
                    }
                    schooling.learn(masked.lr(), masked.steps(), BATCH, masked.labelled());
                    yield new Measurements().put("accuracy", schooling.test(false)[1]);
                }
            }
        };
    }

    @Override
    public List<Claim> claims(Results results) {
        var deep = results.with(PART, SWEEP).with(DEPTH, DEEP);
        var high = deep.where(run -> Double.parseDouble(run.factors().getOrDefault(LrSweep.LR, "0")) >= 1e-2);
        var transfer = results.with(PART, "transfer");
        return List.of(
                Claim.above(
                        "i",
                        "with 16 blocks the stream grows more from the first to the last block in V1 (log10 of the ratio of root"
                                + " mean squares at the end, V1 minus V2)",
                        Pairs.difference(deep, V1, V2, SwinV2::growth),
                        0),
                Claim.above(
                        "ii-diverged",
                        "at rates of 1e-2 and more V2 does not diverge more often (share of runs, V1 minus V2; margin 0.01)",
                        Pairs.difference(high, V1, V2, run -> run.number("diverged")),
                        -0.01),
                Claim.above(
                        "ii-sensitivity",
                        "and V2 is less sensitive to the learning rate (V1 minus V2)",
                        new LrSweep(deep).gain(V1, V2),
                        0),
                Claim.above(
                        "iii-log",
                        "on pictures of twice the side logarithmic coordinates lose less accuracy than linear ones (drop of linear"
                                + " minus drop of logarithmic)",
                        Estimate.difference(
                                transfer.arm("bias linear").numbers("drop"), transfer.arm("bias log").numbers("drop")),
                        0),
                Claim.above(
                        "iii-table",
                        "and linear ones less than an interpolated table (drop of the table minus drop of linear)",
                        Estimate.difference(
                                transfer.arm("bias table").numbers("drop"), transfer.arm("bias linear").numbers("drop")),
                        0),
                Claim.above(
                        "iv",
                        "masked pictures first give a better accuracy with 500 labels (with minus without)",
                        Pairs.difference(
                                results.with(PART, "masked"),
                                "masked pictures first",
                                "from scratch",
                                run -> run.number("accuracy")),
                        0));
    }

    private static double growth(Measurements run) {
        if (run.number("diverged") > 0 && Double.isNaN(run.number("final"))) {
            return Double.NaN;
        }
        var rms = run.row("rms_end");
        return Math.log10(rms[rms.length - 1] / rms[0]);
    }

    @Override
    public Verdict.Rule rule() {
        var first = Condition.all("i");
        var second = Condition.all("ii-diverged", "ii-sensitivity");
        var third = Condition.all("iii-log", "iii-table");
        return new Verdict.Rule(
                first.and(second).and(third), first.and(Condition.atLeast(1, second, third, Condition.all("iv"))));
    }

    @Override
    public List<Exhibit> exhibits(Results results) {
        var exhibits = new ArrayList<Exhibit>();
        for (var depth : new int[] {DEEP, SHALLOW}) {
            var sweep = new LrSweep(results.with(PART, SWEEP).with(DEPTH, depth));
            if (!sweep.results().isEmpty()) {
                exhibits.add(new Exhibit.Figure(
                        "lr-" + depth,
                        "Held-out loss over the peak learning rate with " + depth + " blocks: mean and range over seeds.",
                        sweep.chart(depth + " blocks", "loss at the end, by peak learning rate")));
                exhibits.add(sweep.table("All arms with " + depth + " blocks."));
            }
        }
        var deep = results.with(PART, SWEEP).with(DEPTH, DEEP).with(LrSweep.LR, "1e-2").seed(1);
        if (!deep.isEmpty()) {
            exhibits.add(new Exhibit.Figure(
                    "stream", "Root mean square of the stream over depth at lr 1e-2, at the end (seed 1).", stream(deep)));
        }
        for (var part : List.of("transfer", "masked")) {
            var runs = results.with(PART, part);
            if (!runs.isEmpty()) {
                exhibits.add(accuracies(part, runs));
            }
        }
        return exhibits;
    }

    private static Chart stream(Results runs) {
        var chart = Chart.titled("Stream over depth").x(Axis.linear("block")).y(Axis.log("root mean square"));
        for (var run : runs.all()) {
            if (!Double.isNaN(run.measured().number("final"))) {
                var rms = run.measured().row("rms_end");
                chart = chart.line(run.arm(), IntStream.rangeClosed(1, rms.length).asDoubleStream().toArray(), rms);
            }
        }
        return chart;
    }

    private static Exhibit.Table accuracies(String part, Results runs) {
        var transfer = part.equals("transfer");
        var rows = new ArrayList<List<String>>();
        for (var arm : runs.arms()) {
            var row = new ArrayList<>(List.of(arm, Estimate.mean(runs.arm(arm).numbers("accuracy")).text()));
            if (transfer) {
                row.add(Estimate.mean(runs.arm(arm).numbers("accuracy_64")).text());
                row.add(Estimate.mean(runs.arm(arm).numbers("drop")).text());
            }
            rows.add(row);
        }
        return transfer
                ? new Exhibit.Table(
                        "Pictures of twice the side without further training.",
                        List.of("bias", "accuracy at 32 x 32", "at 64 x 64", "drop"),
                        rows)
                : new Exhibit.Table("With 500 labels.", List.of("arm", "accuracy"), rows);
    }
}
