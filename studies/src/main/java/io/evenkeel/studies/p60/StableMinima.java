package io.evenkeel.studies.p60;

import io.evenkeel.plot.Axis;
import io.evenkeel.plot.Chart;
import io.evenkeel.random.RandomStream;
import io.evenkeel.random.RandomStreams;
import io.evenkeel.statistic.KendallTau;
import io.evenkeel.study.Claim;
import io.evenkeel.study.Description;
import io.evenkeel.study.Estimate;
import io.evenkeel.study.Exhibit;
import io.evenkeel.study.Measurements;
import io.evenkeel.study.Result;
import io.evenkeel.study.Results;
import io.evenkeel.study.Scale;
import io.evenkeel.study.Study;
import io.evenkeel.study.Trial;
import io.evenkeel.study.Verdict;
import io.evenkeel.study.Verdict.Condition;
import io.evenkeel.study.Workshop;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// At which minima stochastic gradient descent can stay: thresholds against simulation, and where it ends on two small models.
///
/// @paper P60
public final class StableMinima implements Study<StableMinima.Config> {
    private static final String PART = "part";
    private static final String LINEAR = "linear";
    private static final String DIAGONAL = "diagonal network";
    private static final String RELU = "ReLU network";
    private static final String RATE = "rate";
    private static final String SGD = "sgd, 1 example";
    private static final String SGD4 = "sgd, 4 examples";
    private static final String GD = "all examples";
    private static final String SMALLEST = "0.002";
    private static final String LARGE = "0.08";

    /// @param part what is done
    /// @param seed of examples, parameters and batches
    public record Config(Part part, long seed) {}

    /// The parts.
    public sealed interface Part permits Linear, Diagonal, Relu {}

    /// Thresholds at random interpolating minima.
    ///
    /// @param n            examples
    /// @param d            parameters
    /// @param batch        examples of a step; 0 for all
    /// @param trajectories simulated
    /// @param steps        of each
    public record Linear(int n, int d, int batch, int trajectories, int steps) implements Part {}

    /// Sparse regression with a diagonal network.
    ///
    /// @param rate        learning rate
    /// @param batch       examples of a step; 0 for all
    /// @param evaluations gradients of single examples
    public record Diagonal(double rate, int batch, int evaluations) implements Part {}

    /// A ReLU network that learns a smaller one.
    ///
    /// @param rate  learning rate
    /// @param batch examples of a step; 0 for all
    /// @param steps updates
    public record Relu(double rate, int batch, int steps) implements Part {}

    @Override
    public String id() {
        return "P60";
    }

    @Override
    public int version() {
        return 2;
    }

    @Override
    public Description description() {
        return new Description(
                List.of(
                        "At a minimum without residuals the Hessian is the mean of g g^T. Descent on all examples stays where its largest"
                                + " eigenvalue is at most 2 over the learning rate.",
                        "With single examples the second moment of the distance follows a linear map of its own; staying asks for a trace of"
                                + " at most 2 over the rate.",
                        "In a diagonal network the trace is at least twice the l1 norm of the weights, in a two-layer ReLU network it bounds"
                                + " the path norm.",
                        "So minima at which SGD can stay are simple ones, and the simpler the larger the rate.",
                        "The probe hessian-trace reads the trace of a training run; half of it times the rate is the quantity here."),
                "Double precision throughout. Linear: random minima of 8 and 32 examples with 4 and 16 parameters, batches of 1, 2, 8 and"
                        + " all; 2000 resampled trajectories of 300 steps. Diagonal network: 30 examples of 60 entries, 3 of them"
                        + " relevant, from 0.5; 40,000 gradients, rates 0.002 to 0.1, to 0.8 with all examples. ReLU network: 100 units,"
                        + " 60 examples of 10 entries, a teacher of two units, 20,000 steps, 5000 with all examples. Ten seeds of each.",
                List.of(
                        "Rank correlation is Kendall's, by bootstrap over runs, not Spearman's.",
                        "The network and its teacher have no biases, and the teacher's units have opposite signs.",
                        "Runs that end with a loss below 1e-3 count as converged; most do not reach 1e-6 at the larger rates."),
                """
                probes: {everySteps: {hessian-trace: 100}}
                """,
                "i-sgd");
    }

    @Override
    public List<Trial<Config>> trials(Scale scale) {
        var trials = new ArrayList<Trial<Config>>();
        switch (scale) {
            case SMOKE -> {
                add(trials, LINEAR, "n 8, d 4", "1", new Linear(8, 4, 1, 200, 60), 1);
                add(trials, DIAGONAL, SGD, "0.08", new Diagonal(0.08, 1, 2000), 1);
                add(trials, RELU, SGD, "0.02", new Relu(0.02, 1, 300), 1);
            }
            case FULL -> grid(trials, 10, 1);
            case EXTENDED -> grid(trials, 30, 5);
        }
        return trials;
    }

    private static void grid(List<Trial<Config>> trials, int seeds, int longer) {
        for (var n : new int[] {8, 32}) {
            for (var d : new int[] {4, 16}) {
                for (var batch : new int[] {1, 2, 8, 0}) {
                    add(
                            trials,
                            LINEAR,
                            "n " + n + ", d " + d,
                            batch == 0 ? "all" : Integer.toString(batch),
                            new Linear(n, d, batch, 2000, 300),
                            1);
                }
            }
        }
        for (var rate : List.of(SMALLEST, "0.01", "0.02", "0.04", "0.06", LARGE, "0.1")) {
            add(trials, DIAGONAL, SGD, rate, new Diagonal(Double.parseDouble(rate), 1, longer * 40_000), seeds);
        }
        for (var rate : List.of(SMALLEST, "0.01", "0.02", "0.04", "0.06", LARGE, "0.1", "0.12", "0.2", "0.3", "0.5", "0.8")) {
            add(trials, DIAGONAL, GD, rate, new Diagonal(Double.parseDouble(rate), 0, longer * 40_000), seeds);
        }
        for (var rate : List.of(SMALLEST, "0.005", "0.01", "0.02", "0.03", "0.05", LARGE, "0.12")) {
            add(trials, RELU, SGD, rate, new Relu(Double.parseDouble(rate), 1, longer * 20_000), seeds);
            add(trials, RELU, SGD4, rate, new Relu(Double.parseDouble(rate), 4, longer * 20_000), seeds);
            add(trials, RELU, GD, rate, new Relu(Double.parseDouble(rate), 0, longer * 5000), seeds);
        }
    }

    private static void add(List<Trial<Config>> trials, String part, String arm, String rate, Part what, int seeds) {
        for (var seed = 1L; seed <= seeds; seed++) {
            trials.add(Trial.of(arm, seed, new Config(what, seed), PART, part, part.equals(LINEAR) ? "batch" : RATE, rate));
        }
    }

    @Override
    public Measurements run(Config config, Workshop workshop) {
        var streams = new RandomStreams(config.seed());
        return switch (config.part()) {
            case Linear linear -> thresholds(linear, streams.stream("gradients"), config.seed());
            case Diagonal part -> {
                var model = new DiagonalNet(60, 30, 3, 0.5, streams.stream("examples"));
                var steps = part.batch() == 0 ? part.evaluations() / model.examples() : part.evaluations() / part.batch();
                yield new Descent(model, part.rate(), part.batch(), streams.stream("batches")).run(steps);
            }
            case Relu part -> {
                var model = new ReluNet(100, 10, 60, streams.stream("examples"));
                yield new Descent(model, part.rate(), part.batch(), streams.stream("batches")).run(part.steps());
            }
        };
    }

    private static Measurements thresholds(Linear part, RandomStream random, long seed) {
        var gradients = new double[part.n()][part.d()];
        for (var g : gradients) {
            Arrays.setAll(g, _ -> random.nextGaussian());
        }
        var minimum = LinearNoise.spanning(gradients);
        var theory = minimum.criticalRate(part.batch() == 0 ? Double.POSITIVE_INFINITY : part.batch());
        return new Measurements()
                .put("theory", theory)
                .put(
                        "simulated",
                        part.batch() == 0
                                ? 2 / minimum.sharpness()
                                : minimum.simulatedRate(part.batch(), part.trajectories(), part.steps(), seed))
                .put("trace_bound", 2 / minimum.trace())
                .put("sharpness_bound", 2 / minimum.sharpness());
    }

    private static List<Result> converged(Results results) {
        return results.where(run -> run.measured().number("converged") > 0).all();
    }

    @Override
    public List<Claim> claims(Results all) {
        var linear = all.with(PART, LINEAR);
        var sgd = all.with(PART, DIAGONAL).arm(SGD);
        var gd = all.with(PART, DIAGONAL).arm(GD);
        var settled = converged(sgd);
        var within = settled.stream().filter(run -> run.measured().number("trace_edge") <= 1.05).count();
        var beyond = converged(gd).stream()
                .filter(run -> run.measured().number("trace_edge") > 1.05
                        && run.measured().number("sharpness_edge") <= 1.02
                        && run.measured().number("stays") > 0)
                .count();
        var off = linear.all().stream()
                .mapToDouble(run -> Math.abs(run.measured().number("simulated") / run.measured().number("theory") - 1))
                .max();
        return List.of(
                Claim.above(
                        "i-sgd",
                        "diagonal network: where SGD with single examples converges, half the rate times the trace is at most 1.05 (share"
                                + " of converged runs)",
                        settled.isEmpty() ? Estimate.NONE : Estimate.exact(within / (double) settled.size()),
                        0.949),
                Claim.above(
                        "i-gd",
                        "while descent on all examples stays at minima beyond that (converged runs that stay, with half the rate times the"
                                + " largest eigenvalue at most 1.02)",
                        gd.isEmpty() ? Estimate.NONE : Estimate.exact(beyond),
                        0.5),
                Claim.below(
                        "ii",
                        "the larger the rate of SGD, the smaller the trace at which it ends (Kendall's tau over converged runs)",
                        correlation(settled),
                        0),
                Claim.above(
                        "iii-gd",
                        "at a rate of 0.08 SGD makes smaller errors where it was not trained than descent on all examples (all minus single)",
                        Estimate.difference(errors(gd, LARGE), errors(sgd, LARGE)),
                        0),
                Claim.above(
                        "iii-small",
                        "and smaller ones than SGD at 0.002 (small minus large rate)",
                        Estimate.difference(errors(sgd, SMALLEST), errors(sgd, LARGE)),
                        0),
                Claim.below(
                        "iv",
                        "at random linear minima the rate at which simulated distances grow is within 3 % of where the map of second moments"
                                + " has radius one (greatest deviation)",
                        off.isPresent() ? Estimate.exact(off.getAsDouble()) : Estimate.NONE,
                        0.03));
    }

    private static Estimate correlation(List<Result> runs) {
        if (runs.size() < 3) {
            return Estimate.NONE;
        }
        var rates = runs.stream().mapToDouble(run -> Double.parseDouble(run.factors().getOrDefault(RATE, "0"))).toArray();
        var traces = runs.stream().mapToDouble(run -> run.measured().number("trace")).toArray();
        return Estimate.bootstrap(runs.size(), drawn -> KendallTau.of(
                        Arrays.stream(drawn).mapToDouble(i -> rates[i]).toArray(),
                        Arrays.stream(drawn).mapToDouble(i -> traces[i]).toArray())
                .tau());
    }

    /// Errors by seed; NaN where a run diverged.
    private static double[] errors(Results arm, String rate) {
        return arm.with(RATE, rate).all().stream()
                .mapToDouble(run -> run.measured().has("error") ? run.measured().number("error") : Double.NaN)
                .toArray();
    }

    @Override
    public Verdict.Rule rule() {
        return new Verdict.Rule(
                Condition.all("i-sgd", "i-gd", "ii", "iii-gd", "iii-small", "iv"), Condition.all("i-sgd", "i-gd", "iv"));
    }

    @Override
    public List<Exhibit> exhibits(Results all) {
        var exhibits = new ArrayList<Exhibit>();
        exhibits.add(new Exhibit.Table(
                "Linear minima: the largest stable learning rate.",
                List.of("minimum", "batch", "second moments", "simulated", "2 / trace", "2 / largest eigenvalue"),
                all.with(PART, LINEAR).all().stream()
                        .map(run -> List.of(
                                run.arm(),
                                run.factors().getOrDefault("batch", ""),
                                Estimate.exact(run.measured().number("theory")).text(),
                                Estimate.exact(run.measured().number("simulated")).text(),
                                Estimate.exact(run.measured().number("trace_bound")).text(),
                                Estimate.exact(run.measured().number("sharpness_bound")).text()))
                        .toList()));
        for (var part : List.of(DIAGONAL, RELU)) {
            var runs = all.with(PART, part);
            if (!runs.isEmpty()) {
                var slug = part.substring(0, part.indexOf(' ')).toLowerCase(Locale.ROOT);
                exhibits.add(new Exhibit.Figure(
                        slug + "-edge",
                        "The " + part + ": half the learning rate times the trace of the Hessian, mean of converged runs; SGD with single examples"
                                + " cannot stay above 1.",
                        chart(runs, part + ": at the edge", "rate x trace / 2", "trace_edge")));
                exhibits.add(new Exhibit.Figure(
                        slug + "-error", "The " + part + ": error where it was not trained, mean of converged runs.", chart(runs, part + ": error", "test error", "error")));
                exhibits.add(table(part, runs));
            }
        }
        return exhibits;
    }

    private static Chart chart(Results runs, String title, String subtitle, String number) {
        var chart = Chart.titled(title).subtitle(subtitle).x(Axis.log("learning rate")).y(Axis.linear(subtitle));
        for (var arm : runs.arms()) {
            var settled = new Results(converged(runs.arm(arm)));
            var rates = settled.levels(RATE);
            if (!rates.isEmpty()) {
                chart = chart.line(
                        arm,
                        rates.stream().mapToDouble(Double::parseDouble).toArray(),
                        rates.stream()
                                .mapToDouble(rate -> Estimate.mean(settled.with(RATE, rate).numbers(number)).value())
                                .toArray());
            }
        }
        return chart;
    }

    private static Exhibit.Table table(String part, Results runs) {
        var rows = new ArrayList<List<String>>();
        for (var arm : runs.arms()) {
            for (var rate : runs.arm(arm).levels(RATE)) {
                var here = runs.arm(arm).with(RATE, rate);
                var settled = new Results(converged(here));
                var row = new ArrayList<>(List.of(arm, rate, settled.all().size() + " of " + here.all().size()));
                for (var number : List.of("trace", "trace_edge", "sharpness_edge", "norm", "error")) {
                    row.add(settled.isEmpty() ? "" : Estimate.mean(settled.numbers(number)).text());
                }
                rows.add(row);
            }
        }
        return new Exhibit.Table(
                "The " + part + ": means of converged runs.",
                List.of("batch", "rate", "converged", "trace", "rate x trace / 2", "rate x largest / 2", "norm", "test error"),
                rows);
    }
}
