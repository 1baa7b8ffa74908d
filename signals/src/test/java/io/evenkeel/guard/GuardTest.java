package io.evenkeel.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.evenkeel.detect.Event;
import io.evenkeel.detect.Event.Severity;
import io.evenkeel.detect.EventKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GuardTest {
    private static Event event(EventKind kind, long step, long since, Severity severity, String subject) {
        return new Event(kind, step, since, severity, 0.9, subject, "evidence", Map.of());
    }

    private static List<Decision> nan(Guard guard, long step) {
        return guard.decide(
                step,
                List.of(event(EventKind.NON_FINITE, step, step, Severity.FATAL, "loss")),
                at -> true,
                1,
                _ -> Blame.UNKNOWN);
    }

    @Test
    void dropsASingleBadStepAndConfirmsIt() {
        var guard = new Guard(Guard.Config.defaults());
        assertThat(guard.decide(9, List.of(), at -> true, 1, _ -> Blame.UNKNOWN))
                .isEmpty();
        assertThat(nan(guard, 10)).containsExactly(new Decision.SkipStep());
        assertThat(guard.confirm(14)).isEmpty();
        var confirmation = guard.confirm(15).orElseThrow();
        assertThat(confirmation.stepsLost()).isEqualTo(1);
        assertThat(confirmation.action()).isEqualTo("skip-step");
        assertThat(guard.recovering()).isFalse();
    }

    @Test
    void treatsASecondLonelySpikeLikeTheFirst() {
        var guard = new Guard(Guard.Config.defaults());
        for (var step = 10L; step < 1000; step += 30) {
            assertThat(nan(guard, step)).containsExactly(new Decision.SkipStep());
            assertThat(guard.confirm(step + 5)).isPresent();
        }
    }

    @Test
    void climbsTheLadderAndHaltsAtItsEnd() {
        var guard = new Guard(Guard.Config.defaults());
        var names = new ArrayList<String>();
        var step = 100L;
        while (!guard.halted()) {
            var decisions = nan(guard, step);
            names.add(decisions.getFirst().name());
            if (decisions.getFirst() instanceof Decision.Rollback) {
                guard.rolledBack(step, 50);
            }
            step++;
        }
        assertThat(names.subList(0, 16)).containsOnly("skip-step");
        assertThat(names.subList(16, names.size()))
                .containsExactly("rollback", "rollback", "rollback", "rollback", "rollback", "halt");
        assertThat(guard.sequence()).isEqualTo(5);
    }

    @Test
    void rollsBackAtOnceWhenTheWeightsAreHurt() {
        var guard = new Guard(Guard.Config.defaults());
        var slow = event(EventKind.DIVERGENCE, 200, 150, Severity.DAMAGED, "");
        assertThat(guard.decide(200, List.of(slow), at -> at == 149, 1, _ -> Blame.UNKNOWN))
                .containsExactly(new Decision.Rollback(149, 149, 200), new Decision.Rewarm(20, 0.1));
        var parameter = new Guard(Guard.Config.defaults());
        var weights = event(EventKind.NON_FINITE, 200, 200, Severity.FATAL, "param/blocks.0.mlp.up.weight");
        assertThat(parameter
                        .decide(200, List.of(weights), at -> true, 1, _ -> Blame.UNKNOWN)
                        .getFirst())
                .isInstanceOf(Decision.Rollback.class);
    }

    @Test
    void doesTheSameStepsAgainBeforeAnythingElseWhenWeightsWereHurtFromOneStepToTheNext() {
        var guard = new Guard(Guard.Config.defaults());
        var sudden = event(EventKind.LOSS_SPIKE, 200, 200, Severity.DAMAGED, "loss");
        assertThat(guard.decide(200, List.of(sudden), at -> true, 1, _ -> Blame.WEIGHTS))
                .as("no data is left out")
                .containsExactly(new Decision.Rollback(199, 1, 0));
        guard.rolledBack(200, 180);
        assertThat(guard.decide(200, List.of(sudden), at -> true, 1, _ -> Blame.WEIGHTS))
                .as("it came back, so it is not the machine")
                .containsExactly(new Decision.Rollback(199, 199, 200), new Decision.Rewarm(20, 0.1));
    }

    @Test
    void dropsStepAfterStepOfBadDataWhileTheWeightsAreSound() {
        var guard = new Guard(Guard.Config.defaults());
        for (var step = 100; step < 112; step++) {
            var still = event(EventKind.LOSS_SPIKE, step, 100, Severity.DAMAGED, "loss");
            assertThat(guard.decide(step, List.of(still), at -> true, 1, _ -> Blame.DATA))
                    .containsExactly(new Decision.SkipStep());
        }
        assertThat(guard.confirm(116).orElseThrow().stepsLost()).isEqualTo(12);
    }

    @Test
    void haltsWhereNothingIsLeftToGoBackTo() {
        var guard = new Guard(Guard.Config.defaults());
        var slow = event(EventKind.DIVERGENCE, 20, 15, Severity.DAMAGED, "");
        assertThat(guard.decide(20, List.of(slow), at -> false, 1, _ -> Blame.UNKNOWN)
                        .getFirst())
                .isInstanceOf(Decision.Halt.class);
        assertThat(guard.halted()).isTrue();
    }

    @Test
    void watchesWithoutActing() {
        var guard = new Guard(Guard.Config.defaults());
        var drift = event(EventKind.DIVERGENCE, 50, 45, Severity.WATCH, "");
        assertThat(guard.decide(50, List.of(drift), at -> true, 1, _ -> Blame.UNKNOWN))
                .isEmpty();
        assertThat(guard.healthy(40, 80)).isFalse();
        assertThat(guard.healthy(100, 120)).isTrue();
        assertThat(guard.healthy(100, 119)).isFalse();
        assertThat(guard.healthy(0, 1)).isTrue();
    }

    @Test
    void rewarmsFromWhereItLanded() {
        var guard = new Guard(Guard.Config.defaults());
        nan(guard, 100);
        guard.reduceLr(100, new Decision.ReduceLr(0.5));
        guard.rolledBack(100, 60);
        guard.rewarm(60, new Decision.Rewarm(9, 0.1));
        assertThat(guard.lrFactor(59)).isEqualTo(1);
        assertThat(guard.lrFactor(60)).isCloseTo(0.5 * 0.1, within(1e-12));
        assertThat(guard.lrFactor(69)).isEqualTo(0.5);
    }

    @Test
    void avoidsACheckpointThatFailsAgain() {
        var guard = new Guard(Guard.Config.defaults());
        for (var i = 0; i < 16; i++) {
            nan(guard, 100);
        }
        for (var i = 0; i < 2; i++) {
            assertThat(guard.mayLoad(60)).isTrue();
            nan(guard, 100);
            guard.rolledBack(100, 60);
        }
        nan(guard, 100);
        assertThat(guard.mayLoad(60)).isFalse();
        assertThat(guard.mayLoad(40)).isTrue();
    }

    @Test
    void continuesFromASavedStateWithTheSameDecisions() {
        var whole = new Guard(Guard.Config.defaults());
        var cut = new Guard(Guard.Config.defaults());
        for (var step = 1L; step < 400; step++) {
            var events = step % 37 < 5
                    ? List.of(event(EventKind.GRADIENT_SPIKE, step, step, Severity.DAMAGED, "grad/norm"))
                    : List.<Event>of();
            var expected = whole.decide(step, events, at -> true, 2, _ -> Blame.UNKNOWN);
            var resumed = new Guard(Guard.Config.defaults());
            resumed.restore(cut.state());
            cut = resumed;
            assertThat(cut.decide(step, events, at -> true, 2, _ -> Blame.UNKNOWN))
                    .isEqualTo(expected);
            if (!expected.isEmpty() && expected.getFirst() instanceof Decision.Rollback) {
                whole.rolledBack(step, step - 10);
                cut.rolledBack(step, step - 10);
            }
            assertThat(cut.confirm(step)).isEqualTo(whole.confirm(step));
            if (whole.halted()) {
                break;
            }
        }
        assertThat(cut.state()).isEqualTo(whole.state());
    }
}
