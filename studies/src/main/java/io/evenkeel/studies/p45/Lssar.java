package io.evenkeel.studies.p45;

import io.evenkeel.config.ConfigReader;
import io.evenkeel.plot.Axis;
import io.evenkeel.plot.Chart;
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
import io.evenkeel.study.Training;
import io.evenkeel.study.Trial;
import io.evenkeel.study.Verdict;
import io.evenkeel.study.Verdict.Condition;
import io.evenkeel.study.Workshop;
import io.evenkeel.train.PlainRun;
import io.evenkeel.train.RunConfig;
import io.evenkeel.train.Snapshot;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/// Attention by softplus and power, read at up to sixteen times the trained length.
///
/// @paper P45
public final class Lssar implements Study<Lssar.Config> {
    private static final long TRAINED = 64;
    private static final List<Long> LENGTHS = List.of(64L, 128L, 256L, 512L, 1024L);
    private static final String LONGEST = "last_1024";
    private static final String SHORTEST = "last_64";

    private static final String BASE = """
            model: {width: 96, depth: 2, heads: 4, position: {type: rope}, mlp: {type: gelu, ratio: 4}, init: {type: gpt2}}
            data: {source: bundled, context: 64, split: 0.1}
            optimizer: {type: adamw, lr: 1e-3, betas: [0.9, 0.95], weightDecay: 0.1, clip: {type: global-norm, max: 1}}
            schedule: {type: cosine, floor: 0.1}
            train: {batchSize: 32, threads: 1}
            probes: {set: none}
            """;

    private static final String COSINE = "model.attention.score={type: length-scaled, form: cosine}";
    private static final String CALIBRATED = "model.attention.score={type: length-scaled, form: calibrated, trained: 64}";
    private static final String SOFTPLUS = "model.attention.normaliser.type=softplus";

    private static final Arms ARMS = new Arms("P45", BASE)
            .with("softmax")
            .with("softmax, log n", CALIBRATED)
            .with("lssa", COSINE, SOFTPLUS)
            .with("lssa, plain scale", SOFTPLUS)
            .with("lssa, calibrated", CALIBRATED, SOFTPLUS)
            .with("lssar, p = 15", COSINE, SOFTPLUS, "model.attention.normaliser.power=15")
            .with("lssar, p = 3", COSINE, SOFTPLUS, "model.attention.normaliser.power=3")
            .with("softplus, no sum", "model.attention.normaliser={type: mapped, map: softplus, normalise: false}")
            .with("exp, no sum", "model.attention.normaliser={type: mapped, map: exp, normalise: false}");

    /// @param run     what is trained
    /// @param lengths at which it is read
    /// @param tokens  of held-out text at each length
    /// @param powers  of a re-weighting that is switched on for reading only, besides the model as it was trained
    public record Config(RunConfig run, List<Long> lengths, long tokens, List<Double> powers) {}

    @Override
    public String id() {
        return "P45";
    }

    @Override
    public int version() {
        return 1;
    }

    @Override
    public Description description() {
        return new Description(
                List.of(
                        "Softmax is a map to positive numbers and a division by their sum; the sum is the part that matters."
                                + " LSSA takes softplus as the map, which cannot overflow.",
                        "Scores are ln(head width) ln(n) cos(q, k), with n the number of keys that a query sees: they grow"
                                + " with the row, so that long rows do not flatten.",
                        "LSSAR then sharpens a row: max(n A - 1, 0)^p over its sum, p = 15. Only keys of more than their"
                                + " share survive, and the strongest win.",
                        "Rows stay normalised; no key's weight depends on keys after it.",
                        "The loss stays nearly the same at 16 times the trained length."),
                "Decoder of width 96 with 2 blocks and rotary positions on bundled English text, byte by byte; 600 steps of"
                        + " 32 x 64 bytes; read on held-out text in windows of 64 to 1024 bytes, the loss over the last 64"
                        + " positions of each. Softmax, softmax with scores in proportion to ln n, LSSA and LSSAR with"
                        + " three seeds, ablations with one.",
                List.of(
                        "0.2 million parameters and bytes instead of 109 to 124 million parameters and word pieces; trained"
                                + " at 64 instead of 1024 positions.",
                        "At every length the same 65,536 bytes of held-out text are read, in 1024 to 64 windows.",
                        "A row in which no key has more than its share keeps the weights it had before re-weighting."),
                """
                model:
                  position: {type: rope}
                  attention:
                    score: {type: length-scaled, form: cosine}
                    normaliser: {type: softplus, power: 15}
                """,
                "i");
    }

    @Override
    public List<Trial<Config>> trials(Scale scale) {
        return switch (scale) {
            case SMOKE -> trials(List.of("softmax", "lssar, p = 15"), 1, 20, List.of(64L, 128L), 4096);
            case FULL -> grid(3, 1, 600);
            case EXTENDED -> grid(5, 3, 1500);
        };
    }

    private static List<Trial<Config>> grid(int seeds, int others, int steps) {
        var trials = new ArrayList<Trial<Config>>();
        trials.addAll(trials(List.of("softmax", "softmax, log n", "lssa", "lssar, p = 15"), seeds, steps, LENGTHS, 65_536));
        trials.addAll(trials(
                List.of("lssar, p = 3", "lssa, plain scale", "lssa, calibrated", "softplus, no sum", "exp, no sum"),
                others,
                steps,
                LENGTHS,
                65_536));
        return trials;
    }

    private static List<Trial<Config>> trials(List<String> arms, int seeds, int steps, List<Long> lengths, long tokens) {
        var trials = new ArrayList<Trial<Config>>();
        for (var arm : arms) {
            for (var seed = 1L; seed <= seeds; seed++) {
                var run = ARMS.config(arm, List.of("train.steps=" + steps, "train.seed=" + seed));
                var powers = arm.equals("lssa") ? List.of(3.0, 15.0) : List.<Double>of();
                trials.add(Trial.of(arm, seed, new Config(run, lengths, tokens, powers)));
            }
        }
        return trials;
    }

    @Override
    public Measurements run(Config config, Workshop workshop) {
        try (var run = PlainRun.of(config.run(), workshop.cache())) {
            var watch = new Training.Watch(List.of());
            var measured = new Measurements();
            watch.train(run, config.run().train().steps(), PlainRun::step);
            watch.put(measured);
            try (var weights = run.snapshot()) {
                for (var length : config.lengths()) {
                    read(config, length, List.of(), "", weights, workshop, measured);
                    for (var power : config.powers()) {
                        var sharpened = List.of("model.attention.normaliser.power=" + power);
                        read(config, length, sharpened, "_p" + power.intValue(), weights, workshop, measured);
                    }
                }
            }
            return measured;
        }
    }

    private static void read(
            Config config,
            long length,
            List<String> sets,
            String suffix,
            Snapshot weights,
            Workshop workshop,
            Measurements measured) {
        var all = new ArrayList<>(List.of("data.context=" + length));
        all.addAll(sets);
        var reader = ConfigReader.read("", "P45", all, config.run());
        Lengths.measure(reader, weights, TRAINED, length, config.tokens(), suffix, workshop.cache(), measured);
    }

    @Override
    public List<Claim> claims(Results results) {
        return List.of(
                Claim.above(
                        "i",
                        "the loss rises less at 16 times the trained length with LSSAR, p = 15, than with softmax (rise of"
                                + " softmax minus rise of LSSAR, nats)",
                        Pairs.difference(results, "softmax", "lssar, p = 15", Lssar::rise),
                        0),
                Claim.below(
                        "ii",
                        "at the trained length LSSA loses at most 0.02 nats (LSSA minus softmax)",
                        Pairs.difference(results, "lssa", "softmax", run -> run.number(SHORTEST)),
                        0.02),
                Claim.within(
                        "iii",
                        "the loss of LSSAR is nearly constant up to 16 times the length (its rise, nats; margin 0.1)",
                        Estimate.mean(results.arm("lssar, p = 15").all().stream()
                                .mapToDouble(run -> rise(run.measured()))
                                .toArray()),
                        0.1));
    }

    private static double rise(Measurements measured) {
        return measured.has(LONGEST) ? measured.number(LONGEST) - measured.number(SHORTEST) : Double.NaN;
    }

    @Override
    public Verdict.Rule rule() {
        return new Verdict.Rule(Condition.all("i", "ii"), Condition.all("i").or(Condition.all("ii")));
    }

    @Override
    public List<Exhibit> exhibits(Results results) {
        if (results.all().stream().noneMatch(run -> run.measured().has(LONGEST))) {
            return List.of();
        }
        return List.of(
                new Exhibit.Figure(
                        "lengths",
                        "Held-out loss over the last 64 positions by length of the window, mean over seeds.",
                        chart("Beyond the trained length", "held-out loss", "last_", results, true)),
                table(results, "last_", "Held-out loss over the last 64 positions, nats, by length of the window."),
                table(results, "all_", "Held-out loss over all positions, nats."),
                new Exhibit.Figure(
                        "entropy",
                        "Attention entropy relative to uniform attention, of rows beyond the trained length.",
                        chart("Do long rows flatten?", "entropy / ln n", "entropy_", results, false)),
                table(results, "sink_", "Mean weight of the first key in those rows."));
    }

    private static Chart chart(String title, String y, String name, Results results, boolean inferenceOnly) {
        var chart = Chart.titled(title).x(Axis.log("length of the window")).y(Axis.linear(y));
        var x = LENGTHS.stream().mapToDouble(Long::doubleValue).toArray();
        for (var arm : List.of("softmax", "softmax, log n", "lssa", "lssar, p = 3", "lssar, p = 15")) {
            chart = chart.line(arm, x, means(results.arm(arm), name, ""));
        }
        return inferenceOnly ? chart.line("lssa, p = 15 when read", x, means(results.arm("lssa"), name, "_p15")) : chart;
    }

    private static double[] means(Results runs, String name, String suffix) {
        return LENGTHS.stream()
                .mapToDouble(length -> Arrays.stream(runs.numbers(name + length + suffix)).average().orElse(Double.NaN))
                .toArray();
    }

    private static Exhibit.Table table(Results results, String name, String caption) {
        var rows = new ArrayList<List<String>>();
        for (var arm : results.arms()) {
            rows.add(row(arm, results.arm(arm), name, ""));
            if (arm.equals("lssa")) {
                rows.add(row("lssa, p = 3 when read", results.arm(arm), name, "_p3"));
                rows.add(row("lssa, p = 15 when read", results.arm(arm), name, "_p15"));
            }
        }
        var header = new ArrayList<>(List.of("arm"));
        LENGTHS.forEach(length -> header.add(length.toString()));
        return new Exhibit.Table(caption, header, rows);
    }

    private static List<String> row(String label, Results runs, String name, String suffix) {
        var row = new ArrayList<>(List.of(label));
        IntStream.range(0, LENGTHS.size())
                .forEach(i -> row.add(Estimate.mean(runs.numbers(name + LENGTHS.get(i) + suffix)).text()));
        return row;
    }
}
