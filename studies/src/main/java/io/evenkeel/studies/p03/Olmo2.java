package io.evenkeel.studies.p03;

import io.evenkeel.data.TextData;
import io.evenkeel.statistic.SpikeScore;
import io.evenkeel.study.Arms;
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
import io.evenkeel.study.Texts;
import io.evenkeel.study.Training;
import io.evenkeel.study.Trial;
import io.evenkeel.study.Verdict;
import io.evenkeel.study.Verdict.Condition;
import io.evenkeel.study.Workshop;
import io.evenkeel.train.PlainRun;
import io.evenkeel.train.RunConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// From the recipe before to OLMo 2, one change at a time, on text with repeated n-grams in it.
///
/// @paper P03
public final class Olmo2 implements Study<Olmo2.Config> {
    private static final String LOG_Z = "logits/log_z_rms";
    private static final String MAX_LOGIT = "attention/max_logit";
    private static final String CROSS_ENTROPY = "final";
    private static final double DIRTY = 0.02;
    private static final List<String> RATES = List.of("1e-3", "3e-3", "1e-2", "3e-2");

    private static final String BASE = """
            model:
              width: 64
              depth: 3
              heads: 4
              normPlacement: pre
              norm: {type: layernorm, scale: false}
              position: {type: rope, base: 500000}
              mlp: {type: swiglu, ratio: 2.75}
              init: {type: gpt2}
            data: {source: bundled, context: 128, split: 0.02}
            optimizer:
              type: adamw
              betas: [0.9, 0.95]
              eps: 1e-5
              weightDecay: 0.1
              clip: {type: global-norm, max: 1}
            schedule: {type: cosine, floor: 0.1}
            train: {batchSize: 16, threads: 1}
            probes: {set: none, everySteps: {attention: 10, output-logits: 10}}
            """;

    private static final String FILTER = "data.repeats={maxLength: 13, minCount: 9}";
    private static final String NO_EMBEDDING_DECAY = "optimizer.groups=[{match: 'embed.*', weightDecay: 0}]";

    private static final Arms ARMS = new Arms("P03", BASE)
            .with("baseline")
            .with("rms norm", "model.norm={type: rmsnorm, eps: 1e-6, scale: true}")
            .with("reordered norm", "model.norm={type: rmsnorm, eps: 1e-6, scale: true}", "model.normPlacement=output-only")
            .with("qk-norm", "model.attention.score={type: qk-norm, per: full-width, norm: {type: rmsnorm, eps: 1e-6}}")
            .together("reordered norm + qk-norm", "reordered norm", "qk-norm")
            .with("z-loss", "model.zLoss={type: log-z-squared, coefficient: 1e-5}")
            .with("init 0.02", "model.init={type: normal, std: 0.02, cut: 3}")
            .with("eps 1e-8", "optimizer.eps=1e-8")
            .with("no decay on embeddings", NO_EMBEDDING_DECAY)
            .with("n-gram filter", FILTER)
            .together(
                    "olmo 2",
                    "reordered norm + qk-norm",
                    "z-loss",
                    "init 0.02",
                    "eps 1e-8",
                    "no decay on embeddings",
                    "n-gram filter");

    /// @param run    what is trained
    /// @param dirty  share of windows that repeat an n-gram
    /// @param anneal the second stage; null for none
    public record Config(RunConfig run, double dirty, @Nullable Stage anneal) {}

    /// The second stage.
    ///
    /// @param tail   steps, the last ones of the run
    /// @param orders of the better data
    /// @param sums   one in so many of its windows is synthetic arithmetic
    public record Stage(int tail, int orders, int sums) {}

    @Override
    public String id() {
        return "P03";
    }

    @Override
    public int version() {
        return 1;
    }

    @Override
    public Description description() {
        return new Description(
                List.of(
                        "RMS norm at the output of each sublayer instead of layer norm at its input, and on queries and keys"
                                + " over their full width.",
                        "z-loss of 1e-5, every weight drawn with standard deviation 0.02, epsilon 1e-8, no decay on"
                                + " embeddings.",
                        "Windows in which a few tokens repeat over and over are left out of the loss: they make the gradient"
                                + " spike.",
                        "Progress is told by the spike score: the share of losses, or gradient norms, that are seven standard"
                                + " deviations off their running mean.",
                        "At the end the rate falls to zero on better data, several times in other orders, and the weights of"
                                + " these runs are averaged."),
                "Decoder of width 64 with 3 blocks on bundled English text, byte by byte, 150 steps of 16 x 128 bytes, peak rates"
                        + " 1e-3 to 3e-2; 2 % of the windows repeat an n-gram of 1 to 13 bytes. Baseline and full recipe"
                        + " with three seeds, single changes with two. Second stage: 300 steps, of which the last 30 anneal"
                        + " on 480 windows without repetitions, one in eight of them sums, in three orders, three seeds.",
                List.of(
                        "0.2 million parameters and 0.3 million tokens instead of 7 to 13 billion and 4 to 5 trillion.",
                        "A window is 128 bytes long, so an n-gram counts as repeated when it fills nine of its lengths, not"
                                + " 32.",
                        "The better data of the second stage is a narrow part of the same text without the repetitions, and"
                                + " synthetic sums: the text has no new knowledge in it. What it teaches are the sums, at a small cost"
                                + " on text; with text alone annealing and going on could not be told apart (0.0035 nats,"
                                + " [-0.0034, 0.0091]).",
                        "Norms and biases have no decay in any arm, as usual here; the paper's have.",
                        "Post-training is left out."),
                """
                model:
                  normPlacement: output-only
                  norm: {type: rmsnorm, eps: 1e-6}
                  attention:
                    score: {type: qk-norm, per: full-width, norm: {type: rmsnorm, eps: 1e-6}}
                  zLoss: {type: log-z-squared, coefficient: 1e-5}
                  init: {type: normal, std: 0.02, cut: 3}
                data:
                  repeats: {maxLength: 13, minCount: 32}
                optimizer:
                  eps: 1e-8
                  groups: [{match: 'embed.*', weightDecay: 0}]
                """,
                "C1");
    }

    @Override
    public List<Trial<Config>> trials(Scale scale) {
        return switch (scale) {
            case SMOKE -> {
                var trials = sweep(List.of("baseline", "olmo 2"), List.of("3e-3", "1e-2"), 1, 20);
                trials.add(anneal(1, 20, 5, 2));
                yield trials;
            }
            case FULL -> grid(3, 2, 3, 150);
            case EXTENDED -> grid(6, 4, 6, 600);
        };
    }

    private static List<Trial<Config>> grid(int seeds, int others, int annealSeeds, int steps) {
        var trials = sweep(List.of("baseline", "olmo 2"), RATES, seeds, steps);
        trials.addAll(sweep(
                ARMS.names().stream().filter(arm -> !List.of("baseline", "olmo 2").contains(arm)).toList(),
                RATES,
                others,
                steps));
        for (var seed = 1L; seed <= annealSeeds; seed++) {
            trials.add(anneal(seed, 2 * steps, steps / 5, 3));
        }
        return trials;
    }

    private static List<Trial<Config>> sweep(List<String> arms, List<String> rates, int seeds, int steps) {
        return new ArrayList<>(ARMS.sweep(arms, rates, seeds, List.of("train.steps=" + steps)).stream()
                .map(trial -> new Trial<>(trial.arm(), trial.factors(), trial.seed(), new Config(trial.config(), DIRTY, null)))
                .toList());
    }

    private static Trial<Config> anneal(long seed, int steps, int tail, int orders) {
        var run = ARMS.config("olmo 2", List.of("optimizer.lr=1e-2", "train.steps=" + steps, "train.seed=" + seed));
        return Trial.of("olmo 2, annealed", seed, new Config(run, DIRTY, new Stage(tail, orders, 8)));
    }

    @Override
    public Measurements run(Config config, Workshop workshop) {
        if (config.anneal() != null) {
            return Anneal.run(config.run(), config.anneal(), config.dirty(), workshop.cache());
        }
        try (var run = PlainRun.of(config.run(), workshop.cache())) {
            var watch = new Training.Watch(List.of(LOG_Z, MAX_LOGIT));
            var data = (TextData.Config) config.run().data();
            var soil = new DirtyStream(config.dirty(), data.repeats(), run.streams().stream("dirt"));
            var measured = watch.run(run, config.run().train().steps(), soil::step);
            return measured.put("spikes_loss", share(SpikeScore.of(watch.losses())))
                    .put("spikes_gradient", share(SpikeScore.of(watch.gradients())));
        }
    }

    private static double share(SpikeScore score) {
        return score.spikes() / (double) score.values();
    }

    @Override
    public List<Claim> claims(Results results) {
        var sweep = new LrSweep(results.where(result -> result.factors().containsKey(LrSweep.LR)));
        var annealed = results.arm("olmo 2, annealed");
        return List.of(
                Claim.above(
                        "C1",
                        "LR sensitivity is lower with the full recipe (baseline minus OLMo 2)",
                        sweep.gain("baseline", "olmo 2"),
                        0),
                Claim.above(
                        "C2-recipe",
                        "the spike score of the gradient norm is lower with the full recipe (share of steps, baseline minus"
                                + " OLMo 2)",
                        Pairs.difference(results, "baseline", "olmo 2", run -> run.number("spikes_gradient")),
                        0),
                Claim.above(
                        "C2-filter",
                        "the n-gram filter alone lowers it (baseline minus filter)",
                        Pairs.difference(results, "baseline", "n-gram filter", run -> run.number("spikes_gradient")),
                        0),
                Claim.above(
                        "C3-normaliser",
                        "z-loss lowers the root mean square of log Z at the end (baseline minus z-loss)",
                        Pairs.difference(results, "baseline", "z-loss", run -> run.number(LOG_Z)),
                        0),
                Claim.below(
                        "C3-cost",
                        "at a cost of at most 0.02 nats of held-out loss (z-loss minus baseline)",
                        Pairs.difference(results, "z-loss", "baseline", run -> run.number(CROSS_ENTROPY)),
                        0.02),
                Claim.above(
                        "C4-anneal",
                        "annealing on better data lowers the held-out loss at equal tokens (going on minus annealed, mean of"
                                + " the orders)",
                        Estimate.mean(annealed.all().stream()
                                .mapToDouble(run -> run.measured().number("plain") - members(run.measured()))
                                .toArray()),
                        0),
                Claim.above(
                        "C4-soup",
                        "the average of the annealed weights is not worse than the mean of its members (mean of members minus"
                                + " average)",
                        Estimate.mean(annealed.all().stream()
                                .mapToDouble(run -> members(run.measured()) - run.measured().number("soup"))
                                .toArray()),
                        0));
    }

    private static double members(Measurements measured) {
        return measured.numbers().entrySet().stream()
                .filter(each -> each.getKey().startsWith("anneal_"))
                .mapToDouble(Map.Entry::getValue)
                .average()
                .orElseThrow();
    }

    @Override
    public Verdict.Rule rule() {
        var first = Condition.all("C1");
        var others = new Condition[] {
            Condition.all("C2-recipe", "C2-filter"),
            Condition.all("C3-normaliser", "C3-cost"),
            Condition.all("C4-anneal", "C4-soup")
        };
        return new Verdict.Rule(
                first.and(Condition.atLeast(2, others)),
                Condition.atLeast(2, first, others[0], others[1], others[2]));
    }

    @Override
    public List<Exhibit> exhibits(Results all) {
        var results = all.where(result -> result.factors().containsKey(LrSweep.LR));
        var sweep = new LrSweep(results);
        var exhibits = new ArrayList<Exhibit>();
        exhibits.add(new Exhibit.Figure(
                "lr",
                "Held-out loss over the peak learning rate: mean and range over seeds.",
                sweep.chart("From the recipe before to OLMo 2", "loss after 150 steps, by peak learning rate",
                        List.of("baseline", "reordered norm + qk-norm", "n-gram filter", "olmo 2"))));
        exhibits.add(sweep.table("All arms."));
        var rows = new ArrayList<List<String>>();
        for (var arm : results.arms()) {
            var runs = results.arm(arm);
            rows.add(List.of(
                    arm,
                    Estimate.mean(runs.numbers("spikes_loss")).text(),
                    Estimate.mean(runs.numbers("spikes_gradient")).text(),
                    Estimate.mean(runs.numbers(LOG_Z)).text(),
                    Estimate.mean(runs.numbers(MAX_LOGIT)).text()));
        }
        exhibits.add(new Exhibit.Table(
                "Means over all rates and seeds.",
                List.of("arm", "spike score of the loss", "of the gradient", "log Z at the end", "largest attention logit"),
                rows));
        exhibits.add(new Exhibit.Table(
                "The second stage: held-out loss, and that on sums, nats.",
                List.of("seed", "going on", "annealed, mean of the orders", "average of the weights", "sums, going on", "sums, average"),
                all.arm("olmo 2, annealed").all().stream()
                        .map(run -> List.of(
                                Long.toString(run.seed()),
                                Texts.number(run.measured().number("plain")),
                                Texts.number(members(run.measured())),
                                Texts.number(run.measured().number("soup")),
                                Texts.number(run.measured().number("sums_plain")),
                                Texts.number(run.measured().number("sums_soup"))))
                        .toList()));
        return exhibits;
    }
}
