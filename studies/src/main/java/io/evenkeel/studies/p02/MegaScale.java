package io.evenkeel.studies.p02;

import io.evenkeel.plot.Axis;
import io.evenkeel.plot.Chart;
import io.evenkeel.simulate.Faults;
import io.evenkeel.simulate.Interval;
import io.evenkeel.simulate.Policy;
import io.evenkeel.simulate.Simulation;
import io.evenkeel.simulate.Sweep;
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
import io.evenkeel.train.RunConfig;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.LongStream;

/// The algorithm changes, jobs under faults, and jobs of up to 12,288 workers by simulation.
///
/// @paper P02
public final class MegaScale implements Study<MegaScale.Config> {
    private static final String PART = "part";
    private static final String ALGORITHM = "algorithm";
    private static final String FAULTS = "faults";
    private static final String SIMULATION = "simulation";
    private static final String BASELINE = "serial, full attention";
    private static final String FAST = "parallel block + window";
    private static final String ADAMW_LARGE = "adamw, 4 x batch";
    private static final String LAMB_LARGE = "lamb, 4 x batch";
    private static final double NOT_WORSE = 0.08;
    private static final double YOUNG_MARGIN = 0.02;

    private static final String BASE = """
            model: {width: 96, depth: 3, heads: 4}
            data: {source: bundled, context: 128, split: 0.02}
            optimizer: {type: adamw, lr: 3e-3, betas: [0.9, 0.95], weightDecay: 0.1, clip: {type: global-norm, max: 1}}
            schedule: {type: cosine, floor: 0.1}
            train: {steps: 195, batchSize: 16, threads: 1}
            probes: {set: none}
            """;

    private static final String LAMB = "optimizer={type: lamb, betas: [0.9, 0.999], eps: 1e-6, weightDecay: 0.01}";

    private static final Arms ARMS = new Arms("P02", BASE)
            .with(BASELINE)
            .with("parallel block", "model.block=parallel")
            .with("window of 32", "model.attention.mask={type: sliding-window, window: 32}")
            .together(FAST, "parallel block", "window of 32")
            .with(ADAMW_LARGE, "train.batchSize=64", "train.steps=49")
            .with(LAMB_LARGE, LAMB, "train.batchSize=64", "train.steps=49")
            .together("parallel block + window, lamb, 4 x batch", FAST, LAMB_LARGE)
            .with("job", "model.width=32", "model.depth=1", "data.context=32", "train.batchSize=4", "train.accumulate=4",
                    "train.steps=60");

    /// @param part of the study
    public record Config(Part part) {}

    /// The parts.
    public sealed interface Part permits Algorithm, Job, Simulated {}

    /// @param run what is trained
    public record Algorithm(RunConfig run) implements Part {}

    /// @param run    what the job trains
    /// @param policy how faults are dealt with
    /// @param seed   of the faults
    public record Job(RunConfig run, FaultyJob.Policy policy, long seed) implements Part {}

    /// @param workers numbers of workers
    /// @param seeds   jobs each
    public record Simulated(List<Integer> workers, int seeds) implements Part {}

    @Override
    public String id() {
        return "P02";
    }

    @Override
    public int version() {
        return 1;
    }

    @Override
    public Description description() {
        return new Description(
                List.of(
                        "Attention and MLP read the same normalised stream beside each other, and attention sees a window: faster"
                                + " steps that are to converge as well.",
                        "LAMB scales each tensor's update to the norm of its weights, so that the batch can be four times as large"
                                + " and the pipeline stands idle less.",
                        "A driver hears heartbeats; what falls silent is found in seconds, tested, replaced, and the job resumes.",
                        "Checkpoints stop training only while they are copied; they are written while it goes on.",
                        "Workers that are slower than the median for long are taken out."),
                "Algorithm: decoders of width 96 with 3 blocks on bundled English text, byte by byte, 0.4 million tokens, three"
                        + " seeds; at four times the batch AdamW and LAMB each at the better of two rates. Faults: a job of four"
                        + " workers and 60 steps that trains for real under crashes, hangs, gradients that are not a number, slow"
                        + " workers and torn checkpoints, ten fault seeds, on a clock that counts a step as a minute. Simulation:"
                        + " thirty days of 8 to 12,288 workers by events.",
                List.of(
                        "0.3 million parameters instead of 13 to 175 billion; the speed of the changed block is a matter of its"
                                + " hardware and is not claimed.",
                        "Time in the faulty job is counted, not waited for, so that a trial repeats to the bit: heartbeats are seen"
                                + " after 1 minute, a time-out or a person after 20, a synchronous checkpoint stops for 1, a"
                                + " two-stage one for 0.1. Real processes that are killed, hang and tear files are in"
                                + " evenkeel gauntlet.",
                        "Three checkpoints are kept. Those of every fourth step are all poisoned before a person sees, after 20"
                                + " minutes, that the loss is not a number, and the job starts from nothing: frequent checkpoints"
                                + " alone lose more than they save (claim B-lost), which is why the guard keeps the last healthy one.",
                        "A worker is a micro-batch of an accumulated step, which adds in the order of the workers.",
                        "Overlapped communication and start-up without barriers need a cluster and are left out; the idle share of"
                                + " a pipeline is calculated."),
                """
                model:
                  block: parallel
                  attention:
                    mask: {type: sliding-window, window: 64}
                optimizer: {type: lamb, lr: 3e-2, betas: [0.9, 0.999], eps: 1e-6, weightDecay: 0.01}
                """,
                "B-ettr");
    }

    @Override
    public List<Trial<Config>> trials(Scale scale) {
        return switch (scale) {
            case SMOKE -> {
                var trials = new ArrayList<Trial<Config>>();
                algorithm(trials, FAST, List.of("3e-3"), 1, "train.steps=10");
                for (var policy : FaultyJob.Policy.values()) {
                    job(trials, policy, 1);
                }
                trials.add(simulated(List.of(8, 64), 3));
                yield trials;
            }
            case FULL -> grid(3, 10, 20);
            case EXTENDED -> grid(8, 40, 40);
        };
    }

    private static List<Trial<Config>> grid(int seeds, int faultSeeds, int simulated) {
        var trials = new ArrayList<Trial<Config>>();
        for (var arm : List.of(BASELINE, "parallel block", "window of 32", FAST)) {
            algorithm(trials, arm, List.of("3e-3"), seeds);
        }
        algorithm(trials, ADAMW_LARGE, List.of("3e-3", "6e-3"), seeds);
        algorithm(trials, LAMB_LARGE, List.of("3e-2", "6e-2"), seeds);
        algorithm(trials, "parallel block + window, lamb, 4 x batch", List.of("3e-2"), seeds);
        for (var policy : FaultyJob.Policy.values()) {
            for (var seed = 1L; seed <= faultSeeds; seed++) {
                job(trials, policy, seed);
            }
        }
        trials.add(simulated(List.of(8, 64, 512, 2048, 12_288), simulated));
        return trials;
    }

    private static void algorithm(List<Trial<Config>> trials, String arm, List<String> rates, int seeds, String... more) {
        for (var trial : ARMS.sweep(List.of(arm), rates, seeds, List.of(more), PART, ALGORITHM)) {
            trials.add(new Trial<>(trial.arm(), trial.factors(), trial.seed(), new Config(new Algorithm(trial.config()))));
        }
    }

    private static void job(List<Trial<Config>> trials, FaultyJob.Policy policy, long seed) {
        trials.add(Trial.of(name(policy), seed, new Config(new Job(ARMS.config("job", List.of()), policy, seed)), PART, FAULTS));
    }

    private static String name(FaultyJob.Policy policy) {
        return switch (policy) {
            case NONE -> "time-out";
            case HEARTBEAT -> "heartbeat";
            case TWO_STAGE -> "heartbeat + two-stage";
            case FULL -> "all";
        };
    }

    private static Trial<Config> simulated(List<Integer> workers, int seeds) {
        return Trial.of("12,288 workers", 1, new Config(new Simulated(workers, seeds)), PART, SIMULATION);
    }

    @Override
    public Measurements run(Config config, Workshop workshop) {
        return switch (config.part()) {
            case Algorithm algorithm -> Training.of(algorithm.run(), workshop);
            case Job job -> FaultyJob.run(job.run(), job.policy(), job.seed(), workshop.cache());
            case Simulated simulated -> simulate(simulated);
        };
    }

    private static Measurements simulate(Simulated simulated) {
        var measured = new Measurements();
        var usual = Sweep.Config.defaults();
        var policies = List.of(Policy.person(), Policy.twoStage(), Policy.guardedSpares());
        for (var row : Sweep.run(new Sweep.Config(usual.base(), simulated.workers(), policies, simulated.seeds(), 1))) {
            var name = row.policy() + "/" + row.workers();
            measured.put(name, row.ratio().mean())
                    .put(name + "/low", row.ratio().low())
                    .put(name + "/high", row.ratio().high());
        }
        for (var workers : simulated.workers()) {
            var job = crashes(workers);
            var ratios = LongStream.rangeClosed(1, simulated.seeds())
                    .mapToDouble(seed -> Simulation.run(job, seed).ratio())
                    .toArray();
            var mtbf = job.faults().mtbfSeconds() / workers;
            var interval = job.intervalSteps() * job.stepSeconds();
            var down = job.policy().crashSeconds() + job.costs().diagnosisSeconds() + job.costs().restartSeconds()
                    + job.costs().loadSeconds();
            measured.put("young/" + workers, Arrays.stream(ratios).average().orElseThrow())
                    .put("young/" + workers + "/expected", Interval.expectedRatio(interval, job.checkpointSeconds(), down, mtbf));
        }
        return measured;
    }

    /// Crashes only, seen and answered by a machine, with checkpoints at Young's interval: what the formula is about, as
    /// long as there are spare workers.
    private static Simulation.Config crashes(int workers) {
        var usual = Simulation.Config.defaults().workers(workers);
        return usual.faults(Faults.crashesOnly(usual.faults().mtbfSeconds()))
                .policy(Policy.heartbeat().interval(new Interval.Young()));
    }

    @Override
    public List<Claim> claims(Results results) {
        var algorithm = results.with(PART, ALGORITHM);
        var faults = results.with(PART, FAULTS);
        var simulated = results.with(PART, SIMULATION).first();
        return List.of(
                Claim.within(
                        "A-block",
                        "parallel block and window end where the serial block with full attention does (held-out loss, changed"
                                + " minus usual; margin 0.08)",
                        Pairs.difference(algorithm, FAST, BASELINE, run -> run.number(Training.FINAL)),
                        NOT_WORSE),
                Claim.below(
                        "A-lamb",
                        "at four times the batch LAMB is not worse than AdamW by more than 0.02 nats, each at its better rate"
                                + " (LAMB minus AdamW)",
                        Estimate.difference(
                                new LrSweep(algorithm).atBest(LAMB_LARGE), new LrSweep(algorithm).atBest(ADAMW_LARGE)),
                        0.02),
                Claim.above(
                        "B-ettr",
                        "all measures together give more effective training time than heartbeats with two-stage checkpoints"
                                + " (difference of the ratios)",
                        Pairs.difference(faults, "all", "heartbeat + two-stage", run -> run.number("ettr")),
                        0),
                Claim.above(
                        "B-two-stage",
                        "and these more than a time-out with the last checkpoint",
                        Pairs.difference(faults, "heartbeat + two-stage", "time-out", run -> run.number("ettr")),
                        0),
                Claim.below(
                        "B-detect",
                        "faults are seen in less than 0.3 of the time (minutes with all minus 0.3 of those with a time-out)",
                        Pairs.difference(
                                scaled(faults), "all", "time-out", run -> run.number("detect_scaled")),
                        0),
                Claim.below(
                        "B-lost",
                        "two-stage checkpoints lose fewer steps a fault than synchronous ones (two-stage minus time-out)",
                        Pairs.difference(faults, "heartbeat + two-stage", "time-out", run -> run.number("lost")),
                        0),
                Claim.above(
                        "B-bits",
                        "after all recoveries the weights have the bits of the run without faults (share of the runs)",
                        faults.isEmpty()
                                ? Estimate.NONE
                                : Estimate.exact(Estimate.mean(faults.numbers("identical")).value()),
                        0.999),
                Claim.above(
                        "C-ettr",
                        "12,288 guarded workers spend more than 90 % of their time on training that survives (simulated)",
                        simulated.map(run -> ratio(run.measured(), Policy.guardedSpares().name() + "/12288")).orElse(Estimate.NONE),
                        0.9),
                Claim.within(
                        "C-young",
                        "with crashes only the simulation agrees with the renewal formula at Young's interval (largest"
                                + " difference; margin 0.02)",
                        simulated.map(run -> Estimate.exact(young(run.measured()))).orElse(Estimate.NONE),
                        YOUNG_MARGIN));
    }

    private static Estimate ratio(Measurements measured, String name) {
        return measured.has(name)
                ? new Estimate(measured.number(name), measured.number(name + "/low"), measured.number(name + "/high"), 20)
                : Estimate.NONE;
    }

    private static double young(Measurements measured) {
        return measured.numbers().keySet().stream()
                .filter(name -> name.endsWith("/expected"))
                .mapToDouble(name -> Math.abs(
                        measured.number(name) - measured.number(name.substring(0, name.length() - "/expected".length()))))
                .max()
                .orElse(Double.NaN);
    }

    /// Detection times, those of a time-out at 0.3 of what they are.
    private static Results scaled(Results faults) {
        return new Results(faults.all().stream()
                .map(run -> new Result(
                        run.arm(),
                        run.factors(),
                        run.seed(),
                        run.key(),
                        run.seconds(),
                        new Measurements()
                                .put("detect_scaled", run.measured().number("detect") * (run.arm().equals("time-out") ? 0.3 : 1))))
                .toList());
    }

    @Override
    public Verdict.Rule rule() {
        var a = Condition.all("A-block", "A-lamb");
        var b = Condition.all("B-ettr", "B-two-stage", "B-detect", "B-lost", "B-bits");
        var c = Condition.all("C-ettr", "C-young");
        return new Verdict.Rule(a.and(b).and(c), b.and(a.or(c)));
    }

    @Override
    public List<Exhibit> exhibits(Results results) {
        var exhibits = new ArrayList<Exhibit>();
        exhibits.add(algorithms(results.with(PART, ALGORITHM)));
        exhibits.add(jobs(results.with(PART, FAULTS)));
        results.with(PART, SIMULATION).first().ifPresent(run -> exhibits.add(new Exhibit.Figure(
                "workers",
                "Effective training-time ratio of simulated jobs over the number of workers, with 95 % intervals.",
                chart(run.measured()))));
        exhibits.add(new Exhibit.Table(
                "Idle time of a pipeline of 8 stages.",
                List.of("", ""),
                List.of(
                        List.of("8 micro-batches, share of the ideal time", Double.toString(Pipeline.bubble(8, 1, 8))),
                        List.of("32 micro-batches", Double.toString(Pipeline.bubble(8, 1, 32))),
                        List.of("saved by four times the batch, plain accounting", Double.toString(Pipeline.savedByFourTimesTheBatch())),
                        List.of(
                                "saved, as the quotient of the paper's expressions (it states 0.875)",
                                Double.toString(Pipeline.savedByThePapersExpressions())))));
        return exhibits;
    }

    private static Exhibit.Table algorithms(Results results) {
        var rows = new ArrayList<List<String>>();
        for (var arm : results.arms()) {
            for (var rate : results.arm(arm).levels(LrSweep.LR)) {
                var runs = results.arm(arm).with(LrSweep.LR, rate);
                rows.add(List.of(arm, rate, Estimate.mean(runs.numbers(Training.FINAL)).text()));
            }
        }
        return new Exhibit.Table("Held-out loss after 0.4 million tokens, nats.", List.of("arm", "lr", "loss"), rows);
    }

    private static Exhibit.Table jobs(Results results) {
        var rows = new ArrayList<List<String>>();
        for (var arm : results.arms()) {
            var row = new ArrayList<>(List.of(arm));
            for (var name : List.of("ettr", "detect", "lost", "faults", "minutes", "identical")) {
                row.add(Estimate.mean(results.arm(arm).numbers(name)).text());
            }
            rows.add(row);
        }
        return new Exhibit.Table(
                "A job of 60 steps under faults, means over fault seeds.",
                List.of("policy", "effective time ratio", "minutes to detect", "steps lost a fault", "faults", "minutes", "same bits"),
                rows);
    }

    private static Chart chart(Measurements measured) {
        var chart = Chart.titled("Thirty days of training").x(Axis.log("workers")).y(Axis.percent("effective training-time ratio"));
        for (var policy : List.of(Policy.person(), Policy.twoStage(), Policy.guardedSpares())) {
            var workers = DoubleStream.of(8, 64, 512, 2048, 12_288)
                    .filter(n -> measured.has(policy.name() + "/" + (int) n))
                    .toArray();
            chart = chart.band(policy.name(), workers, numbers(measured, policy, workers, "/low"), numbers(measured, policy, workers, "/high"))
                    .line(policy.name(), workers, numbers(measured, policy, workers, ""));
        }
        return chart;
    }

    private static double[] numbers(Measurements measured, Policy policy, double[] workers, String which) {
        return DoubleStream.of(workers).map(n -> measured.number(policy.name() + "/" + (int) n + which)).toArray();
    }
}
