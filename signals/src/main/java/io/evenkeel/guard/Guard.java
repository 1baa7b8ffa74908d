package io.evenkeel.guard;

import io.evenkeel.detect.Event;
import io.evenkeel.detect.Event.Severity;
import io.evenkeel.detect.EventKind;
import io.evenkeel.guard.Ladder.Action;
import io.evenkeel.guard.Ladder.Rung;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The recovery loop: detect -> undo -> avoid the cause -> re-warm -> confirm -> account for it.
///
/// An acting event opens a recovery at the lowest rung of the [Ladder] that can help. After every action a window of
/// steps must stay free of acting events; then the recovery is confirmed and accounted for. An acting event inside the
/// window is the next attempt: the same rung until its attempts are spent, then the next, then the run is halted.
///
/// A guard never goes back in time: a rollback restores weights, moments and detectors, but the guard keeps what it
/// learnt (attempts, skipped data, learning-rate factors). [#sequence] counts rollbacks, so that a resumed run can tell
/// which checkpoints were made before it.
public final class Guard {
    private static final JsonMapper JSON = JsonMapper.shared();
    /// How often a checkpoint may be loaded and fail before an older one is taken.
    private static final int MAX_FAILURES_OF_CHECKPOINT = 2;

    private final Config config;
    private State state = State.initial();

    public Guard(Config config) {
        this.config = config;
    }

    /// What opens a recovery and what it may do.
    ///
    /// @param enabled           whether events lead to decisions at all; when off they are only recorded
    /// @param ladder            what is tried, in order
    /// @param actOn             kinds of event that open a recovery
    /// @param actAt             least severity of an event that opens a recovery
    /// @param confirmSteps      steps without an acting event after which a recovery counts as confirmed, >= 1
    /// @param skipConfirmSteps  the same after rungs that only drop or clip a step, >= 1
    /// @param healthyAfterSteps clean steps behind a checkpoint before it counts as healthy, >= 1
    /// @param maxRollbacks      rollbacks without a confirmed recovery before the run is halted, >= 1
    public record Config(
            boolean enabled,
            List<Rung> ladder,
            Set<EventKind> actOn,
            Severity actAt,
            int confirmSteps,
            int skipConfirmSteps,
            int healthyAfterSteps,
            int maxRollbacks) {
        public Config {
            ladder = new Ladder(ladder).rungs();
            actOn = actOn.isEmpty() ? Set.of() : EnumSet.copyOf(actOn);
            atLeastOne("confirmSteps", confirmSteps);
            atLeastOne("skipConfirmSteps", skipConfirmSteps);
            atLeastOne("healthyAfterSteps", healthyAfterSteps);
            atLeastOne("maxRollbacks", maxRollbacks);
        }

        /// The same, acting or only watching.
        public Config withEnabled(boolean enabled) {
            return new Config(
                    enabled, ladder, actOn, actAt, confirmSteps, skipConfirmSteps, healthyAfterSteps, maxRollbacks);
        }

        /// The same with another ladder.
        public Config withLadder(List<Rung> ladder) {
            return new Config(
                    enabled, ladder, actOn, actAt, confirmSteps, skipConfirmSteps, healthyAfterSteps, maxRollbacks);
        }

        private static void atLeastOne(String name, int value) {
            if (value < 1) {
                throw new IllegalArgumentException(name + " must be >= 1 but was " + value);
            }
        }

        public static Config defaults() {
            return new Config(
                    true,
                    Ladder.defaults().rungs(),
                    EnumSet.of(
                            EventKind.NON_FINITE,
                            EventKind.GRADIENT_SPIKE,
                            EventKind.LOSS_SPIKE,
                            EventKind.DIVERGENCE,
                            EventKind.ENTROPY_COLLAPSE,
                            EventKind.LOGIT_GROWTH,
                            EventKind.LOSS_SCALE_DEATH),
                    Severity.DAMAGED,
                    40,
                    5,
                    20,
                    10);
        }
    }

    /// A recovery that held: what it took.
    ///
    /// @param cause        the event that opened it
    /// @param troubleStep  the step of that event
    /// @param attempts     actions taken until it held
    /// @param action       names of the last rung's actions
    /// @param stepsLost    steps done again or dropped
    public record Confirmation(Event cause, long troubleStep, int attempts, String action, long stepsLost) {}

    /// The recovery under way.
    private record Recovery(
            Event cause,
            long troubleStep,
            int rung,
            int attemptsOnRung,
            int attempts,
            long confirmAt,
            long stepsLost,
            @Nullable Long landing) {}

    /// A change of the learning rate that holds from a step on. A reduction has `steps` 0 and `floor` = its factor.
    private record LrChange(long fromStep, long steps, double floor) {
        double factor(long step) {
            if (step < fromStep) {
                return 1;
            }
            if (steps == 0) {
                return floor;
            }
            return step - fromStep >= steps ? 1 : floor + (1 - floor) * (step - fromStep) / steps;
        }
    }

    /// Everything the guard knows, as saved.
    private record State(
            long sequence,
            int rollbacks,
            long lastTroubleSince,
            long lastTroubleStep,
            @Nullable Recovery recovery,
            List<LrChange> lrChanges,
            TreeMap<Long, Integer> failures,
            boolean halted) {
        static State initial() {
            return new State(0, 0, -1, -1, null, List.of(), new TreeMap<>(), false);
        }

        State with(@Nullable Recovery recovery) {
            return new State(
                    sequence, rollbacks, lastTroubleSince, lastTroubleStep, recovery, lrChanges, failures, halted);
        }

        State confirmed() {
            return new State(sequence, 0, lastTroubleSince, lastTroubleStep, null, lrChanges, failures, halted);
        }

        State trouble(long since, long step) {
            return new State(sequence, rollbacks, since, step, recovery, lrChanges, failures, halted);
        }

        State with(List<LrChange> lrChanges) {
            return new State(
                    sequence, rollbacks, lastTroubleSince, lastTroubleStep, recovery, lrChanges, failures, halted);
        }

        State withHalted() {
            return new State(
                    sequence, rollbacks, lastTroubleSince, lastTroubleStep, recovery, lrChanges, failures, true);
        }
    }

    /// Judges the events of a step before its update.
    ///
    /// @param step       the step at hand
    /// @param events     what the detectors saw in its readings
    /// @param hasTarget  whether a healthy checkpoint exists whose step is at most the argument and which
    ///                   [#mayLoad] admits
    /// @param typicalGradientNorm median gradient norm of the recent past, for clipping
    /// @param blame      tells where the trouble of an event lies; asked only when there is one to act on
    /// @return what to do, in order; empty to go on
    public List<Decision> decide(
            long step,
            List<Event> events,
            LongPredicate hasTarget,
            double typicalGradientNorm,
            Function<Event, Blame> blame) {
        var worst = events.stream()
                .filter(event -> event.severity().compareTo(Severity.WATCH) >= 0
                        && config.actOn().contains(event.kind()))
                .max(Comparator.comparing(Event::severity)
                        .thenComparingLong(event -> -event.since())
                        .thenComparingDouble(Event::confidence));
        if (worst.isEmpty()) {
            return List.of();
        }
        state = state.trouble(worst.get().since(), step);
        if (!config.enabled() || worst.get().severity().compareTo(config.actAt()) < 0) {
            return List.of();
        }
        return act(step, worst.get(), hasTarget, typicalGradientNorm, blame.apply(worst.get()));
    }

    private List<Decision> act(
            long step, Event event, LongPredicate hasTarget, double typicalGradientNorm, Blame blame) {
        var recovery = state.recovery();
        if (recovery != null && recovery.landing() != null && blame != Blame.DATA) {
            state.failures().merge(recovery.landing(), 1, Integer::sum);
        }
        int rung = recovery == null ? 0 : recovery.rung();
        int attemptsOnRung = recovery == null ? 0 : recovery.attemptsOnRung();
        long notAfter = event.since() - 1;
        while (rung < config.ladder().size()) {
            var candidate = config.ladder().get(rung);
            if (attemptsOnRung < candidate.attempts() && helps(candidate, event, notAfter, hasTarget, blame)) {
                break;
            }
            rung++;
            attemptsOnRung = 0;
        }
        var cause = recovery == null ? event : recovery.cause();
        var troubleStep = recovery == null ? step : Math.max(step, recovery.troubleStep());
        int attempts = recovery == null ? 1 : recovery.attempts() + 1;
        var lost = recovery == null ? 0 : recovery.stepsLost();
        if (rung == config.ladder().size()) {
            return halt(event.kind().label() + " at step " + step + " and the ladder is spent after " + (attempts - 1)
                    + " attempts: " + event.evidence());
        }
        var chosen = config.ladder().get(rung);
        if (chosen.rollsBack() && state.rollbacks() >= config.maxRollbacks()) {
            return halt(event.kind().label() + " at step " + step + " after " + state.rollbacks()
                    + " rollbacks without a confirmed recovery, the most allowed: " + event.evidence());
        }
        int window = chosen.onlyThisStep() ? config.skipConfirmSteps() : config.confirmSteps();
        state = state.with(new Recovery(
                cause,
                troubleStep,
                rung,
                attemptsOnRung + 1,
                attempts,
                troubleStep + window,
                lost + (chosen.onlyThisStep() ? 1 : 0),
                null));
        return decisions(chosen, step, event, notAfter, typicalGradientNorm);
    }

    private boolean helps(Rung rung, Event event, long notAfter, LongPredicate hasTarget, Blame blame) {
        if (rung.redoes() && blame != Blame.WEIGHTS) {
            return false;
        }
        if (rung.rollsBack()) {
            return hasTarget.test(notAfter);
        }
        return !rung.onlyThisStep()
                || switch (blame) {
                    case DATA -> true;
                    case WEIGHTS -> false;
                    case UNKNOWN -> undoneByDroppingTheStep(event);
                };
    }

    /// Whether the trouble is in this step's batch or gradient and no update has carried it into the weights yet.
    private static boolean undoneByDroppingTheStep(Event event) {
        return event.since() == event.step()
                && !event.subject().startsWith("param")
                && switch (event.kind()) {
                    case NON_FINITE, GRADIENT_SPIKE, LOSS_SPIKE -> true;
                    case DIVERGENCE,
                            PLATEAU,
                            STUCK,
                            LOGIT_GROWTH,
                            OUTPUT_LOGIT_DRIFT,
                            ENTROPY_COLLAPSE,
                            DEAD_UNITS,
                            RANK_COLLAPSE,
                            UPDATE_RATIO,
                            EDGE_OF_STABILITY,
                            LOSS_SCALE_DEATH,
                            PRECISION_LOSS,
                            OVERFIT,
                            STABILITY_GAP,
                            THROUGHPUT_DECAY,
                            STRAGGLER,
                            HANG,
                            DRIFT -> false;
                };
    }

    private static List<Decision> decisions(
            Rung rung, long step, Event event, long notAfter, double typicalGradientNorm) {
        var decisions = new ArrayList<Decision>();
        for (var action : rung.actions()) {
            decisions.add(
                    switch (action) {
                        case Action.SkipStep() -> new Decision.SkipStep();
                        case Action.ClipUpdate(double times) -> new Decision.ClipUpdate(times * typicalGradientNorm);
                        case Action.Redo() -> new Decision.Rollback(notAfter, 1, 0);
                        case Action.Rollback(long lead) ->
                            lead < 0
                                    ? new Decision.Rollback(notAfter, 1, 0)
                                    : new Decision.Rollback(notAfter, Math.max(1, event.since() - lead), step);
                        case Action.Rewarm(long steps, double floor) -> new Decision.Rewarm(steps, floor);
                        case Action.ReduceLr(double factor) -> new Decision.ReduceLr(factor);
                        case Action.ResetMoments(double keep) -> new Decision.ResetMoments(keep);
                        case Action.RaisePrecision() -> new Decision.RaisePrecision(module(event.subject()));
                        case Action.Halt() -> new Decision.Halt(event.evidence());
                    });
        }
        return decisions;
    }

    /// The module of a series about a tensor, such as `blocks.0.mlp` of `grad/norm/blocks.0.mlp.up.weight`; empty
    /// when
    /// the subject names none.
    private static String module(String subject) {
        var name = subject.substring(subject.lastIndexOf('/') + 1);
        var dot = name.lastIndexOf('.');
        return dot < 0 ? "" : name.substring(0, dot);
    }

    private List<Decision> halt(String reason) {
        halt();
        return List.of(new Decision.Halt(reason));
    }

    /// Tells where a rollback landed. The changes of learning rate made later hold from there on too.
    ///
    /// @param fromStep the step that was given up
    /// @param toStep   the step of the checkpoint
    public void rolledBack(long fromStep, long toStep) {
        var recovery = state.recovery();
        if (recovery == null) {
            throw new IllegalStateException("rolled back outside a recovery");
        }
        var moved = state.lrChanges().stream()
                .filter(change -> change.steps() == 0 || change.fromStep() < toStep)
                .map(change -> new LrChange(Math.min(change.fromStep(), toStep), change.steps(), change.floor()))
                .toList();
        state = new State(
                state.sequence() + 1,
                state.rollbacks() + 1,
                state.lastTroubleSince(),
                state.lastTroubleStep(),
                new Recovery(
                        recovery.cause(),
                        recovery.troubleStep(),
                        recovery.rung(),
                        recovery.attemptsOnRung(),
                        recovery.attempts(),
                        recovery.confirmAt(),
                        recovery.stepsLost() + fromStep - toStep,
                        toStep),
                moved,
                state.failures(),
                false);
    }

    /// Raises the learning rate again from `step` on.
    public void rewarm(long step, Decision.Rewarm rewarm) {
        change(new LrChange(step, rewarm.steps(), rewarm.floor()));
    }

    /// Lowers the learning rate from `step` on.
    public void reduceLr(long step, Decision.ReduceLr reduction) {
        change(new LrChange(step, 0, reduction.factor()));
    }

    private void change(LrChange change) {
        var changes = new ArrayList<>(state.lrChanges());
        changes.add(change);
        state = state.with(List.copyOf(changes));
    }

    /// The factor on the learning rate that recoveries ask for.
    ///
    /// @param step optimizer steps already done
    public double lrFactor(long step) {
        var factor = 1.0;
        for (var change : state.lrChanges()) {
            factor *= change.factor(step);
        }
        return factor;
    }

    /// Closes the recovery when its window has passed.
    ///
    /// @param step the step just done without an acting event
    public Optional<Confirmation> confirm(long step) {
        var recovery = state.recovery();
        if (recovery == null || step < recovery.confirmAt()) {
            return Optional.empty();
        }
        state = state.confirmed();
        var actions = config.ladder().get(recovery.rung()).actions().stream()
                .map(Action::name)
                .toList();
        return Optional.of(new Confirmation(
                recovery.cause(),
                recovery.troubleStep(),
                recovery.attempts(),
                String.join("+", actions),
                recovery.stepsLost()));
    }

    /// Whether a recovery waits to be confirmed.
    public boolean recovering() {
        return state.recovery() != null;
    }

    /// Gives the run up.
    public void halt() {
        state = state.withHalted();
    }

    /// Whether the guard has given the run up.
    public boolean halted() {
        return state.halted();
    }

    /// Whether a checkpoint has shown itself clean: enough steps behind it and no trouble that reaches back to it.
    ///
    /// @param checkpointStep its step
    /// @param now            the step just done
    public boolean healthy(long checkpointStep, long now) {
        var troubled = state.lastTroubleStep() > checkpointStep - config.healthyAfterSteps()
                && state.lastTroubleSince() <= checkpointStep + config.healthyAfterSteps();
        return checkpointStep == 0 || (now - checkpointStep >= config.healthyAfterSteps() && !troubled);
    }

    /// Whether a checkpoint may be loaded in a rollback: it has not failed again and again.
    public boolean mayLoad(long checkpointStep) {
        return state.failures().getOrDefault(checkpointStep, 0) < MAX_FAILURES_OF_CHECKPOINT;
    }

    /// How many rollbacks were done.
    public long sequence() {
        return state.sequence();
    }

    /// Everything the guard knows.
    public JsonNode state() {
        return JSON.valueToTree(state);
    }

    /// Continues from a saved state.
    public void restore(JsonNode saved) {
        state = JSON.treeToValue(saved, State.class);
    }
}
