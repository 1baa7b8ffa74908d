package io.evenkeel.studies.p06;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.evenkeel.config.ConfigReader;
import io.evenkeel.data.Batch;
import io.evenkeel.schedule.Schedule;
import io.evenkeel.tensor.Scope;
import io.evenkeel.train.PlainRun;
import io.evenkeel.train.RunConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Reference checks of the specification.
///
/// @paper P06
class ResumedTrainingTest {
    @TempDir
    static Path cache;

    private static RunConfig config(String... more) {
        var sets = new ArrayList<>(List.of(
                "model.width=16", "model.depth=1", "model.heads=2", "data.context=16", "train.threads=1",
                "train.steps=100", "probes.set=none", "schedule.type=constant", "schedule.warmupSteps=0",
                "optimizer.clip.type=none", "optimizer.weightDecay=0"));
        sets.addAll(List.of(more));
        return ConfigReader.read(sets, RunConfig.defaults());
    }

    /// Warmup of 715 updates to 6e-4, cosine to 6e-5.
    @Test
    void schedule() {
        var schedule = ConfigReader.read(List.of("warmupSteps=715", "type=cosine", "floor=0.1"), Schedule.Config.defaults())
                .build(10_715);
        assertThat(6e-4 * schedule.factor(0)).isCloseTo(8.3916e-7, within(1e-11));
        assertThat(6e-4 * schedule.factor(714)).isCloseTo(6e-4, within(1e-12));
        assertThat(6e-4 * schedule.factor(714 + 5_000)).isCloseTo(3.3e-4, within(1e-7));
        assertThat(6e-4 * schedule.factor(20_000)).isCloseTo(6e-5, within(1e-12));
    }

    private static double step(PlainRun run) {
        try (var before = run.snapshot()) {
            run.step();
            try (var after = run.snapshot();
                    var _ = Scope.open()) {
                var sum = 0.0;
                var count = 0L;
                for (var name : List.of("blocks.0.mlp.up.weight", "blocks.0.attention.qkv.weight")) {
                    var moved = after.tensor(name).sub(before.tensor(name)).abs();
                    sum += moved.sum().item();
                    count += moved.numel();
                }
                return sum / count;
            }
        }
    }

    /// A fresh AdamW moves each weight by the rate; one in steady noise by much less; with its count reset, too much.
    @Test
    void firstStepsAfterResuming() {
        var config = config("optimizer.lr=1e-4", "optimizer.betas=[0.9, 0.95]");
        try (var run = PlainRun.of(config, cache)) {
            for (var i = 0; i < 60; i++) {
                run.step();
            }
            try (var state = run.snapshot()) {
                Resume.restore(state, Resume.Policy.FULL, run);
                var steady = step(run);
                Resume.restore(state, Resume.Policy.WEIGHTS, run);
                var fresh = step(run);
                Resume.restore(state, Resume.Policy.COUNT_RESET, run);
                var reset = step(run);
                assertThat(fresh).isCloseTo(1e-4, within(2e-6));
                assertThat(steady).isLessThan(0.75e-4);
                // 10 / sqrt(20) = 2.236 when the last gradient is as the moments: here, about.
                assertThat(reset / steady).isBetween(1.9, 2.6);
            }
        }
    }

    @Test
    void allOfTheStateIsTheSameRun() {
        var measured = Resume.run(config("train.steps=40", "model.dropout=0.1"), 20, Resume.Policy.FULL, cache);
        var whole = Resume.run(config("train.steps=40", "model.dropout=0.1"), 20, Resume.Policy.NONE, cache);
        assertThat(measured.number("identical")).isEqualTo(1);
        assertThat(measured.row("after")).containsExactly(whole.row("after"));
        assertThat(measured.number("final")).isEqualTo(whole.number("final"));
    }

    /// Four micro-batches of two are a batch of eight.
    @Test
    void accumulation() {
        try (var whole = PlainRun.of(config("train.batchSize=8"), cache);
                var parts = PlainRun.of(config("train.batchSize=2", "train.accumulate=4"), cache)) {
            var one = gradient(whole);
            var four = gradient(parts);
            for (var i = 0; i < one.length; i++) {
                assertThat(four[i]).isCloseTo(one[i], within(1e-6));
            }
        }
    }

    private static double[] gradient(PlainRun run) {
        var batches = run.take();
        try (var _ = Scope.open()) {
            run.backward(batches);
            return run.parameters().all().stream()
                    .filter(parameter -> parameter.name().equals("blocks.0.mlp.up.weight"))
                    .findFirst()
                    .orElseThrow()
                    .gradient()
                    .toDoubles();
        } finally {
            batches.forEach(Batch::close);
        }
    }

    @Test
    void excess() {
        var excess = Excess.of(new double[] {2, 4, 2, 2, 2, 2, 2}, new double[] {2, 2, 2, 2, 2, 2, 2});
        assertThat(excess).containsExactly(new double[] {0, 1, 2.0 / 3, 0.5, 0.4, 0.4, 0}, within(1e-12));
        assertThat(Excess.bump(excess)).isEqualTo(1);
        assertThat(Excess.recovery(excess)).isEqualTo(6);
        assertThat(Excess.area(excess)).isCloseTo(2.9666, within(1e-3));
    }
}
