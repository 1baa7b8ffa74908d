package io.evenkeel.studies.p61;

import io.evenkeel.metric.SeriesNames;
import io.evenkeel.schedule.Decay;
import io.evenkeel.study.Measurements;
import io.evenkeel.study.Training;
import io.evenkeel.train.PlainRun;
import io.evenkeel.train.RunConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A run that delivers a checkpoint at each of several budgets, and what it is worth there.
///
/// It measures `loss_1`, `loss_2`, ..., held-out at each budget; `steps`, all updates that were computed; and at every
/// decay `gain_i`, what the held-out loss fell by, and the row `path_i`, the held-out loss along the straight line from
/// the weights before to those after.
final class Budgets {
    /// Places between the two ends where the straight line is measured.
    private static final int BETWEEN = 4;

    private final PlainRun run;
    private final Measurements measured = new Measurements();
    private final List<Double> losses = new ArrayList<>();
    private long computed;

    private Budgets(PlainRun run) {
        this.run = run;
        measured.put(Training.INITIAL, run.evaluate().loss());
    }

    /// One line of weights through all budgets, whatever the schedule does at them.
    ///
    /// @param decays steps of the decay at the end of each budget that its gain is measured of; 0 for none
    static Measurements along(RunConfig config, List<Long> budgets, List<Long> decays, Path cache) {
        try (var run = PlainRun.of(config, cache)) {
            var all = new Budgets(run);
            for (var i = 0; i < budgets.size(); i++) {
                all.train(budgets.get(i) - decays.get(i));
                if (decays.get(i) > 0) {
                    var end = budgets.get(i);
                    all.measureDecay(i + 1, () -> all.train(end));
                }
                all.deliver(i + 1);
            }
            return all.end();
        }
    }

    /// A main line at a constant rate, and at each budget a branch that decays and is then thrown away.
    static Measurements branching(RunConfig config, List<Long> budgets, List<Long> decays, double floor, Path cache) {
        try (var run = PlainRun.of(config, cache)) {
            var all = new Budgets(run);
            for (var i = 0; i < budgets.size(); i++) {
                var start = budgets.get(i) - decays.get(i);
                all.train(start);
                try (var main = run.snapshot()) {
                    var decay = new Decay(Decay.Shape.INVERSE, start, decays.get(i), floor);
                    for (var step = start; step < budgets.get(i); step++) {
                        all.step(decay.factor(step));
                    }
                    all.deliver(i + 1);
                    main.restore(run);
                }
            }
            return all.end();
        }
    }

    private void train(long until) {
        while (run.steps() < until) {
            step(run.schedule().factor(run.steps()));
        }
    }

    private void step(double factor) {
        var readings = run.step(factor);
        losses.add(readings.get(SeriesNames.LOSS));
        computed++;
    }

    private void deliver(int number) {
        measured.put("loss_" + number, run.evaluate().loss());
    }

    private void measureDecay(int number, Runnable decay) {
        var before = run.evaluate().loss();
        try (var stable = run.snapshot()) {
            decay.run();
            try (var decayed = run.snapshot()) {
                var path = new double[BETWEEN + 2];
                path[0] = before;
                for (var i = 1; i <= BETWEEN; i++) {
                    stable.restoreBetween(decayed, (double) i / (BETWEEN + 1), run);
                    path[i] = run.evaluate().loss();
                }
                decayed.restoreModel(run);
                path[BETWEEN + 1] = run.evaluate().loss();
                measured.put("gain_" + number, before - path[BETWEEN + 1]).put("path_" + number, path);
            }
        }
    }

    private Measurements end() {
        return measured.put("steps", computed)
                .put(Training.LOSSES, Training.means(losses.stream().mapToDouble(Double::doubleValue).toArray()));
    }

    /// A path that never rises on its way.
    static boolean isMonotone(double[] path) {
        for (var i = 1; i < path.length; i++) {
            if (path[i] > path[i - 1]) {
                return false;
            }
        }
        return true;
    }

    /// How a run goes through its budgets.
    enum Delivery {
        /// As its schedule says; with one budget an ordinary run.
        ALONG,
        /// By branches off a main line.
        BRANCHING
    }

    static Measurements run(WsdS.Language language, Path cache) {
        var decays = new ArrayList<Long>();
        var start = 0L;
        for (var budget : language.budgets()) {
            decays.add(Math.round((budget - start) * language.decayFraction()));
            start = budget;
        }
        return switch (language.delivery()) {
            case ALONG -> along(language.run(), language.budgets(), decays, cache);
            case BRANCHING -> branching(language.run(), language.budgets(), decays, WsdS.FLOOR, cache);
        };
    }
}
