package io.evenkeel.studies.p06;

import io.evenkeel.plot.Axis;
import io.evenkeel.plot.Chart;
import io.evenkeel.study.Arms;
import io.evenkeel.study.Claim;
import io.evenkeel.study.Description;
import io.evenkeel.study.Estimate;
import io.evenkeel.study.Exhibit;
import io.evenkeel.study.Measurements;
import io.evenkeel.study.Pairs;
import io.evenkeel.study.Result;
import io.evenkeel.study.Results;
import io.evenkeel.study.Scale;
import io.evenkeel.study.Study;
import io.evenkeel.study.Trial;
import io.evenkeel.study.Verdict;
import io.evenkeel.study.Verdict.Condition;
import io.evenkeel.study.Workshop;
import io.evenkeel.train.RunConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/// A run that is interrupted and resumed with all of its state, or with less.
///
/// @paper P06
public final class ResumedTraining implements Study<ResumedTraining.Config> {
    private static final String AT = "interrupt";
    private static final String EARLY = "150";
    private static final String LATE = "250";

    private static final String BASE = """
            model:
              width: 64
              depth: 3
              heads: 4
              kvHeads: 2
              norm: {type: rmsnorm}
              mlp: {type: swiglu, ratio: 2.75}
            data: {source: bundled, tokenizer: {type: bpe, vocabulary: 512}, context: 128, split: 0.03}
            optimizer: {type: adamw, lr: 3e-3, betas: [0.9, 0.95], weightDecay: 0.1, clip: {type: global-norm, max: 1}}
            schedule: {warmupSteps: 20, type: cosine, floor: 0.1}
            train: {batchSize: 8, threads: 1}
            probes: {set: none}
            """;

    private static final Arms ARMS = new Arms("P06", BASE).with("llama");

    /// @param run  what is trained
    /// @param part interrupt or data quality
    public record Config(RunConfig run, Part part) {}

    /// The two parts of the study.
    public sealed interface Part permits Interrupt, Quality {}

    /// @param step   after which the run is interrupted
    /// @param policy what comes back
    public record Interrupt(int step, Resume.Policy policy) implements Part {}

    /// @param noise     share of windows whose tokens are shuffled
    /// @param questions of the choice between four ends
    public record Quality(double noise, int questions) implements Part {}

    @Override
    public String id() {
        return "P06";
    }

    @Override
    public int version() {
        return 1;
    }

    @Override
    public Description description() {
        return new Description(
                List.of(
                        "A checkpoint that holds weights only is no checkpoint: moments, step count, schedule, place in the data"
                                + " and random streams belong to the state.",
                        "A fresh AdamW moves every weight by the full rate in its first step, whatever the size of its gradient;"
                                + " one in steady noise by about 0.23 of it.",
                        "A count that starts anew corrects moments for a bias that they do not have: steps are more than twice"
                                + " too large.",
                        "Re-warming hides the loss of moments, and costs the steps that it takes.",
                        "With all of the state a resumed run is the same run, to the bit."),
                "Decoder in the manner of LLaMA, width 64 with 3 blocks, 4 heads that share 2 of keys and values, on bundled"
                        + " English text in 512 byte pairs: 300 steps of 8 x 128 tokens, warmup 20, peak rate 3e-3, cosine to a"
                        + " tenth; interrupted after 150 or 250 steps and resumed in a new run, five seeds. The rise is the"
                        + " largest excess of the loss, smoothed over 5 steps, over the uninterrupted run within 50 steps."
                        + " Data: the same steps with a fifth of the windows shuffled.",
                List.of(
                        "0.2 million parameters and 0.3 million tokens instead of 1.7 billion and 20 billion.",
                        "Shuffled windows of tokens stand for text of low quality; the probe asks which of four ends belongs to"
                                + " a beginning.",
                        "A change of hardware is a change of micro-batch and of precision; throughput is no measurement of a"
                                + " study, since its trials must repeat to the bit (evenkeel bench train has it)."),
                """
                checkpoint: {everySteps: 100, keep: 3}
                """,
                "C1-bump");
    }

    @Override
    public List<Trial<Config>> trials(Scale scale) {
        return switch (scale) {
            case SMOKE ->
                interrupts(
                        List.of(Resume.Policy.NONE, Resume.Policy.FULL, Resume.Policy.WEIGHTS), List.of(15), 1, 30);
            case FULL -> grid(5, 300);
            case EXTENDED -> grid(15, 300);
        };
    }

    private static List<Trial<Config>> grid(int seeds, int steps) {
        var trials = new ArrayList<>(interrupts(List.of(Resume.Policy.values()), List.of(150, 250), seeds, steps));
        for (var seed = 1L; seed <= seeds; seed++) {
            for (var noise : new double[] {0, 0.2}) {
                trials.add(Trial.of(
                        noise == 0 ? "curated" : "a fifth shuffled",
                        seed,
                        new Config(run(seed, steps), new Quality(noise, 200))));
            }
        }
        return trials;
    }

    private static List<Trial<Config>> interrupts(List<Resume.Policy> policies, List<Integer> at, int seeds, int steps) {
        var trials = new ArrayList<Trial<Config>>();
        for (var step : at) {
            for (var policy : policies) {
                for (var seed = 1L; seed <= seeds; seed++) {
                    trials.add(Trial.of(
                            policy.arm(), seed, new Config(run(seed, steps), new Interrupt(step, policy)), AT, step));
                }
            }
        }
        return trials;
    }

    private static RunConfig run(long seed, int steps) {
        return ARMS.config("llama", List.of("train.steps=" + steps, "train.seed=" + seed));
    }

    @Override
    public Measurements run(Config config, Workshop workshop) {
        return switch (config.part()) {
            case Interrupt interrupt -> Resume.run(config.run(), interrupt.step(), interrupt.policy(), workshop.cache());
            case Quality quality -> Curated.run(config.run(), quality.noise(), quality.questions(), workshop.cache());
        };
    }

    /// A statistic of the excess loss of runs over the uninterrupted ones of the same seed, by seed.
    private static double[] excess(Results results, String at, Resume.Policy policy, ToDoubleFunction<double[]> statistic) {
        var runs = results.with(AT, at);
        var reference = runs.arm(Resume.Policy.NONE.arm());
        return runs.arm(policy.arm()).all().stream()
                .flatMap(run -> reference.seed(run.seed()).first().stream()
                        .map(other -> statistic.applyAsDouble(Excess.of(after(run), after(other)))))
                .mapToDouble(Double::doubleValue)
                .toArray();
    }

    private static double[] after(Result run) {
        return run.measured().row("after");
    }

    @Override
    public List<Claim> claims(Results results) {
        var full = results.arm(Resume.Policy.FULL.arm());
        var early = results.with(AT, EARLY);
        return List.of(
                Claim.above(
                        "C1-bump",
                        "resumed with weights only at step 150, the loss rises more than with all of the state (nats)",
                        Estimate.difference(
                                excess(results, EARLY, Resume.Policy.WEIGHTS, Excess::bump),
                                excess(results, EARLY, Resume.Policy.FULL, Excess::bump)),
                        0),
                Claim.above(
                        "C1-recovery",
                        "and takes longer to recover than re-warmed (steps until within 0.01 nats)",
                        Estimate.difference(
                                excess(results, EARLY, Resume.Policy.WEIGHTS, Excess::recovery),
                                excess(results, EARLY, Resume.Policy.WEIGHTS_REWARMED, Excess::recovery)),
                        0),
                Claim.above(
                        "C2-bits",
                        "with all of the state every weight has the same bits ten steps later (share of runs)",
                        full.isEmpty()
                                ? Estimate.NONE
                                : Estimate.exact(Estimate.mean(full.numbers("identical")).value()),
                        0.999),
                Claim.below(
                        "C2-threads",
                        "and calculated by two threads the loss is the same within 1e-4 (mean of the largest difference in"
                                + " three steps)",
                        Estimate.mean(full.numbers("two_threads")),
                        1e-4),
                Claim.above(
                        "C3",
                        "the rise shrinks with the learning rate (rise at step 150 minus rise at step 250)",
                        Estimate.difference(
                                excess(results, EARLY, Resume.Policy.WEIGHTS, Excess::bump),
                                excess(results, LATE, Resume.Policy.WEIGHTS, Excess::bump)),
                        0),
                Claim.above(
                        "C4",
                        "weights only end worse (held-out loss minus that of the uninterrupted run)",
                        Pairs.difference(
                                early,
                                Resume.Policy.WEIGHTS.arm(),
                                Resume.Policy.NONE.arm(),
                                run -> run.number("final")),
                        0),
                Claim.above(
                        "C5",
                        "at equal tokens curated text teaches more (accuracy of the choice, curated minus a fifth shuffled)",
                        Pairs.difference(results, "curated", "a fifth shuffled", run -> run.number("accuracy")),
                        0));
    }

    @Override
    public Verdict.Rule rule() {
        var first = Condition.all("C1-bump", "C1-recovery");
        var second = Condition.all("C2-bits", "C2-threads");
        return new Verdict.Rule(first.and(second), first.or(second));
    }

    @Override
    public List<Exhibit> exhibits(Results results) {
        var exhibits = new ArrayList<Exhibit>();
        for (var at : results.levels(AT)) {
            var rows = new ArrayList<List<String>>();
            for (var policy : Resume.Policy.values()) {
                var runs = results.with(AT, at).arm(policy.arm());
                if (policy != Resume.Policy.NONE && !runs.isEmpty()) {
                    rows.add(List.of(
                            policy.arm(),
                            Estimate.mean(excess(results, at, policy, Excess::bump)).text(),
                            Estimate.mean(excess(results, at, policy, Excess::recovery)).text(),
                            Estimate.mean(excess(results, at, policy, Excess::area)).text(),
                            Pairs.difference(
                                            results.with(AT, at),
                                            policy.arm(),
                                            Resume.Policy.NONE.arm(),
                                            run -> run.number("final"))
                                    .text()));
                }
            }
            exhibits.add(new Exhibit.Table(
                    "Interrupted after " + at + " steps: against the uninterrupted run of the same seed.",
                    List.of("what comes back", "rise, nats", "recovery, steps", "area, nats x steps", "held-out loss at the end"),
                    rows));
            exhibits.add(new Exhibit.Figure(
                    "after-" + at,
                    "Training loss above that of the uninterrupted run after an interrupt at step " + at
                            + ", smoothed over 5 steps, mean over seeds.",
                    chart(results, at)));
        }
        var quality = results.arm("curated");
        if (!quality.isEmpty()) {
            exhibits.add(new Exhibit.Table(
                    "Quality of the data, at equal tokens.",
                    List.of("data", "held-out loss", "accuracy of the choice of four"),
                    List.of("curated", "a fifth shuffled").stream()
                            .map(arm -> List.of(
                                    arm,
                                    Estimate.mean(results.arm(arm).numbers("final")).text(),
                                    Estimate.mean(results.arm(arm).numbers("accuracy")).text()))
                            .toList()));
        }
        return exhibits;
    }

    private static Chart chart(Results results, String at) {
        var chart = Chart.titled("After an interrupt at step " + at)
                .x(Axis.linear("steps since"))
                .y(Axis.linear("loss above the uninterrupted run").unit("nats"));
        for (var policy : List.of(
                Resume.Policy.FULL,
                Resume.Policy.WEIGHTS,
                Resume.Policy.WEIGHTS_REWARMED,
                Resume.Policy.COUNT_RESET,
                Resume.Policy.BF16)) {
            var runs = results.with(AT, at).arm(policy.arm()).all();
            var all = runs.stream()
                    .flatMap(run -> results.with(AT, at).arm(Resume.Policy.NONE.arm()).seed(run.seed()).first().stream()
                            .map(other -> Excess.of(after(run), after(other))))
                    .toList();
            if (!all.isEmpty()) {
                var points = Math.min(Excess.WINDOW, all.getFirst().length);
                chart = chart.line(
                        policy.arm(),
                        IntStream.range(0, points).asDoubleStream().toArray(),
                        IntStream.range(0, points)
                                .mapToDouble(i -> all.stream().mapToDouble(each -> each[i]).average().orElseThrow())
                                .toArray());
            }
        }
        return chart;
    }
}
