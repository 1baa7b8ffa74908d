package io.evenkeel.studies.p40;

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
import io.evenkeel.train.RunConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/// Sweeps the learning rate of small decoders, with and without what keeps large ones stable.
///
/// @paper P40
public final class SmallScaleProxies implements Study<RunConfig> {
    private static final String SIZE = "size";
    /// First block's largest attention logit.
    static final String MAX_LOGIT = "attention/max_logit/blocks.0.attention";
    private static final String MAX_LOGIT_ANY = "attention/max_logit";
    static final String LOG_Z = "logits/log_z";
    private static final String MLP_GRADIENT = "grad/norm/blocks.0.mlp.up.weight";
    private static final int PROBE_EVERY = 10;
    private static final int HEAD_WIDTH = 16;

    private static final String BASE = """
            model:
              normPlacement: pre
              norm: {type: layernorm, eps: 1e-6}
              position: {type: rope}
              mlp: {type: gelu, ratio: 4}
              init: {type: lecun}
            data: {source: bundled, context: 64, split: 0.02}
            optimizer: {type: adamw, betas: [0.9, 0.95], eps: 1e-8, weightDecay: 0.1, clip: {type: global-norm, max: 1}}
            schedule: {type: cosine, floor: 0}
            train: {batchSize: 16, threads: 1}
            probes: {set: none, everySteps: {attention: 10, output-logits: 10, gradient-norms: 10}}
            """;

    private static final Arms ARMS = new Arms("P40", BASE)
            .with("base")
            .with("qk-norm", "model.attention.score.type=qk-norm")
            .with("z-loss", "model.zLoss.type=log-z-squared", "model.zLoss.coefficient=1e-4")
            .together("qk-norm + z-loss", "qk-norm", "z-loss")
            .with("independent decay", "optimizer.independentDecay=true", "optimizer.weightDecay=1e-4")
            .with("warmup 1 %", "schedule.warmupSteps=2")
            .with("warmup 25 %", "schedule.warmupSteps=50")
            .with("eps 1e-6", "optimizer.eps=1e-6")
            .with("eps 1e-15", "optimizer.eps=1e-15")
            .with("muParam", "optimizer.groups=" + MuParam.groups(Size.SMALL.width()))
            .together("all", "qk-norm + z-loss", "independent decay")
            .together("all, wider", "all")
            .together("all, deeper", "all");

    /// A decoder with heads of 16.
    ///
    /// @param name  in the grid
    /// @param width of the residual stream
    /// @param depth blocks
    private record Size(String name, int width, int depth) {
        static final Size SMALL = new Size("32x2", 32, 2);
        static final Size FITTED = new Size("48x3", 48, 3);
        static final Size MIDDLE = new Size("64x4", 64, 4);
        static final Size LARGE = new Size("128x6", 128, 6);
        /// As many parameters as the middle one, by width or by depth alone.
        static final Size WIDE = new Size("96x2", 96, 2);

        static final Size DEEP = new Size("32x16", 32, 16);

        /// Parameters of the blocks.
        static double blocks(String name) {
            var sizes = name.split("x", -1);
            double width = Integer.parseInt(sizes[0]);
            return 12 * width * width * Integer.parseInt(sizes[1]);
        }
    }

    @Override
    public String id() {
        return "P40";
    }

    @Override
    public int version() {
        return 1;
    }

    @Override
    public Description description() {
        return new Description(
                List.of(
                        "Two instabilities of large models appear in small ones when the learning rate is high: attention"
                                + " logits that grow without bound, and output logits that drift away.",
                        "QK-norm normalises queries and keys per head, so that a logit cannot exceed sqrt(head width)"
                                + " times the learned scales.",
                        "z-loss adds 1e-4 (log Z)², which holds the normaliser of the output near 1.",
                        "Independent weight decay, longer warmup and a smaller epsilon each widen the range of rates that"
                                + " train; scaling depth narrows it more than scaling width.",
                        "LR sensitivity, the mean loss over a grid of rates above the best one, makes all of this one"
                                + " number, and the largest attention logit of small models foretells that of a larger one."),
                "Decoders with heads of 16 on bundled English text, byte by byte: 32 x 2 blocks, 64 x 4, 128 x 6, and 48 x 3"
                        + " for the extrapolation. 200 steps of 16 x 64 bytes, warmup 5 %, cosine to 0, peak rates 1e-3 to"
                        + " 3e-1, two seeds. A run that ends above its initial loss, or not at all, counts as its initial"
                        + " loss.",
                List.of(
                        "Models of 0.05 to 1.3 million parameters for 200 steps, instead of 2.4 million to 1.2 billion for"
                                + " 100,000; byte tokens of public-domain English instead of 32,101 pieces of web text.",
                        "The grid of rates is 1e-3, 1e-2, 3e-2, 1e-1, 3e-1: with so few steps, lower rates only train less.",
                        "The largest attention logit is taken at step 50 of 200 for the extrapolation, and the two smaller"
                                + " ablation sizes carry the ablations.",
                        "In 200 steps no rate of the grid makes a run worse than its beginning, as it does in the paper:"
                                + " sensitivity here is what high rates cost, and what the lowest rate has not learned yet,"
                                + " which no mitigation lowers.",
                        "Width against depth is tried with all mitigations on, at 221 and 197 thousand block parameters"
                                + " against 25 thousand."),
                """
                model:
                  attention:
                    score: {type: qk-norm, per: head}
                  zLoss: {type: log-z-squared, coefficient: 1e-4}
                optimizer:
                  type: adamw
                  independentDecay: true
                  weightDecay: 1e-4
                """,
                "i");
    }

    @Override
    public List<Trial<RunConfig>> trials(Scale scale) {
        return switch (scale) {
            case SMOKE -> sweep(Size.SMALL, List.of("base", "qk-norm"), List.of("1e-2", "1e-1"), 1, 30);
            case FULL -> grid(List.of("1e-3", "1e-2", "3e-2", "1e-1", "3e-1"), 2, 200);
            case EXTENDED -> grid(List.of("3e-4", "1e-3", "3e-3", "1e-2", "3e-2", "1e-1", "3e-1"), 3, 500);
        };
    }

    private static List<Trial<RunConfig>> grid(List<String> rates, int seeds, int steps) {
        var trials = new ArrayList<Trial<RunConfig>>();
        trials.addAll(sweep(Size.LARGE, List.of("base", "qk-norm", "all"), rates, seeds, steps));
        trials.addAll(sweep(Size.MIDDLE, List.of("base", "qk-norm", "z-loss", "all"), rates, seeds, steps));
        trials.addAll(sweep(Size.WIDE, List.of("all, wider"), rates, seeds, steps));
        trials.addAll(sweep(Size.DEEP, List.of("all, deeper"), rates, seeds, steps));
        var everywhere = ARMS.names().stream().filter(arm -> !arm.startsWith("all,")).toList();
        trials.addAll(sweep(Size.SMALL, everywhere, rates, seeds, steps));
        trials.addAll(sweep(Size.FITTED, List.of("base"), rates, seeds, steps));
        return trials;
    }

    private static List<Trial<RunConfig>> sweep(Size size, List<String> arms, List<String> rates, int seeds, int steps) {
        var sets = List.of(
                "model.width=" + size.width(),
                "model.depth=" + size.depth(),
                "model.heads=" + size.width() / HEAD_WIDTH,
                "train.steps=" + steps);
        return ARMS.sweep(arms, rates, seeds, sets, SIZE, size.name());
    }

    @Override
    public Measurements run(RunConfig config, Workshop workshop) {
        return Training.of(config, workshop, MAX_LOGIT, MAX_LOGIT_ANY, LOG_Z, MLP_GRADIENT);
    }

    @Override
    public List<Claim> claims(Results results) {
        var large = new LrSweep(results.with(SIZE, Size.LARGE.name()));
        return List.of(
                Claim.above(
                        "i",
                        "at the largest size QK-norm lowers LR sensitivity (base minus QK-norm)",
                        large.gain("base", "qk-norm"),
                        0),
                Claim.below(
                        "ii",
                        "at the largest size all mitigations together leave less than half of it (their sensitivity minus"
                                + " half of the base's)",
                        moreThanHalf(large),
                        0),
                Claim.above(
                        "iii",
                        "z-loss lowers |log Z| at the end at the two highest rates (base minus z-loss)",
                        normaliser(results.with(SIZE, Size.MIDDLE.name())),
                        0),
                Claim.above(
                        "iv",
                        "sensitivity rises faster a doubling of the parameters by depth than by width (difference of the"
                                + " slopes)",
                        depthAgainstWidth(results),
                        0),
                Claim.below(
                        "v",
                        "the largest attention logit of the largest size is foretold by a quadratic through three smaller"
                                + " ones (mean error over the rates, decades)",
                        extrapolation(results.arm("base"), Extrapolation::meanError),
                        0.5),
                Claim.below(
                        "v-line",
                        "the same by a straight line, which three sizes can bear (mean error over the rates, decades; not"
                                + " part of the rule)",
                        extrapolation(results.arm("base"), Extrapolation::meanErrorOfLine),
                        0.5));
    }

    private static Estimate moreThanHalf(LrSweep sweep) {
        var half = sweep.values("base");
        for (var i = 0; i < half.length; i++) {
            half[i] /= 2;
        }
        return Estimate.difference(sweep.values("all"), half);
    }

    private static Estimate normaliser(Results results) {
        var left = new ArrayList<Double>();
        var right = new ArrayList<Double>();
        var rates = results.levels(LrSweep.LR);
        for (var rate : rates.subList(Math.max(0, rates.size() - 2), rates.size())) {
            for (var seed : results.seeds()) {
                var at = results.with(LrSweep.LR, rate).seed(seed);
                var base = at.arm("base").first();
                var zLoss = at.arm("z-loss").first();
                if (base.isPresent() && zLoss.isPresent()) {
                    left.add(Math.abs(Extrapolation.last(base.get().measured().row(LOG_Z))));
                    right.add(Math.abs(Extrapolation.last(zLoss.get().measured().row(LOG_Z))));
                }
            }
        }
        return Estimate.difference(
                left.stream().mapToDouble(Double::doubleValue).toArray(),
                right.stream().mapToDouble(Double::doubleValue).toArray());
    }

    private static Estimate depthAgainstWidth(Results results) {
        var small = new LrSweep(results.with(SIZE, Size.SMALL.name())).values("all");
        var wide = slopes(new LrSweep(results).values("all, wider"), small, Size.WIDE);
        var deep = slopes(new LrSweep(results).values("all, deeper"), small, Size.DEEP);
        return Estimate.difference(deep, wide);
    }

    /// Rise of the sensitivity a doubling of the parameters of the blocks, by seed.
    private static double[] slopes(double[] large, double[] small, Size size) {
        if (large.length != small.length) {
            return new double[0];
        }
        var doublings = Math.log(Size.blocks(size.name()) / Size.blocks(Size.SMALL.name())) / Math.log(2);
        var slopes = new double[large.length];
        for (var i = 0; i < slopes.length; i++) {
            slopes[i] = (large[i] - small[i]) / doublings;
        }
        return slopes;
    }

    private static Estimate extrapolation(Results base, ToDoubleFunction<Extrapolation> error) {
        var errors = new ArrayList<Double>();
        for (var seed : base.seeds()) {
            Extrapolation.of(base.seed(seed), PROBE_EVERY).ifPresent(each -> errors.add(error.applyAsDouble(each)));
        }
        return Estimate.mean(errors.stream().mapToDouble(Double::doubleValue).toArray());
    }

    @Override
    public Verdict.Rule rule() {
        return new Verdict.Rule(
                Condition.all("i", "ii").and(Condition.atLeast(1, "iii", "iv", "v")), Condition.all("i"));
    }

    @Override
    public List<Exhibit> exhibits(Results results) {
        var exhibits = new ArrayList<Exhibit>();
        for (var size : List.of(Size.LARGE, Size.MIDDLE, Size.SMALL)) {
            var sweep = new LrSweep(results.with(SIZE, size.name()));
            if (sweep.results().isEmpty()) {
                continue;
            }
            var arms = sweep.results().arms();
            exhibits.add(new Exhibit.Figure(
                    "lr-" + size.name(),
                    "Held-out loss over the peak learning rate at " + size.name() + ": mean and range over seeds.",
                    sweep.chart("Width x depth " + size.name(), "loss after training, by peak learning rate",
                            arms.size() > 4 ? List.of("base", "qk-norm + z-loss", "muParam", "all") : arms)));
            exhibits.add(sweep.table("All arms at " + size.name() + "."));
        }
        Extrapolation.of(results.arm("base"), PROBE_EVERY).ifPresent(each -> exhibits.add(new Exhibit.Figure(
                "max-logit",
                "The largest attention logit of the first block at step " + Extrapolation.STEP
                        + " against the parameters of the blocks, and what the three smaller sizes foretell of the largest.",
                each.chart())));
        return exhibits;
    }

    /// Parameters of the blocks of a size of the grid.
    static double parameters(String size) {
        return Size.blocks(size);
    }
}
