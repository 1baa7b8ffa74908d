package io.evenkeel.studies.p34;

import io.evenkeel.nn.Decoder;
import io.evenkeel.plot.Axis;
import io.evenkeel.plot.Chart;
import io.evenkeel.statistic.LeastSquares;
import io.evenkeel.statistic.LrSensitivity;
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
import io.evenkeel.study.Texts;
import io.evenkeel.study.Training;
import io.evenkeel.study.Trial;
import io.evenkeel.study.Verdict;
import io.evenkeel.study.Verdict.Condition;
import io.evenkeel.study.Workshop;
import io.evenkeel.train.RunConfig;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/// Normalisation before, after, around and behind sublayers, in deep decoders.
///
/// @paper P34
public final class PeriLn implements Study<RunConfig> {
    private static final String DEPTH = "depth";
    private static final int DEEP = 16;
    private static final double FP16_MAX = 65504;
    private static final double HIGH_RATE = 1e-2;

    private static final String BASE = """
            model:
              width: 64
              heads: 4
              position: {type: rope}
              mlp: {type: gelu, ratio: 4}
              init: {type: lecun}
            data: {source: bundled, context: 64, split: 0.02}
            optimizer: {type: adamw, betas: [0.9, 0.95], weightDecay: 0.1, clip: {type: global-norm, max: 1}}
            schedule: {type: cosine, floor: 0}
            train: {batchSize: 16, threads: 1}
            probes: {set: none, everySteps: {activations: 10, gradient-norms: 10}}
            """;

    private static final Arms ARMS = new Arms("P34", BASE)
            .with("post-ln", "model.normPlacement=post")
            .with("pre-ln", "model.normPlacement=pre")
            .with("peri-ln", "model.normPlacement=peri")
            .with("output-only", "model.normPlacement=output-only")
            .with(
                    "peri-ln, frozen scale",
                    "model.normPlacement=peri",
                    "optimizer.groups=[{match: 'blocks.*_output_norm.*', frozen: true}]")
            .with("peri-ln, embedding norm", "model.normPlacement=peri", "model.embeddingNorm=true");

    @Override
    public String id() {
        return "P34";
    }

    @Override
    public int version() {
        return 1;
    }

    @Override
    public Description description() {
        return new Description(
                List.of(
                        "Every sublayer M becomes x + N_out(M(N_in(x))): normalised at its input and, before it is added to"
                                + " the residual stream, at its output.",
                        "A normalised branch adds about constant variance, so that the stream grows linearly with depth;"
                                + " with a norm at the input only, its branches are unbounded and can grow exponentially.",
                        "The gradient of an output projection is bounded by the ratio of hidden to branch norm: a massive"
                                + " activation damps its own gradient.",
                        "Unlike a norm on the stream itself (post-LN), the residual path stays an identity, and gradients"
                                + " reach the first layers.",
                        "The scale of N_out has to be learned; nothing else in a recipe changes."),
                "Decoders of width 64 with 4 heads and depth 16 (8 and 24 beside) on bundled English text, byte by byte; 200"
                        + " steps of 16 x 64 bytes, warmup 5 %, peak rates 1e-3 to 3e-2. Pre-LN and peri-LN with three"
                        + " seeds, post-LN with two, others with one; same seeds, data order and initialisation.",
                List.of(
                        "Width 64 and 200 steps instead of 400 million to 3.2 billion parameters and 30 billion tokens;"
                                + " depth, which the effect depends on, is kept at 16 to 24.",
                        "Weights begin with standard deviation 1/sqrt(inputs) in all arms: at this width 0.02 would make"
                                + " pre-LN branches vanish.",
                        "Benchmarks and fine-tuning of the paper are left out; the study tests variance, seeds and learning"
                                + " rates.",
                        "Layer norm without bias in all arms.",
                        "The slope of the log power speaks against peri-LN here because a line from a small start is steep in"
                                + " the logarithm, while pre-LN is already high behind its first block; the level, which"
                                + " overflows, is in claims i-power and ii."),
                """
                model:
                  normPlacement: peri
                """,
                "ii-max");
    }

    @Override
    public List<Trial<RunConfig>> trials(Scale scale) {
        return switch (scale) {
            case SMOKE -> sweep(4, List.of("pre-ln", "peri-ln"), List.of("1e-3", "1e-2"), 1, 20);
            case FULL -> grid(List.of("1e-3", "3e-3", "1e-2", "3e-2"), 3, 2, 1, 200);
            case EXTENDED -> grid(List.of("1e-4", "3e-4", "1e-3", "3e-3", "1e-2", "3e-2", "1e-1"), 5, 3, 3, 500);
        };
    }

    private static List<Trial<RunConfig>> grid(List<String> rates, int seeds, int postSeeds, int others, int steps) {
        var trials = new ArrayList<Trial<RunConfig>>();
        trials.addAll(sweep(DEEP, List.of("pre-ln", "peri-ln"), rates, seeds, steps));
        trials.addAll(sweep(DEEP, List.of("post-ln"), rates, postSeeds, steps));
        trials.addAll(sweep(DEEP, List.of("output-only"), rates, others, steps));
        trials.addAll(sweep(
                DEEP, List.of("peri-ln, frozen scale", "peri-ln, embedding norm"), List.of("3e-3", "1e-2"), others, steps));
        for (var depth : new int[] {8, 24}) {
            trials.addAll(sweep(depth, List.of("pre-ln", "peri-ln"), List.of("3e-3"), others, steps));
        }
        return trials;
    }

    private static List<Trial<RunConfig>> sweep(int depth, List<String> arms, List<String> rates, int seeds, int steps) {
        return ARMS.sweep(arms, rates, seeds, List.of("model.depth=" + depth, "train.steps=" + steps), DEPTH, depth);
    }

    @Override
    public Measurements run(RunConfig config, Workshop workshop) {
        var depth = ((Decoder.Config) config.model()).depth();
        var series = new ArrayList<String>();
        for (var block = 0; block < depth; block++) {
            series.add("activation/rms/blocks." + block);
            series.add("activation/max/blocks." + block);
            series.add("grad/norm/blocks." + block + ".mlp.down.weight");
        }
        var measured = Training.of(config, workshop, series.toArray(String[]::new));
        return summary(measured, depth);
    }

    /// Layers and trajectories instead of every series.
    private static Measurements summary(Measurements all, int depth) {
        var measured = new Measurements();
        for (var name : List.of(Training.INITIAL, Training.FINAL, Training.TRAIN, Training.PEAK_GRADIENT)) {
            measured.put(name, all.number(name));
        }
        var power = rows(all, "activation/rms/blocks.", "", depth);
        for (var row : power) {
            for (var i = 0; i < row.length; i++) {
                row[i] *= row[i];
            }
        }
        var maxima = rows(all, "activation/max/blocks.", "", depth);
        var gradients = rows(all, "grad/norm/blocks.", ".mlp.down.weight", depth);
        var first = power.getFirst();
        var last = power.getLast();
        var layers = IntStream.rangeClosed(1, depth).asDoubleStream().toArray();
        var maximum = maxima.stream()
                .mapToDouble(row -> DoubleStream.of(row).max().orElseThrow())
                .toArray();
        return measured.put("power_start", first)
                .put("power_end", last)
                .put("slope_start", LeastSquares.of(layers, logs(first)).slope())
                .put("slope_end", LeastSquares.of(layers, logs(last)).slope())
                .put("linear_r2", LeastSquares.of(layers, last).r2())
                .put("max_hidden", DoubleStream.of(maximum).max().orElseThrow())
                .put("max_growth", maximum[maximum.length - 1] / maximum[0])
                .put("max_over_steps", maximum)
                .put("fp16_overflow", DoubleStream.of(maximum).filter(value -> !(value <= FP16_MAX)).count() / (double) maximum.length)
                .put("gradient_end", gradients.getLast())
                .put("gradient_cv", variation(gradients.getLast()));
    }

    /// At each measurement the values over the blocks, up to the last one that is finite.
    private static List<double[]> rows(Measurements all, String before, String after, int depth) {
        var rows = new ArrayList<double[]>();
        var count = all.row(before + 0 + after).length;
        for (var i = 0; i < count; i++) {
            var at = i;
            var row = IntStream.range(0, depth).mapToDouble(block -> all.row(before + block + after)[at]).toArray();
            if (rows.isEmpty() || DoubleStream.of(row).allMatch(Double::isFinite)) {
                rows.add(row);
            }
        }
        return rows;
    }

    private static double[] logs(double[] values) {
        return DoubleStream.of(values).map(Math::log).toArray();
    }

    /// Standard deviation over mean.
    private static double variation(double[] values) {
        var mean = DoubleStream.of(values).average().orElseThrow();
        return deviation(values) / mean;
    }

    private static double deviation(double[] values) {
        var mean = DoubleStream.of(values).average().orElseThrow();
        return Math.sqrt(DoubleStream.of(values).map(value -> (value - mean) * (value - mean)).sum()
                / Math.max(1, values.length - 1));
    }

    @Override
    public List<Claim> claims(Results all) {
        var results = all.with(DEPTH, DEEP);
        var high = results.where(result -> rate(result) >= 3e-3);
        var sweep = new LrSweep(results);
        return List.of(
                Claim.above(
                        "i-slope",
                        "log power of the residual stream rises faster with depth under pre-LN (slope a block at the end,"
                                + " pre minus peri)",
                        Pairs.difference(results, "pre-ln", "peri-ln", run -> run.number("slope_end")),
                        0),
                Claim.above(
                        "i-power",
                        "the stream has more power behind the last block under pre-LN (log10 of the ratio; not part of the"
                                + " rule)",
                        Pairs.difference(results, "pre-ln", "peri-ln", PeriLn::lastPower),
                        0),
                Claim.above(
                        "i-linear",
                        "power of the stream is linear in depth under peri-LN (R² at the end)",
                        Estimate.mean(results.arm("peri-ln").numbers("linear_r2")),
                        0.9),
                Claim.above(
                        "ii-max",
                        "the largest activation is larger under pre-LN at rates >= 3e-3 (log10 of the ratio)",
                        Pairs.difference(high, "pre-ln", "peri-ln", run -> Math.log10(run.number("max_hidden"))),
                        0),
                Claim.above(
                        "ii-growth",
                        "it grows more during training under pre-LN at rates >= 3e-3 (log10 of the ratio of growths)",
                        Pairs.difference(high, "pre-ln", "peri-ln", run -> Math.log10(run.number("max_growth"))),
                        0),
                Claim.above(
                        "iii",
                        "at rates >= 1e-2 seeds differ more under pre-LN (standard deviation of the loss plus share"
                                + " diverged, pre minus peri)",
                        seedNoise(results),
                        0),
                Claim.above(
                        "iv-sensitivity",
                        "LR sensitivity is higher under pre-LN (pre minus peri)",
                        sweep.gain("pre-ln", "peri-ln"),
                        0),
                Claim.above(
                        "iv-post",
                        "post-LN is not better at its best rate (loss, post minus peri)",
                        bestAgainstPost(sweep),
                        0));
    }

    private static double lastPower(Measurements run) {
        var power = run.row("power_end");
        return Math.log10(power[power.length - 1]);
    }

    private static double rate(Result result) {
        return Double.parseDouble(result.factors().getOrDefault(LrSweep.LR, "NaN"));
    }

    private static Estimate seedNoise(Results results) {
        var high = results.where(result -> rate(result) >= HIGH_RATE);
        var pre = high.arm("pre-ln");
        var peri = high.arm("peri-ln");
        var seeds = pre.seeds();
        if (seeds.size() < 2 || !seeds.equals(peri.seeds())) {
            return Estimate.NONE;
        }
        return Estimate.bootstrap(seeds.size(), chosen -> noise(pre, seeds, chosen) - noise(peri, seeds, chosen));
    }

    /// Mean over the rates of the standard deviation over seeds, plus the share of runs that diverged.
    private static double noise(Results arm, List<Long> seeds, int[] chosen) {
        var rates = arm.levels(LrSweep.LR);
        return rates.stream()
                .mapToDouble(rate -> {
                    var losses = IntStream.of(chosen)
                            .mapToDouble(i -> capped(arm.with(LrSweep.LR, rate).seed(seeds.get(i)).first().orElseThrow()))
                            .toArray();
                    var initial = arm.all().getFirst().measured().number(Training.INITIAL);
                    return deviation(losses)
                            + DoubleStream.of(losses).filter(loss -> loss >= initial).count() / (double) losses.length;
                })
                .average()
                .orElseThrow();
    }

    private static double capped(Result run) {
        return LrSensitivity.capped(
                run.measured().number(Training.FINAL), run.measured().number(Training.INITIAL));
    }

    private static Estimate bestAgainstPost(LrSweep sweep) {
        var post = sweep.atBest("post-ln");
        var peri = sweep.atBest("peri-ln");
        var both = Math.min(post.length, peri.length);
        return Estimate.difference(Arrays.copyOf(post, both), Arrays.copyOf(peri, both));
    }

    @Override
    public Verdict.Rule rule() {
        var first = Condition.all("i-slope", "i-linear");
        var second = Condition.all("ii-max", "ii-growth");
        return new Verdict.Rule(
                first.and(second).and(Condition.all("iii").or(Condition.all("iv-sensitivity", "iv-post"))),
                first.or(second));
    }

    @Override
    public List<Exhibit> exhibits(Results all) {
        var results = all.with(DEPTH, DEEP);
        if (results.isEmpty()) {
            return List.of();
        }
        var sweep = new LrSweep(results);
        var exhibits = new ArrayList<Exhibit>();
        exhibits.add(new Exhibit.Figure(
                "lr",
                "Held-out loss over the peak learning rate at depth 16: mean and range over seeds.",
                sweep.chart("Depth 16", "loss after training, by peak learning rate",
                        List.of("post-ln", "pre-ln", "peri-ln", "output-only"))));
        exhibits.add(sweep.table("All arms at depth 16."));
        exhibits.add(new Exhibit.Figure(
                "power",
                "Mean square of the residual stream over depth at lr 1e-2, at the beginning and at the end (seed 1).",
                power(results.with(LrSweep.LR, "1e-2").seed(1))));
        exhibits.add(new Exhibit.Figure(
                "max",
                "Largest activation over the steps at lr 1e-2 (seed 1).",
                maxima(results.with(LrSweep.LR, "1e-2").seed(1))));
        exhibits.add(new Exhibit.Figure(
                "gradient",
                "Gradient norm of the MLP's output projection over depth at the end, lr 1e-2 (seed 1).",
                gradients(results.with(LrSweep.LR, "1e-2").seed(1))));
        exhibits.add(depths(all.with(LrSweep.LR, "3e-3").seed(1)));
        return exhibits;
    }

    private static Chart power(Results runs) {
        var chart = Chart.titled("Power of the residual stream").x(Axis.linear("block")).y(Axis.log("mean square"));
        for (var arm : List.of("post-ln", "pre-ln", "peri-ln")) {
            for (var run : runs.arm(arm).first().stream().toList()) {
                var end = run.measured().row("power_end");
                var layers = IntStream.rangeClosed(1, end.length).asDoubleStream().toArray();
                chart = chart.faintLine(arm, layers, run.measured().row("power_start")).line(arm, layers, end);
            }
        }
        return chart.note("faint: at initialisation");
    }

    private static Chart maxima(Results runs) {
        var chart = Chart.titled("Largest activation").x(Axis.linear("step")).y(Axis.log("largest |x|"));
        for (var arm : List.of("post-ln", "pre-ln", "peri-ln", "output-only")) {
            for (var run : runs.arm(arm).first().stream().toList()) {
                var row = run.measured().row("max_over_steps");
                chart = chart.line(arm, IntStream.range(0, row.length).mapToDouble(i -> i * 10.0).toArray(), row);
            }
        }
        return chart;
    }

    private static Chart gradients(Results runs) {
        var chart = Chart.titled("Gradient over depth").x(Axis.linear("block")).y(Axis.log("gradient norm"));
        for (var arm : List.of("post-ln", "pre-ln", "peri-ln", "output-only")) {
            for (var run : runs.arm(arm).first().stream().toList()) {
                var row = run.measured().row("gradient_end");
                chart = chart.line(arm, IntStream.rangeClosed(1, row.length).asDoubleStream().toArray(), row);
            }
        }
        return chart;
    }

    private static Exhibit.Table depths(Results runs) {
        var rows = new ArrayList<List<String>>();
        for (var depth : runs.levels(DEPTH)) {
            for (var arm : List.of("pre-ln", "peri-ln")) {
                runs.with(DEPTH, depth).arm(arm).first().ifPresent(run -> rows.add(List.of(
                        depth,
                        arm,
                        Texts.number(run.measured().number(Training.FINAL)),
                        Texts.number(run.measured().number("slope_end")),
                        Texts.number(run.measured().number("max_hidden")),
                        Texts.number(run.measured().number("gradient_cv")))));
            }
        }
        return new Exhibit.Table(
                "Depth, at lr 3e-3 (seed 1).",
                List.of("depth", "arm", "held-out loss", "slope of log power", "largest activation", "variation of gradients"),
                rows);
    }
}
