package io.evenkeel.studies.p81;

import io.evenkeel.data.Batch;
import io.evenkeel.metric.Readings;
import io.evenkeel.metric.SeriesNames;
import io.evenkeel.random.RandomStream;
import io.evenkeel.statistic.Sample;
import io.evenkeel.study.Arms;
import io.evenkeel.study.Claim;
import io.evenkeel.study.Description;
import io.evenkeel.study.Estimate;
import io.evenkeel.study.Exhibit;
import io.evenkeel.study.LrSweep;
import io.evenkeel.study.Measurements;
import io.evenkeel.study.Results;
import io.evenkeel.study.Scale;
import io.evenkeel.study.Study;
import io.evenkeel.study.Training;
import io.evenkeel.study.Trial;
import io.evenkeel.study.Verdict;
import io.evenkeel.study.Verdict.Condition;
import io.evenkeel.study.Workshop;
import io.evenkeel.tensor.Scope;
import io.evenkeel.train.PlainRun;
import io.evenkeel.train.RunConfig;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Adam, SPAM and Stable-SPAM on a decoder that multiplies numbers of four bits, over learning rates.
///
/// @paper P81
public final class FourBits implements Study<FourBits.Config> {
    private static final String PRECISION = "precision";
    private static final String FULL = "fp32";
    private static final String INT4 = "int4";
    private static final String ADAM = "adam";
    private static final String SPAM = "spam";
    private static final String STABLE = "stable-spam";
    private static final String SPIKES = "gradient_spikes";
    private static final String SPIKED = "fp32, spiked gradients";
    private static final List<String> RATES = List.of("3e-4", "1e-3", "3e-3", "1e-2", "3e-2");
    private static final int WINDOW = 50;
    private static final double SPIKE = 5;
    private static final double SPIKED_BY = 1000;

    private static final String BASE = """
            model: {width: 64, depth: 4, heads: 4, position: {type: rope}, mlp: {type: gelu, ratio: 4}, init: {type: gpt2}}
            data: {source: bundled, context: 64, split: 0.02}
            optimizer: {type: adamw, betas: [0.9, 0.999], weightDecay: 0, clip: {type: none}}
            schedule: {type: cosine, floor: 0.1}
            train: {batchSize: 16, threads: 1}
            probes: {set: none}
            """;

    private static final Arms OPTIMIZERS = new Arms("P81", BASE)
            .with(ADAM)
            .with("adam, clipped", "optimizer.clip={type: global-norm, max: 1}")
            .with("adafactor", "optimizer={type: adafactor, clip: {type: none}}")
            .with(SPAM, "optimizer={type: spam, resetInterval: 100, clip: {type: none}}")
            .with(STABLE, "optimizer={type: stable-spam, resetInterval: 100, clip: {type: none}}")
            .with("no AdaClip", "optimizer={type: stable-spam, theta: 0, resetInterval: 100, clip: {type: none}}")
            .with("no AdaGN", "optimizer={type: stable-spam, normalise: false, resetInterval: 100, clip: {type: none}}")
            .with("no reset", "optimizer={type: stable-spam, resetInterval: 0, clip: {type: none}}")
            .with("own norm step", "optimizer={type: stable-spam, separateNormStep: true, resetInterval: 100, clip: {type: none}}")
            .with("falling gamma1", "optimizer={type: stable-spam, totalSteps: 300, resetInterval: 100, clip: {type: none}}");

    private static final Arms FORMATS = new Arms("P81", BASE)
            .with(FULL)
            .with("bf16", "precision={weights: {type: float}, activations: {type: float}}")
            .with(
                    INT4,
                    "precision.weights=int4",
                    "precision.activations={type: int, bits: 4, group: 64, rounding: stochastic}")
            .with("fp4 uniform", fp4("uniform"))
            .with("fp4 e2m1", fp4("e2m1"));

    private static String fp4(String grid) {
        return "precision={weights: {type: fp4, grid: " + grid + "}, activations: {type: fp4, grid: " + grid + "}}";
    }

    /// @param run    what is trained
    /// @param spikes probability that a step multiplies the gradient of one tensor by a thousand
    public record Config(RunConfig run, double spikes) {}

    @Override
    public String id() {
        return "P81";
    }

    @Override
    public int version() {
        return 1;
    }

    @Override
    public Description description() {
        return new Description(
                List.of(
                        "AdaClip: elements of a gradient beyond the average maximum of their tensor are scaled down, so that the largest"
                                + " becomes that average.",
                        "AdaGN: the norm of each tensor's gradient is set to its average norm over the root of its average squared norm,"
                                + " about 1, whatever the scale of the loss.",
                        "Both moments are forgotten every so many steps, so that what a spike left in them does not stay.",
                        "Linear layers multiply numbers of four bits: weights in groups of 256, activations in groups of 64 with stochastic"
                                + " rounding; gradients pass straight through.",
                        "Published: four-bit training as good as sixteen-bit Adam, in half the steps."),
                "Decoder of width 64 with 4 blocks on bundled English text, byte by byte, 300 steps of 16 x 64 bytes, warm-up 30, moments"
                        + " reset every 100 steps, peak rates 3e-4 to 3e-2. Adam, SPAM and Stable-SPAM in FLOAT32 and in INT4 with two"
                        + " seeds; other formats, parts and spiked gradients at 3e-3 with one.",
                List.of(
                        "0.2 million parameters instead of 130 million to 1 billion, 300 steps with resets every 100 instead of 20,000 every"
                                + " 500.",
                        "Groups of integers always contain zero in their range: the published code cuts groups of one sign to almost"
                                + " nothing.",
                        "Two grids of FP4 are offered: the one that the published code works out to, and the standard E2M1.",
                        "Two seeds: intervals are over pairs of two."),
                """
                optimizer: {type: stable-spam, lr: 1e-3, resetInterval: 500}
                precision:
                  weights: int4
                  activations: {type: int, bits: 4, group: 64, rounding: stochastic}
                """,
                "1-adam");
    }

    @Override
    public List<Trial<Config>> trials(Scale scale) {
        var trials = new ArrayList<Trial<Config>>();
        switch (scale) {
            case SMOKE -> add(trials, List.of(ADAM, STABLE), INT4, List.of("3e-3"), 1, 20, 0);
            case FULL -> {
                grid(trials, 2, 300);
                extras(trials, List.of("3e-3"), 1, 300);
            }
            case EXTENDED -> {
                grid(trials, 5, 800);
                extras(trials, RATES, 3, 800);
            }
        }
        return trials;
    }

    private static void grid(List<Trial<Config>> trials, int seeds, int steps) {
        for (var format : List.of(FULL, INT4)) {
            add(trials, List.of(ADAM, SPAM, STABLE), format, RATES, seeds, steps, 0);
        }
    }

    private static void extras(List<Trial<Config>> trials, List<String> rates, int seeds, int steps) {
        for (var format : List.of("bf16", "fp4 uniform", "fp4 e2m1")) {
            add(trials, List.of(ADAM, STABLE), format, rates, seeds, steps, 0);
        }
        var rest = OPTIMIZERS.names().stream().filter(name -> !List.of(ADAM, SPAM, STABLE).contains(name)).toList();
        add(trials, rest, INT4, rates, seeds, steps, 0);
        add(trials, List.of(ADAM, "adam, clipped", SPAM, STABLE), SPIKED, rates, seeds, steps, 0.01);
    }

    private static void add(
            List<Trial<Config>> trials,
            List<String> optimizers,
            String format,
            List<String> rates,
            int seeds,
            int steps,
            double spikes) {
        for (var optimizer : optimizers) {
            for (var rate : rates) {
                for (var seed = 1L; seed <= seeds; seed++) {
                    var more = new ArrayList<>(FORMATS.assignments(spikes > 0 ? FULL : format));
                    more.addAll(List.of("optimizer.lr=" + rate, "train.seed=" + seed, "train.steps=" + steps, "schedule.warmupSteps=" + steps / 10));
                    trials.add(Trial.of(
                            optimizer,
                            seed,
                            new Config(OPTIMIZERS.config(optimizer, more), spikes),
                            LrSweep.LR,
                            rate,
                            PRECISION,
                            format));
                }
            }
        }
    }

    @Override
    public Measurements run(Config config, Workshop workshop) {
        try (var run = PlainRun.of(config.run(), workshop.cache())) {
            var watch = new Training.Watch(List.of(Training.LOSSES));
            var random = run.streams().stream("spikes");
            return watch.run(run, config.run().train().steps(), each -> step(each, config.spikes(), random))
                    .put(SPIKES, spikes(watch.gradients()));
        }
    }

    /// A step, with a chance of a spike in the gradient of one tensor.
    private static Readings step(PlainRun run, double spikes, RandomStream random) {
        if (spikes == 0) {
            return run.step();
        }
        var batches = run.take();
        try (var _ = Scope.open()) {
            var factor = run.schedule().factor(run.steps());
            var readings = run.backward(batches);
            var all = run.parameters().all();
            if (random.nextDouble() < spikes) {
                all.get(random.nextInt(all.size())).gradient().mul_(SPIKED_BY);
                readings.put(SeriesNames.GRAD_NORM, run.parameters().gradientNorm());
            }
            run.update(factor, readings);
            return readings;
        } finally {
            batches.forEach(Batch::close);
        }
    }

    /// Norms of more than five times the median of the fifty before them.
    static int spikes(double[] norms) {
        var spikes = 0;
        for (var i = WINDOW; i < norms.length; i++) {
            spikes += norms[i] > SPIKE * Sample.median(Arrays.copyOfRange(norms, i - WINDOW, i)) ? 1 : 0;
        }
        return spikes;
    }

    @Override
    public List<Claim> claims(Results results) {
        var four = new LrSweep(results.with(PRECISION, INT4));
        var full = new LrSweep(results.with(PRECISION, FULL));
        return List.of(
                Claim.above(
                        "1-adam",
                        "in four bits Stable-SPAM is less sensitive to the learning rate than Adam (Adam minus Stable-SPAM)",
                        four.gain(ADAM, STABLE),
                        0),
                Claim.above(
                        "1-spam",
                        "and less than SPAM (SPAM minus Stable-SPAM)",
                        four.gain(SPAM, STABLE),
                        0),
                Claim.above(
                        "2",
                        "in four bits the best loss of Stable-SPAM is not above Adam's (Adam minus Stable-SPAM, each at its best rate; margin"
                                + " 0.005 nats)",
                        Estimate.difference(four.atBest(ADAM), four.atBest(STABLE)),
                        -0.005),
                Claim.above(
                        "3",
                        "four bits make Adam more sensitive (in four bits minus in FLOAT32)",
                        Estimate.difference(four.values(ADAM), full.values(ADAM)),
                        0));
    }

    @Override
    public Verdict.Rule rule() {
        return new Verdict.Rule(Condition.all("1-adam", "1-spam", "2", "3"), Condition.all("1-adam"));
    }

    @Override
    public List<Exhibit> exhibits(Results results) {
        var exhibits = new ArrayList<Exhibit>();
        for (var format : List.of(INT4, FULL)) {
            var sweep = new LrSweep(results.with(PRECISION, format).where(run -> List.of(ADAM, SPAM, STABLE).contains(run.arm())));
            if (!sweep.results().isEmpty()) {
                exhibits.add(new Exhibit.Figure(
                        "lr-" + format,
                        "Held-out loss over the peak learning rate in " + format + ": mean and range over seeds.",
                        sweep.chart(format, "held-out loss at the end, by peak learning rate")));
                exhibits.add(sweep.table("All learning rates, " + format + "."));
            }
        }
        var rows = new ArrayList<List<String>>();
        for (var format : results.levels(PRECISION)) {
            var runs = results.with(PRECISION, format).with(LrSweep.LR, "3e-3");
            for (var arm : runs.arms()) {
                rows.add(List.of(
                        format,
                        arm,
                        Estimate.mean(runs.arm(arm).numbers(Training.FINAL)).text(),
                        Estimate.mean(runs.arm(arm).numbers(SPIKES)).text()));
            }
        }
        exhibits.add(new Exhibit.Table(
                "Everything at a learning rate of 3e-3.",
                List.of("numbers", "optimizer", "held-out loss", "spikes of the gradient norm"),
                rows));
        return exhibits;
    }
}
