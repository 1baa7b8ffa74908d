package io.evenkeel.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.evenkeel.InputException;
import io.evenkeel.config.ConfigReader;
import io.evenkeel.optim.OptimizerConfig.Group;
import io.evenkeel.schedule.Course;
import io.evenkeel.schedule.Decay;
import io.evenkeel.schedule.InverseSqrt;
import io.evenkeel.schedule.Schedule;
import io.evenkeel.schedule.Wsd;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Optimizers and schedules as configuration files write them.
class ConfiguredTest {
    /// The part of a run's configuration that is at stake.
    record Root(OptimizerConfig optimizer, Schedule.Config schedule) {
        static Root defaults() {
            return new Root(OptimizerConfig.defaults(), Schedule.Config.defaults());
        }
    }

    private static Root read(String yaml) {
        return ConfigReader.read(yaml, "run.yaml", List.of(), Root.defaults());
    }

    @Test
    void nothingWrittenGivesTheDefaults() {
        assertThat(read("")).isEqualTo(Root.defaults());
        assertThat(read("optimizer: adamw\nschedule: cosine")).isEqualTo(Root.defaults());
    }

    @Test
    void optionsStandBesideTheType() {
        var optimizer = read("""
                optimizer:
                  type: adamw
                  lr: 3e-3
                  betas: [0.8, 0.9]
                  weightDecay: 1e-4
                  independentDecay: true
                  clip: {type: agc, exclude: ["head.*"]}
                  groups:
                    - {match: "*.norm.*", weightDecay: 0, lrFactor: 0.5}
                    - {match: "embed.*", frozen: true}
                    - {match: "head.*", rule: {type: sgd, lr: 0.3}}
                """).optimizer();
        var sgd = new Sgd(0.3, 0.9, 0, false, 0);
        assertThat(optimizer)
                .isEqualTo(new OptimizerConfig(
                        new AdamW(3e-3, List.of(0.8, 0.9), 1e-8, 1e-4, true),
                        new Clip.Agc(0.01, 1e-3, List.of("head.*")),
                        List.of(
                                new Group("*.norm.*", 0.5, 0.0, false, null),
                                new Group("embed.*", 1, null, true, null),
                                new Group("head.*", 1, null, false, sgd))));
    }

    @Test
    void anotherRuleHasItsOwnDefaults() {
        assertThat(read("optimizer: lion").optimizer().rule()).isEqualTo(Lion.defaults());
        assertThat(read("optimizer: {type: radam, lr: 1}").optimizer().rule())
                .isEqualTo(RAdam.defaults().withLr(1));
        assertThat(read("optimizer: {type: lamb, clip: none}").optimizer())
                .isEqualTo(new OptimizerConfig(Lamb.defaults(), new Clip.None(), List.of()));
        assertThat(read("optimizer: {clip: {type: tensor-norm, max: 2}}")
                        .optimizer()
                        .clip())
                .isEqualTo(new Clip.TensorNorm(2));
        assertThat(read("optimizer: {clip: {max: 2}}").optimizer().clip()).isEqualTo(new Clip.GlobalNorm(2));
        assertThat(read("optimizer: {clip: {type: value}}").optimizer().clip()).isEqualTo(new Clip.Value(1));
    }

    @Test
    void schedulesAreChosenByType() {
        assertThat(read("schedule: {type: linear, warmupSteps: 10, floor: 0.2}").schedule())
                .isEqualTo(new Schedule.Config(10L, new Course.Linear(0.2)));
        assertThat(read("schedule: {type: wsd, budgets: [100, 200], shape: sqrt, decayFraction: 0.2}")
                        .schedule())
                .isEqualTo(
                        new Schedule.Config(null, new Wsd.Config(List.of(100L, 200L), 0.2, Decay.Shape.SQRT, 0.1, 0)));
        assertThat(read("schedule: {type: inverse-sqrt, timescale: 100}")
                        .schedule()
                        .course())
                .isEqualTo(new InverseSqrt.Config(100L));
        assertThat(read("schedule: constant").schedule().build(5).factor(4)).isEqualTo(1);
    }

    @Test
    void mistakesAreToldWithTheirPlace() {
        assertRefused("optimizer: {lr: -1}", "optimizer.lr must be finite and > 0 but was -1.0 (run.yaml:1");
        assertRefused("optimizer: {type: sgd, eps: 1}", "unknown key optimizer.eps");
        assertRefused("optimizer: {groups: [{lrFactor: 1}]}", "optimizer.groups must each have a match");
        assertRefused("schedule: {type: wsd, floor: 0}", "schedule.floor must be > 0 and <= 1 for an inverse decay");
        assertRefused("schedule: {warmupSteps: -1}", "schedule.warmupSteps must be >= 0 but was -1");
    }

    private static void assertRefused(String yaml, String message) {
        assertThatThrownBy(() -> read(yaml)).isInstanceOf(InputException.class).hasMessageStartingWith(message);
    }
}
