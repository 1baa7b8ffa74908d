package io.evenkeel.studies.p13;

import io.evenkeel.config.ConfigReader;
import io.evenkeel.optim.OptimizerConfig;
import io.evenkeel.plot.Axis;
import io.evenkeel.plot.Chart;
import io.evenkeel.random.RandomStream;
import io.evenkeel.random.RandomStreams;
import io.evenkeel.study.Claim;
import io.evenkeel.study.Description;
import io.evenkeel.study.Estimate;
import io.evenkeel.study.Exhibit;
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

/// A model of two modules in turns against one module, once or again and again, on puzzles.
///
/// @paper P13
public final class HierarchicalReasoning implements Study<HierarchicalReasoning.Config> {
    private static final String TASK = "task";
    private static final String ACCURACY = "accuracy";
    private static final String HRM = "hrm";
    private static final String DIRECT = "direct";
    private static final String SINGLE = "single module";
    private static final String BPTT = "hrm, gradient through the segment";
    private static final int HIGH_CYCLES = 2;
    private static final int LOW_CYCLES = 2;
    private static final int SEGMENTS = 8;

    /// Puzzles of a kind.
    public enum Task {
        SUDOKU,
        MAZE
    }

    /// @param task      what is solved
    /// @param model     by which
    /// @param plan      how it is trained
    /// @param optimizer of its weights
    /// @param train     puzzles to train on
    /// @param test      puzzles to test on
    /// @param seed      of everything but the puzzles
    public record Config(
            Task task,
            Reasoner.Config model,
            SegmentTraining.Plan plan,
            OptimizerConfig optimizer,
            int train,
            int test,
            long seed) {}

    @Override
    public String id() {
        return "P13";
    }

    @Override
    public int version() {
        return 2;
    }

    @Override
    public Description description() {
        return new Description(
                List.of(
                        "A fast module is updated several times for each update of a slow one, and sees its state: it converges,"
                                + " and is set off again.",
                        "Only the last update of each has a gradient, as at a fixed point, so memory does not grow with depth and"
                                + " nothing explodes through time.",
                        "Each segment is an update of its own from the state that the one before left, which is a constant.",
                        "A head learns whether the answer is right by now, and puzzles that are halted make room for others.",
                        "Norms behind each sublayer have no weights; probabilities are those of stablemax; the optimizer has no"
                                + " epsilon."),
                "4 x 4 Sudoku with 6 givens and one solution: 800 puzzles of 230 grids to train on, 200 of the other 58 to test on;"
                        + " width 48, two layers a module, two by two cycles, at most 8 segments, 6000 updates of 32 puzzles,"
                        + " AdamATan2 at 1e-3; three seeds of the arms that claims are about, one of the others. Mazes of 9 x 9"
                        + " with the path to be marked: 1000 and 500, 600 updates, one seed. Accuracy is that of whole"
                        + " answers.",
                List.of(
                        "0.1 million parameters and minutes instead of 27 million and hours; 4 x 4 Sudoku and depth-first mazes"
                                + " instead of Sudoku-Extreme, 30 x 30 mazes and ARC.",
                        "No augmentation in what is compared: relabelled and permuted grids are also those of the test. An arm of"
                                + " its own shows what it would give. No puzzle embeddings, which the other tasks need.",
                        "Five times the updates that were planned: after 1200 no arm solved more than 4 % of the test puzzles. So a full run"
                                + " takes about half an hour on two cores, twice what studies are meant to.",
                        "The inner width of the gated MLP is 128, without the rule of multiples of 256.",
                        "One module again and again has the layers of both, and three updates a segment, which are as many passes"
                                + " through layers."),
                """
                optimizer: {type: adam-atan2, lr: 1e-4, betas: [0.9, 0.95], weightDecay: 0.1}
                """,
                "C1");
    }

    private record Arm(String name, Reasoner.Kind kind, boolean throughTime, int segments, boolean halting, boolean stableMax, boolean augmented) {}

    private static final List<Arm> ARMS = List.of(
            new Arm(HRM, Reasoner.Kind.HIERARCHICAL, false, SEGMENTS, true, true, false),
            new Arm(DIRECT, Reasoner.Kind.DIRECT, false, 1, false, true, false),
            new Arm(SINGLE, Reasoner.Kind.SINGLE, false, SEGMENTS, true, true, false),
            new Arm(BPTT, Reasoner.Kind.HIERARCHICAL, true, SEGMENTS, true, true, false),
            new Arm("hrm, one segment", Reasoner.Kind.HIERARCHICAL, false, 1, false, true, false),
            new Arm("hrm, no halting", Reasoner.Kind.HIERARCHICAL, false, SEGMENTS, false, true, false),
            new Arm("hrm, softmax", Reasoner.Kind.HIERARCHICAL, false, SEGMENTS, true, false, false),
            new Arm("hrm, augmented", Reasoner.Kind.HIERARCHICAL, false, SEGMENTS, true, true, true));

    @Override
    public List<Trial<Config>> trials(Scale scale) {
        var trials = new ArrayList<Trial<Config>>();
        switch (scale) {
            case SMOKE -> add(trials, Task.SUDOKU, ARMS.subList(0, 2), 1, 30, 100, 50);
            case FULL -> {
                add(trials, Task.SUDOKU, ARMS.subList(0, 4), 3, 6000, 800, 200);
                add(trials, Task.SUDOKU, ARMS.subList(4, ARMS.size()), 1, 6000, 800, 200);
                add(trials, Task.MAZE, ARMS.subList(0, 2), 1, 600, 1000, 500);
            }
            case EXTENDED -> {
                add(trials, Task.SUDOKU, ARMS, 5, 20_000, 800, 200);
                add(trials, Task.MAZE, ARMS, 3, 3000, 1000, 500);
            }
        }
        return trials;
    }

    private static void add(
            List<Trial<Config>> trials, Task task, List<Arm> arms, int seeds, int steps, int train, int test) {
        var optimizer = ConfigReader.read(
                List.of("type=adam-atan2", "lr=1e-3", "betas=[0.9, 0.95]", "weightDecay=1", "clip.type=none"),
                OptimizerConfig.defaults());
        for (var arm : arms) {
            var model = new Reasoner.Config(arm.kind(), 48, 4, 128, 2, HIGH_CYCLES, LOW_CYCLES, arm.throughTime());
            var plan = new SegmentTraining.Plan(32, arm.segments(), arm.halting(), arm.stableMax(), arm.augmented(), steps);
            for (var seed = 1L; seed <= seeds; seed++) {
                trials.add(Trial.of(
                        arm.name(),
                        seed,
                        new Config(task, model, plan, optimizer, train, test, seed),
                        TASK,
                        task.name().toLowerCase(Locale.ROOT)));
            }
        }
    }

    @Override
    public Measurements run(Config config, Workshop workshop) {
        var random = RandomStream.of(13, "puzzles");
        var data = switch (config.task()) {
            case SUDOKU -> Puzzles.sudoku(config.train(), config.test(), random);
            case MAZE -> Puzzles.mazes(9, config.train(), config.test(), random);
        };
        return SegmentTraining.run(config.model(), config.plan(), config.optimizer(), data, new RandomStreams(config.seed()));
    }

    @Override
    public List<Claim> claims(Results all) {
        var results = all.with(TASK, "sudoku");
        return List.of(
                Claim.above(
                        "C1",
                        "two modules in turns solve more than one pass through as many layers (accuracy, HRM minus direct)",
                        Pairs.difference(results, HRM, DIRECT, run -> run.number(ACCURACY)),
                        0),
                Claim.above(
                        "C2",
                        "and not less than one module again and again (HRM minus single module; margin 0.02)",
                        Pairs.difference(results, HRM, SINGLE, run -> run.number(ACCURACY)),
                        -0.02),
                Claim.above(
                        "C3-again",
                        "an update of the slow module sets the fast one off again (change of the fast state right after over right"
                                + " before)",
                        Estimate.mean(results.arm(HRM).all().stream()
                                .mapToDouble(run -> setOff(run.measured().row("residual_low")))
                                .toArray()),
                        1.2),
                Claim.above(
                        "C3-single",
                        "while the changes of the single module only shrink (share of the updates that change less than the one"
                                + " before)",
                        Estimate.mean(results.arm(SINGLE).all().stream()
                                .mapToDouble(run -> shrinking(run.measured().row("residual_high")))
                                .toArray()),
                        0.9),
                Claim.within(
                        "C4",
                        "the gradient of the last updates does as well as that through the whole segment (accuracy, one-step minus"
                                + " whole; margin 0.05)",
                        Pairs.difference(results, HRM, BPTT, run -> run.number(ACCURACY)),
                        0.05));
    }

    /// Mean change in the first update of the fast module after one of the slow, over that in the last before it.
    static double setOff(double[] residuals) {
        var after = 0.0;
        var before = 0.0;
        for (var i = LOW_CYCLES; i < residuals.length; i += LOW_CYCLES) {
            after += residuals[i];
            before += residuals[i - 1];
        }
        return after / before;
    }

    /// Share of the changes that are smaller than the one before.
    static double shrinking(double[] residuals) {
        return IntStream.range(1, residuals.length).filter(i -> residuals[i] < residuals[i - 1]).count()
                / (residuals.length - 1.0);
    }

    @Override
    public Verdict.Rule rule() {
        var third = Condition.all("C3-again", "C3-single");
        return new Verdict.Rule(
                Condition.all("C1").and(third).and(Condition.atLeast(1, "C2", "C4")),
                Condition.atLeast(2, Condition.all("C1"), Condition.all("C2"), third, Condition.all("C4")));
    }

    @Override
    public List<Exhibit> exhibits(Results all) {
        var exhibits = new ArrayList<Exhibit>();
        for (var task : all.levels(TASK)) {
            var rows = new ArrayList<List<String>>();
            for (var arm : all.with(TASK, task).arms()) {
                var row = new ArrayList<>(List.of(arm));
                for (var name : List.of(ACCURACY, "places", "loss", "segments", "ratio_low", "ratio_high", "lost")) {
                    row.add(Estimate.mean(all.with(TASK, task).arm(arm).numbers(name)).text());
                }
                rows.add(row);
            }
            exhibits.add(new Exhibit.Table(
                    "Test puzzles of " + task + " solved whole, and what else was measured.",
                    List.of("arm", ACCURACY, "places right", "training loss", "segments a puzzle", "participation, fast", "participation, slow", "lost"),
                    rows));
        }
        all.with(TASK, "sudoku").seed(1).arm(HRM).first().ifPresent(run -> exhibits.add(new Exhibit.Figure(
                "residuals", "What each update of a module changes, on test puzzles (Sudoku, seed 1).", residuals(all))));
        return exhibits;
    }

    private static Chart residuals(Results all) {
        var chart = Chart.titled("Does it go on computing?")
                .x(Axis.linear("passes through a module"))
                .y(Axis.log("change, root mean square"));
        for (var run : all.with(TASK, "sudoku").seed(1).all()) {
            if (run.arm().equals(HRM)) {
                chart = line(chart, "hrm, fast", run.measured().row("residual_low"), (HIGH_CYCLES * LOW_CYCLES + HIGH_CYCLES) / 4.0);
                chart = line(chart, "hrm, slow", run.measured().row("residual_high"), LOW_CYCLES + 1);
            } else if (run.arm().equals(SINGLE)) {
                chart = line(chart, SINGLE, run.measured().row("residual_high"), 2);
            }
        }
        return chart;
    }

    private static Chart line(Chart chart, String name, double[] row, double each) {
        return chart.line(name, IntStream.rangeClosed(1, row.length).mapToDouble(i -> i * each).toArray(), row);
    }
}
