package io.evenkeel.studies.p08;

import io.evenkeel.data.Batch;
import io.evenkeel.nn.Decoder;
import io.evenkeel.number.Tally;
import io.evenkeel.plot.Axis;
import io.evenkeel.plot.Chart;
import io.evenkeel.statistic.KendallTau;
import io.evenkeel.statistic.RankTest;
import io.evenkeel.study.Arms;
import io.evenkeel.study.Claim;
import io.evenkeel.study.Description;
import io.evenkeel.study.Estimate;
import io.evenkeel.study.Exhibit;
import io.evenkeel.study.LrSweep;
import io.evenkeel.study.Measurements;
import io.evenkeel.study.Pairs;
import io.evenkeel.study.Result;
import io.evenkeel.study.Results;
import io.evenkeel.study.Scale;
import io.evenkeel.study.Study;
import io.evenkeel.study.Training;
import io.evenkeel.study.Trial;
import io.evenkeel.study.Verdict;
import io.evenkeel.study.Verdict.Condition;
import io.evenkeel.study.Workshop;
import io.evenkeel.tensor.Autograd;
import io.evenkeel.tensor.Scope;
import io.evenkeel.train.PlainRun;
import io.evenkeel.train.RunConfig;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/// A language model whose matrix products see fewer bits of exponent or mantissa, over learning rates and seeds.
///
/// @paper P08
public final class FewerBits implements Study<RunConfig> {
    private static final String FULL = "E8M23";
    private static final String DIVERGED = "diverged";
    private static final String SINCE = "diverged_at";
    private static final String SHARPNESS = "sharpness";
    private static final List<String> RATES = List.of("3e-3", "1e-2", "3e-2");
    private static final String HIGH = "3e-2";
    private static final int LOOK = 10;
    private static final int AHEAD = 50;
    private static final double EPS = 1e-3;
    /// A mean of ten losses so far above the least one, in nats, is divergence.
    private static final double RISE = 0.5;

    private static final String BASE = """
            model: {width: 64, depth: 3, heads: 4, mlp: {type: gelu, ratio: 4}, init: {type: gpt2}}
            data: {source: bundled, context: 64, split: 0.02}
            optimizer: {type: adamw, betas: [0.9, 0.95], weightDecay: 0.1, clip: {type: global-norm, max: 1}}
            schedule: {type: cosine, floor: 0.1}
            train: {batchSize: 16, threads: 1}
            probes: {set: none}
            """;

    private static final Arms ARMS = new Arms("P08", BASE)
            .with(FULL)
            .with("E8M7", format(8, 7, ""))
            .with("E8M4", format(8, 4, ""))
            .with("E8M3", format(8, 3, ""))
            .with("E8M2", format(8, 2, ""))
            .with("E8M1", format(8, 1, ""))
            .with("E5M7", format(5, 7, ""))
            .with("E4M7", format(4, 7, ""))
            .with("E5M2", format(5, 2, ""))
            .with("E4M3, scaled", format(4, 3, ", scaled: true"))
            .with("E8M5", format(8, 5, ""))
            .with("E7M7", format(7, 7, ""))
            .with("E6M7", format(6, 7, ""))
            .with("E4M3", format(4, 3, ""))
            .with("E8M3, to the nearest", format(8, 3, ", rounding: nearest"))
            .with("E8M3, stochastic", format(8, 3, ", rounding: stochastic"))
            .with("E5M2, scaled, subnormals", format(5, 2, ", scaled: true, subnormals: true, rounding: nearest"));

    private static final List<String> MANTISSAS = List.of("E8M1", "E8M2", "E8M3", "E8M4", "E8M7", FULL);

    private static String format(int exponent, int mantissa, String more) {
        var rounding = more.contains("rounding") ? "" : ", rounding: truncate";
        var format = "{type: float, exponent: " + exponent + ", mantissa: " + mantissa + rounding + more + "}";
        return "precision={weights: " + format + ", activations: " + format + ", gradients: " + format + "}";
    }

    @Override
    public String id() {
        return "P08";
    }

    @Override
    public int version() {
        return 1;
    }

    @Override
    public Description description() {
        return new Description(
                List.of(
                        "Both inputs of every matrix product of the linear layers, forward and backward, lose bits of mantissa (cut off) and"
                                + " of exponent (too large saturates, too small is zero); sums, weights and the optimizer keep theirs.",
                        "One run says little: seeds and learning rates tell how often a format diverges and how narrow its range of rates is.",
                        "Sharpness in the space of the last token's logits: how much the loss rises in a box of a thousandth around them. It"
                                + " costs one evaluation, since the worst corner is known.",
                        "Published: exponent bits are needed, mantissa bits narrow the usable range, sharpness rises before divergence.",
                        "precision: names formats for weights, activations and gradients in any configuration."),
                "Decoder of width 64 with 3 blocks on bundled English text, byte by byte, 150 steps of 16 x 64 bytes, rates 3e-3, 1e-2 and"
                        + " 3e-2. Eight formats with three seeds, E5M2 and scaled E4M3 with two, three formats with eight more seeds at"
                        + " 3e-2, rounding and scaling modes with one. Divergence: a mean of ten losses half a nat above the least so far"
                        + " at the end, or a loss that is no number.",
                List.of(
                        "0.2 million parameters instead of 124 million to 7 billion; one architecture.",
                        "The constants of the sharpness are ours: a box of 1e-3.",
                        "Scales are powers of two, so that scaling is exact.",
                        "Rank correlation is Kendall's, a mean over seeds.",
                        "The head, embeddings, norms and attention weights keep full precision."),
                """
                precision:
                  weights: fp8-e4m3
                  activations: fp8-e4m3
                  gradients: fp8-e5m2
                """,
                "C1");
    }

    @Override
    public List<Trial<RunConfig>> trials(Scale scale) {
        return switch (scale) {
            case SMOKE -> ARMS.sweep(List.of(FULL, "E8M7", "E8M2"), List.of("1e-2"), 1, List.of("train.steps=20"));
            case FULL -> grid(3, 2, 1, 11, 150);
            case EXTENDED -> grid(6, 6, 3, 20, 600);
        };
    }

    private static List<Trial<RunConfig>> grid(int seeds, int narrow, int others, int many, int steps) {
        var names = ARMS.names();
        var length = List.of("train.steps=" + steps);
        var trials = ARMS.sweep(names.subList(0, 8), RATES, seeds, length);
        trials.addAll(ARMS.sweep(names.subList(8, 10), RATES, narrow, length));
        trials.addAll(ARMS.sweep(names.subList(10, names.size()), RATES, others, length));
        for (var trial : ARMS.sweep(List.of("E8M7", "E8M3", "E5M2"), List.of(HIGH), many, length)) {
            if (trials.stream().noneMatch(other -> other.toString().equals(trial.toString()))) {
                trials.add(trial);
            }
        }
        return trials;
    }

    @Override
    public Measurements run(RunConfig config, Workshop workshop) {
        try (var run = PlainRun.of(config, workshop.cache())) {
            var tally = new Tally();
            if (config.precision() != null) {
                config.precision().apply(run.model(), run.streams().stream("rounding")).count(tally);
            }
            var watch = new Training.Watch(List.of(Training.LOSSES));
            var sharpness = new ArrayList<Double>();
            try (var batch = held(run)) {
                var measured = watch.run(run, config.train().steps(), each -> {
                    if (each.steps() % LOOK == 0) {
                        sharpness.add(sharpness((Decoder) each.model(), batch));
                    }
                    return each.step();
                });
                var since = divergence(watch.losses());
                return measured.put(DIVERGED, since >= 0)
                        .put(SINCE, since)
                        .put("flushed", tally.flushed())
                        .put("saturated", tally.saturated())
                        .put(SHARPNESS, sharpness.stream().mapToDouble(Double::doubleValue).toArray());
            }
        }
    }

    private static Batch held(PlainRun run) {
        return run.data().validation(32, 32 * 64).iterator().next();
    }

    private static double sharpness(Decoder model, Batch batch) {
        model.train(false);
        try (var _ = Scope.open();
                var _ = Autograd.noGrad()) {
            var last = batch.inputs().size(1) - 1;
            return LogitSharpness.of(model.logits(batch.inputs()).select(1, last), batch.targets().select(1, last), EPS)
                    .mean()
                    .item();
        } finally {
            model.train(true);
        }
    }

    /// The step from which on the mean of ten losses stays half a nat above the least such mean before; -1 when it does not. A loss that
    /// is no number is divergence at its step.
    static int divergence(double[] losses) {
        if (!Double.isFinite(losses[losses.length - 1])) {
            return losses.length - 1;
        }
        var least = Double.POSITIVE_INFINITY;
        var since = -1;
        for (var end = LOOK; end <= losses.length; end++) {
            var mean = Arrays.stream(losses, end - LOOK, end).average().orElseThrow();
            least = Math.min(least, mean);
            since = mean <= least + RISE ? -1 : since < 0 ? end - 1 : since;
        }
        return since;
    }

    @Override
    public List<Claim> claims(Results results) {
        var sweep = new LrSweep(results.where(run -> run.seed() <= 3));
        var high = results.with(LrSweep.LR, HIGH);
        return List.of(
                Claim.below(
                        "C1",
                        "the fewer bits of mantissa, the more sensitive to the learning rate (Kendall's tau of bits and sensitivity, mean over"
                                + " seeds)",
                        Estimate.mean(correlations(sweep)),
                        0),
                Claim.above(
                        "C2",
                        "at a rate of 3e-2 one bit of mantissa diverges more often than 23 (share of runs, E8M1 minus E8M23)",
                        Pairs.difference(high, "E8M1", FULL, run -> run.number(DIVERGED)),
                        0),
                Claim.above(
                        "C3",
                        "three bits of exponent less are worse than three bits of mantissa less (held-out loss, at most the initial one, E5M7"
                                + " minus E8M4, all rates)",
                        Pairs.difference(results, "E5M7", "E8M4", FewerBits::capped),
                        0),
                Claim.above(
                        "C4",
                        "sharpness fifty steps before tells runs that diverge from those that do not (area under the curve)",
                        area(results),
                        0.7));
    }

    private static double capped(Measurements run) {
        var loss = run.number(Training.FINAL);
        return Double.isNaN(loss) ? run.number(Training.INITIAL) : Math.min(loss, run.number(Training.INITIAL));
    }

    private static double[] correlations(LrSweep sweep) {
        var arms = MANTISSAS.stream().filter(sweep.results().arms()::contains).toList();
        var values = arms.stream().map(sweep::values).toList();
        var seeds = values.stream().mapToInt(each -> each.length).min().orElse(0);
        if (arms.size() < MANTISSAS.size()) {
            return new double[0];
        }
        var bits = IntStream.range(0, arms.size()).asDoubleStream().toArray();
        return IntStream.range(0, seeds)
                .mapToDouble(seed -> KendallTau.of(bits, values.stream().mapToDouble(each -> each[seed]).toArray()).tau())
                .toArray();
    }

    private static Estimate area(Results results) {
        var before = results.all().stream().filter(run -> seen(run) >= 0).toList();
        var diverging = before.stream().filter(run -> run.measured().number(DIVERGED) > 0).mapToDouble(FewerBits::warning).toArray();
        var others = before.stream().filter(run -> run.measured().number(DIVERGED) == 0).mapToDouble(FewerBits::warning).toArray();
        if (diverging.length < 3 || others.length < 3) {
            return Estimate.NONE;
        }
        return Estimate.bootstrap(diverging.length + others.length, drawn -> {
            var first = Arrays.stream(drawn).filter(i -> i < diverging.length).mapToDouble(i -> diverging[i]).toArray();
            var second = Arrays.stream(drawn)
                    .filter(i -> i >= diverging.length)
                    .mapToDouble(i -> others[i - diverging.length])
                    .toArray();
            return first.length == 0 || second.length == 0 ? Double.NaN : RankTest.of(first, second).superiority();
        });
    }

    /// The look fifty steps before divergence, or before the end; negative when there is none.
    private static int seen(Result run) {
        var losses = run.measured().row(SHARPNESS).length * LOOK;
        var at = run.measured().number(DIVERGED) > 0 ? (int) run.measured().number(SINCE) : losses - 1;
        return Math.floorDiv(at - AHEAD, LOOK);
    }

    private static double warning(Result run) {
        return run.measured().row(SHARPNESS)[seen(run)];
    }

    @Override
    public Verdict.Rule rule() {
        var rest = new Condition[] {Condition.all("C2"), Condition.all("C3"), Condition.all("C4")};
        return new Verdict.Rule(
                Condition.all("C1").and(Condition.atLeast(2, rest)),
                Condition.atLeast(2, Condition.all("C1"), rest[0], rest[1], rest[2]));
    }

    @Override
    public List<Exhibit> exhibits(Results results) {
        var exhibits = new ArrayList<Exhibit>();
        var sweep = new LrSweep(results.where(run -> run.seed() <= 3));
        exhibits.add(new Exhibit.Figure(
                "lr",
                "Held-out loss over the peak learning rate by format: mean and range over seeds.",
                sweep.chart("Fewer bits", "held-out loss at the end, by peak learning rate", List.of(FULL, "E8M3", "E8M1", "E5M7", "E4M7", "E5M2"))));
        exhibits.add(sweep.table("All formats."));
        var rows = new ArrayList<List<String>>();
        for (var arm : results.arms()) {
            var runs = results.arm(arm);
            var high = runs.with(LrSweep.LR, HIGH);
            rows.add(List.of(
                    arm,
                    Estimate.share(
                                    high.all().stream().filter(run -> run.measured().number(DIVERGED) > 0).count(),
                                    high.all().size())
                            .text(),
                    Estimate.mean(runs.numbers("flushed")).text(),
                    Estimate.mean(runs.numbers("saturated")).text()));
        }
        exhibits.add(new Exhibit.Table(
                "Divergence at 3e-2, with Wilson's interval, and what the range loses over all rates.",
                List.of("format", "diverged", "share flushed to zero", "share saturated"),
                rows));
        exhibits.add(new Exhibit.Figure(
                "sharpness", "Sharpness of the last token's logits over training at 3e-2, seed 1.", sharpness(results.with(LrSweep.LR, HIGH).seed(1))));
        return exhibits;
    }

    private static Chart sharpness(Results runs) {
        var chart = Chart.titled("Sharpness").subtitle("rise of the loss in a box around the logits, %").x(Axis.linear("step")).y(Axis.log("sharpness"));
        for (var arm : List.of(FULL, "E8M7", "E8M3", "E8M1", "E5M7", "E4M7")) {
            for (var run : runs.arm(arm).all()) {
                var row = run.measured().row(SHARPNESS);
                chart = chart.line(arm, IntStream.range(0, row.length).mapToDouble(i -> i * LOOK).toArray(), row);
            }
        }
        return chart;
    }
}
