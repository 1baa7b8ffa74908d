package io.evenkeel.train;

import static io.evenkeel.metric.SeriesNames.GRAD_NORM;
import static io.evenkeel.metric.SeriesNames.LR;
import static io.evenkeel.metric.SeriesNames.STEP_MILLIS;
import static io.evenkeel.metric.SeriesNames.TOKENS;
import static io.evenkeel.metric.SeriesNames.TOKENS_PER_SECOND;
import static io.evenkeel.metric.SeriesNames.VAL_ACCURACY;
import static io.evenkeel.metric.SeriesNames.VAL_LOSS;

import io.evenkeel.data.Batch;
import io.evenkeel.metric.Readings;
import io.evenkeel.probe.StepTimes;
import io.evenkeel.probe.StepTimes.Phase;
import io.evenkeel.probe.StepView;
import io.evenkeel.schedule.Schedule;
import io.evenkeel.tensor.Scope;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The training loop: data -> model -> loss -> gradients -> probes -> detectors -> guard -> update, one step after
/// another, until the last step, a stop request, or a guard that gives the run up.
///
/// A step is judged after its gradients are known and before its update is applied, so a bad step can be dropped with
/// the weights untouched. Evaluation, checkpoints and their health follow the update.
final class Trainer {
    private final RunConfig config;
    private final TrainingState state;
    private final Schedule schedule;
    private final Recovery recovery;
    private final Checkpoints checkpoints;
    private final Journal journal;
    private final Interventions interventions;
    private final @Nullable DataParallel workers;
    private final Backward backward;
    private final StepTimes times = new StepTimes();

    Trainer(
            RunConfig config,
            TrainingState state,
            Recovery recovery,
            Checkpoints checkpoints,
            Journal journal,
            Interventions interventions,
            @Nullable DataParallel workers) {
        this.config = config;
        this.state = state;
        this.schedule = config.schedule().build(config.train().steps());
        this.recovery = recovery;
        this.checkpoints = checkpoints;
        this.journal = journal;
        this.interventions = interventions;
        this.workers = workers;
        this.backward = new Backward(state, times, interventions, workers);
    }

    /// Trains until the end.
    void run(StopRequest stop) {
        while (state.step < config.train().steps() && stop.reason() == null && !state.guard.halted()) {
            step();
        }
        if (!state.guard.halted()) {
            if (state.step == config.train().steps()) {
                evaluate();
            }
            checkpoints.writeLast(state);
        }
    }

    private void step() {
        var step = state.step + 1;
        var start = System.nanoTime();
        var readings = new Readings(step, seconds());
        var batches = takeBatches();
        var tokens = batches.stream().mapToLong(Batch::tokens).sum();
        try (var _ = Scope.open()) {
            var factor = interventions.factor(step, schedule.factor(state.step) * state.guard.lrFactor(state.step));
            var losses = backward.run(step, state.skipped.position(state.step), batches);
            interventions.afterBackward(step, state);
            losses.addTo(readings);
            if (workers != null) {
                workers.addTo(readings);
            }
            readings.put(GRAD_NORM, state.parameters.gradientNorm())
                    .put(LR, config.optimizer().lr() * factor);
            var view = view(readings, losses, batches);
            state.probes.afterBackward(view, readings);
            switch (recovery.judge(readings, batches)) {
                case GO_ON -> {
                    state.learnt(new CrossExamination.Learnt(
                            step, state.skipped.position(state.step), batches.size(), losses.total()));
                    if (!update(view, factor, readings)) {
                        return;
                    }
                }
                case DROP -> {}
                case ROLLED_BACK, HALTED -> {
                    return;
                }
            }
        } finally {
            batches.forEach(Batch::close);
        }
        state.step = step;
        state.tokens += tokens;
        var seconds = (System.nanoTime() - start) / 1e9;
        journal.record(readings.put(STEP_MILLIS, seconds * 1e3)
                .put(TOKENS, state.tokens)
                .put(TOKENS_PER_SECOND, tokens / seconds));
        finish();
        times.endStep();
    }

    private double seconds() {
        return interventions.clock().millis() / 1e3;
    }

    private List<Batch> takeBatches() {
        try (var _ = times.during(Phase.DATA)) {
            var position = state.skipped.position(state.step);
            if (state.source.position() != position) {
                state.source.seek(position);
            }
            var batches = new ArrayList<Batch>();
            for (var i = 0; i < config.train().accumulate(); i++) {
                batches.add(state.source.next());
            }
            return batches;
        }
    }

    private StepView view(Readings readings, StepLosses losses, List<Batch> batches) {
        return new StepView(
                state.step,
                state.task.model(),
                state.parameters,
                state.optimizer,
                readings.get(LR),
                readings.get(GRAD_NORM),
                losses.byName(),
                batches,
                batch -> state.task.loss(batch).total(),
                times);
    }

    /// @return whether the weights after it are still good enough to go on from
    private boolean update(StepView view, double factor, Readings readings) {
        state.probes.beforeUpdate(view);
        try (var _ = times.during(Phase.OPTIMIZER)) {
            state.optimizer.step(factor, readings.get(GRAD_NORM));
        }
        interventions.afterUpdate(readings.step(), state);
        var after = new Readings(readings.step(), readings.wallSeconds());
        state.probes.afterUpdate(view, after);
        if (checkpointDue(readings.step())) {
            state.probes.atCheckpoint(view, after);
        }
        after.forEach(readings::put);
        return recovery.judgeUpdate(after);
    }

    /// Whether a checkpoint follows a step; the last step of the run has one of its own.
    private boolean checkpointDue(long step) {
        return step % config.checkpoint().everySteps() == 0
                && step < config.train().steps();
    }

    private void finish() {
        var everySteps = config.train().evalEverySteps();
        if (everySteps > 0
                && state.step % everySteps == 0
                && state.step < config.train().steps()) {
            evaluate();
        }
        recovery.confirm();
        checkpoints.judgeHealth(state);
        if (checkpointDue(state.step)) {
            try (var _ = times.during(Phase.CHECKPOINT)) {
                checkpoints.write(state);
            }
        }
    }

    private void evaluate() {
        var evaluation = state.task.evaluate();
        state.evaluation = evaluation;
        var readings = new Readings(state.step, seconds()).put(VAL_LOSS, evaluation.loss());
        if (evaluation.accuracy() != null) {
            readings.put(VAL_ACCURACY, evaluation.accuracy());
        }
        journal.evaluated(readings, evaluation);
        recovery.note(state.detectors.observe(readings));
    }
}
