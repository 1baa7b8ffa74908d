package io.evenkeel.studies.p06;

import io.evenkeel.config.ConfigReader;
import io.evenkeel.metric.SeriesNames;
import io.evenkeel.study.Measurements;
import io.evenkeel.tensor.Engine;
import io.evenkeel.train.PlainRun;
import io.evenkeel.train.RunConfig;
import io.evenkeel.train.Snapshot;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/// A run that is interrupted, and goes on in a new one with what a policy keeps.
final class Resume {
    private static final int COMPARED = 10;
    private static final int COMPARED_THREADS = 3;
    private static final int REWARM = 20;

    /// What of the state comes back.
    enum Policy {
        /// the run is not interrupted
        NONE("not interrupted"),
        /// all of it
        FULL("all of the state"),
        /// weights and place in the data; the optimizer begins anew
        WEIGHTS("weights only"),
        /// the same, with the rate rising again
        WEIGHTS_REWARMED("weights only, re-warmed"),
        /// all but the optimizer's count of steps
        COUNT_RESET("step count reset"),
        /// all but the place in the data
        DATA_RESTARTED("data from the start"),
        /// all, with half the micro-batch and twice as many
        MICRO_BATCH("other micro-batch"),
        /// all, in bfloat16 from there on
        BF16("on in bfloat16");

        private final String arm;

        Policy(String arm) {
            this.arm = arm;
        }

        /// The arm of the study that resumes so.
        String arm() {
            return arm;
        }

        List<String> changes(RunConfig config) {
            return switch (this) {
                case MICRO_BATCH ->
                    List.of(
                            "train.batchSize=" + config.train().batchSize() / 2,
                            "train.accumulate=" + 2 * config.train().accumulate());
                case BF16 -> List.of("train.precision=bf16");
                case NONE, FULL, WEIGHTS, WEIGHTS_REWARMED, COUNT_RESET, DATA_RESTARTED -> List.of();
            };
        }
    }

    private Resume() {}

    /// Measures the row `after`, the training loss of every step from the interrupt on, and `final`, held-out; for
    /// [Policy#FULL] also `identical`, whether all weights have the same bits ten steps later as without the interrupt,
    /// and `two_threads`, the largest difference of the loss in three
    /// steps when two threads calculate.
    static Measurements run(RunConfig config, int interrupt, Policy policy, Path cache) {
        var measured = new Measurements();
        try (var first = PlainRun.of(config, cache)) {
            for (var step = 0; step < interrupt; step++) {
                first.step();
            }
            if (policy == Policy.NONE) {
                return goOn(first, policy, interrupt, measured);
            }
            try (var state = first.snapshot()) {
                if (policy == Policy.FULL) {
                    compare(config, first, state, cache, measured);
                }
                try (var second = PlainRun.of(ConfigReader.read(policy.changes(config), config), cache)) {
                    restore(state, policy, second);
                    return goOn(second, policy, interrupt, measured);
                }
            }
        }
    }

    static void restore(Snapshot state, Policy policy, PlainRun run) {
        state.restore(run);
        switch (policy) {
            case WEIGHTS, WEIGHTS_REWARMED -> run.optimizer().scaleMoments(0);
            case COUNT_RESET -> {
                run.optimizer().scaleMoments(0);
                state.restoreMoments(run);
            }
            case DATA_RESTARTED -> run.source().seek(0);
            case NONE, FULL, MICRO_BATCH, BF16 -> {}
        }
    }

    private static Measurements goOn(PlainRun run, Policy policy, int interrupt, Measurements measured) {
        var losses = new ArrayList<Double>();
        while (run.steps() < run.config().train().steps()) {
            var since = run.steps() - interrupt + 1.0;
            var rewarm = policy == Policy.WEIGHTS_REWARMED ? Math.min(1, since / REWARM) : 1;
            var readings = run.step(run.schedule().factor(run.steps()) * rewarm);
            losses.add(readings.get(SeriesNames.LOSS));
        }
        return measured.put("after", losses.stream().mapToDouble(Double::doubleValue).toArray())
                .put("final", run.evaluate().loss());
    }

    private static void compare(RunConfig config, PlainRun first, Snapshot state, Path cache, Measurements measured) {
        var losses = steps(first, COMPARED);
        try (var there = first.snapshot();
                var second = PlainRun.of(config, cache)) {
            state.restore(second);
            steps(second, COMPARED);
            try (var here = second.snapshot()) {
                measured.put("identical", here.sameModel(there));
            }
            state.restore(second);
            Engine.setThreads(2);
            var parallel = steps(second, COMPARED_THREADS);
            Engine.setThreads(1);
            measured.put(
                    "two_threads",
                    IntStream.range(0, COMPARED_THREADS).mapToDouble(i -> Math.abs(parallel[i] - losses[i])).max().orElseThrow());
        }
    }

    private static double[] steps(PlainRun run, int count) {
        return IntStream.range(0, count).mapToDouble(_ -> run.step().get(SeriesNames.LOSS)).toArray();
    }
}
