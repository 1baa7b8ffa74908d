package io.evenkeel.train;

import io.evenkeel.data.Batch;
import io.evenkeel.probe.StepTimes;
import io.evenkeel.probe.StepTimes.Phase;
import io.evenkeel.tensor.Scope;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The gradients of a step: forward and backward over its micro-batches, accumulated as their mean.
final class Backward {
    private final TrainingState state;
    private final StepTimes times;
    private final Interventions interventions;
    private final @Nullable DataParallel workers;

    /// @param workers who share the examples of a micro-batch; null when nobody does
    Backward(TrainingState state, StepTimes times, Interventions interventions, @Nullable DataParallel workers) {
        this.state = state;
        this.workers = workers;
        this.times = times;
        this.interventions = interventions;
    }

    /// @param step     the step at hand, from 1
    /// @param position position of the first example in the data's order
    StepLosses run(long step, long position, List<Batch> batches) {
        var weight = 1.0 / batches.size();
        var losses = StepLosses.ZERO;
        var at = position;
        state.parameters.zeroGradients();
        for (var batch : batches) {
            interventions.beforeForward(step, at, batch);
            losses = losses.plus(
                    workers == null ? microBatch(step, at, batch, weight) : shared(workers, step, at, batch, weight),
                    weight);
            state.probes.afterMicroBatch(step - 1, state.parameters, batch, times);
            at += batch.size();
        }
        return losses;
    }

    private StepLosses shared(DataParallel workers, long step, long position, Batch batch, double weight) {
        try (var _ = times.during(Phase.BACKWARD)) {
            return workers.run(step, position, batch, weight);
        }
    }

    private StepLosses microBatch(long step, long position, Batch batch, double weight) {
        try (var _ = Scope.open()) {
            try (var _ = times.during(Phase.FORWARD)) {
                var terms = state.task.loss(batch);
                var total = interventions.loss(step, position, terms.total());
                try (var _ = times.during(Phase.BACKWARD)) {
                    (weight == 1 ? total : total.mul(weight)).backward();
                }
                return StepLosses.of(total, terms);
            }
        }
    }
}
