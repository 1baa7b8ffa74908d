package io.evenkeel.train;

import static io.evenkeel.metric.SeriesNames.GRAD_NORM;
import static io.evenkeel.metric.SeriesNames.LOSS;

import io.evenkeel.data.Batch;
import io.evenkeel.detect.Event;
import io.evenkeel.guard.Blame;
import io.evenkeel.guard.Decision;
import io.evenkeel.metric.Readings;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// Carries out what the guard decides, and writes down what happened and why.
final class Recovery {
    private static final JsonMapper JSON = JsonMapper.shared();

    /// Kinds of the run's events that decide its verdict.
    static final String HALT = "halt";

    static final String RECOVERED = "recovered";

    private final TrainingState state;
    private final Checkpoints checkpoints;
    private final RecoveryJournal memory;
    private final Journal journal;
    private final NonFiniteLocator locator;
    private final CrossExamination examination;

    Recovery(
            TrainingState state,
            Checkpoints checkpoints,
            RecoveryJournal memory,
            Journal journal,
            NonFiniteLocator locator) {
        this.state = state;
        this.checkpoints = checkpoints;
        this.memory = memory;
        this.journal = journal;
        this.locator = locator;
        this.examination = new CrossExamination(state, checkpoints);
    }

    /// What becomes of the step at hand.
    enum Verdict {
        GO_ON,
        DROP,
        ROLLED_BACK,
        HALTED
    }

    /// Shows the readings to the detectors, their events to the guard, and carries its decisions out.
    Verdict judge(Readings readings, List<Batch> batches) {
        var events = locator.name(state.detectors.observe(readings), batches);
        note(events);
        return carryOut(
                readings,
                withOngoing(events, readings.step()),
                event -> examination.of(event, readings.get(LOSS), batches));
    }

    /// The same for what is read of the weights after an update, which no dropped step can undo.
    ///
    /// @return whether to go on from them
    boolean judgeUpdate(Readings readings) {
        var events = state.detectors.observe(readings);
        note(events);
        return carryOut(readings, events, _ -> Blame.WEIGHTS) == Verdict.GO_ON;
    }

    private Verdict carryOut(Readings readings, List<Event> events, Function<Event, Blame> blame) {
        var decisions = state.guard.decide(
                readings.step(),
                events,
                notAfter -> checkpoints.hasTarget(notAfter, state),
                state.detectors.typical(GRAD_NORM),
                blame);
        var verdict = Verdict.GO_ON;
        for (var decision : decisions) {
            switch (decision) {
                case Decision.SkipStep _ -> {
                    skip(readings.step(), events);
                    verdict = Verdict.DROP;
                }
                case Decision.ClipUpdate(double maxNorm) -> clip(readings, maxNorm);
                case Decision.Rollback rollback -> {
                    if (!rollBack(readings.step(), rollback, decisions, events)) {
                        return halt(readings.step(), "no checkpoint to go back to could be read");
                    }
                    return Verdict.ROLLED_BACK;
                }
                case Decision.Halt(String reason) -> {
                    return halt(readings.step(), reason);
                }
                case Decision.Rewarm _, Decision.ReduceLr _, Decision.ResetMoments _, Decision.RaisePrecision _ ->
                    apply(readings.step() - 1, decision);
            }
        }
        return verdict;
    }

    /// During a recovery also what still goes on though it was told before.
    private List<Event> withOngoing(List<Event> events, long step) {
        if (!state.guard.recovering()) {
            return events;
        }
        return Stream.concat(events.stream(), state.detectors.ongoing(step).stream())
                .toList();
    }

    /// Writes events down.
    void note(List<Event> events) {
        events.forEach(journal::event);
    }

    private void skip(long step, List<Event> events) {
        var details = decision(new Decision.SkipStep(), events);
        addData(details, state.skipped.position(step - 1), state.skipped.position(step));
        journal.note(step, "skip-step", "step " + step + " dropped: " + reason(events), details);
    }

    private void clip(Readings readings, double maxNorm) {
        var norm = readings.get(GRAD_NORM);
        if (norm > maxNorm) {
            state.parameters.gradients().mul_(maxNorm / norm);
            readings.put(GRAD_NORM, maxNorm);
        }
        var details = JSON.createObjectNode().put("maxNorm", maxNorm).put("norm", norm);
        journal.note(readings.step(), "clip-update", "gradient clipped to norm " + maxNorm, details);
    }

    private Verdict halt(long step, String reason) {
        journal.note(step, HALT, "halted: " + reason, null);
        state.guard.halt();
        return Verdict.HALTED;
    }

    /// Goes back. The memory of it is on disk before anything else changes, so that a kill at any moment resumes
    /// with the same decision taken once.
    private boolean rollBack(long step, Decision.Rollback rollback, List<Decision> decisions, List<Event> events) {
        var target = checkpoints.target(rollback.notAfter(), state);
        if (target.isEmpty()) {
            return false;
        }
        try (var checkpoint = target.get()) {
            var landing = checkpoint.step();
            var details = decision(rollback, events).put("toStep", landing).put("stepsLost", step - landing);
            for (var stretch : state.skipped.skipSteps(rollback.skipFromStep(), rollback.skipToStep())) {
                addData(details, stretch.from(), stretch.to());
            }
            state.guard.rolledBack(step, landing);
            state.step = landing;
            decisions.forEach(decision -> remember(landing, decision));
            var entry = new RecoveryJournal.Entry(
                    landing, state.memory(), momentFactors(decisions), fullPrecision(decisions));
            memory.write(entry);
            journal.rewind(landing, "rollback");
            checkpoints.dropAfter(landing);
            state.load(checkpoint);
            entry.momentFactors().forEach(state.optimizer::scaleMoments);
            entry.fullPrecision().forEach(state::raisePrecision);
            journal.note(
                    step,
                    "rollback",
                    "rolled back from step " + step + " to " + landing + ": " + reason(events),
                    details);
            decisions.stream()
                    .filter(decision -> !(decision instanceof Decision.Rollback))
                    .forEach(decision -> journal.note(landing, decision.name(), decision.toString(), null));
            return true;
        }
    }

    private void apply(long step, Decision decision) {
        remember(step, decision);
        momentFactors(List.of(decision)).forEach(state.optimizer::scaleMoments);
        fullPrecision(List.of(decision)).forEach(state::raisePrecision);
        journal.note(step, decision.name(), decision.toString(), null);
    }

    private static List<Double> momentFactors(List<Decision> decisions) {
        return decisions.stream()
                .filter(Decision.ResetMoments.class::isInstance)
                .map(decision -> ((Decision.ResetMoments) decision).keep())
                .toList();
    }

    private static List<String> fullPrecision(List<Decision> decisions) {
        return decisions.stream()
                .filter(Decision.RaisePrecision.class::isInstance)
                .map(decision -> ((Decision.RaisePrecision) decision).module())
                .toList();
    }

    /// The part of a decision that the guard keeps.
    private void remember(long step, Decision decision) {
        if (decision instanceof Decision.Rewarm rewarm) {
            state.guard.rewarm(step, rewarm);
        } else if (decision instanceof Decision.ReduceLr reduction) {
            state.guard.reduceLr(step, reduction);
        }
    }

    /// Closes a recovery that held, with its account.
    void confirm() {
        state.guard
                .confirm(state.step)
                .ifPresent(held -> journal.note(
                        state.step,
                        RECOVERED,
                        held.cause().kind().label() + " of step " + held.cause().step() + " recovered by "
                                + held.action() + " after " + held.attempts() + " attempt(s), " + held.stepsLost()
                                + " step(s) lost",
                        JSON.valueToTree(held)));
    }

    private static String reason(List<Event> events) {
        return events.stream()
                .max(Comparator.comparing(Event::severity))
                .map(event -> event.kind().label() + ", " + event.evidence())
                .orElse("");
    }

    private static ObjectNode decision(Decision decision, List<Event> events) {
        var details = JSON.createObjectNode();
        details.set("decision", JSON.valueToTree(decision));
        details.set("because", JSON.valueToTree(events));
        return details;
    }

    /// Lists the examples that are left out, each by document and offset, so that they can be looked at and
    /// replayed.
    private void addData(ObjectNode details, long from, long to) {
        details.withArray("positions").addObject().put("from", from).put("to", to);
        var data = details.withArray("data");
        for (var position = from; position < to; position++) {
            var origin = state.source.origin(position);
            data.addObject().put("document", origin.document()).put("offset", origin.offset());
        }
    }
}
