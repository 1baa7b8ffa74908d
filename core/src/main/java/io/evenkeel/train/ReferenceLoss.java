package io.evenkeel.train;

import io.evenkeel.detect.Event;
import io.evenkeel.guard.Blame;
import io.evenkeel.tensor.Autograd;
import io.evenkeel.tensor.Scope;

/// Tells bad data from bad weights by the loss on the data of the last step that was learnt from: the weights have seen
/// it once more since, so they do no worse on it unless something hurt them.
final class ReferenceLoss {
    /// The share of a step's rise in loss from which on the reference must have risen too for the weights to be blamed.
    private static final double SHARE = 0.25;
    /// The least rise that counts, as a share of the loss.
    private static final double LEAST = 0.05;

    private final TrainingState state;

    ReferenceLoss(TrainingState state) {
        this.state = state;
    }

    /// The last step whose update was applied.
    ///
    /// @param step     the step, from 1
    /// @param position of its first example
    /// @param batches  its micro-batches
    /// @param loss     its mean loss before the update
    record Learnt(long step, long position, int batches, double loss) {}

    /// @param event what is to be explained
    /// @param loss  the loss of the step at hand
    Blame of(Event event, double loss) {
        var learnt = state.learnt;
        if (learnt == null || learnt.step() >= event.since() && event.since() < event.step()) {
            return Blame.UNKNOWN;
        }
        var rise = meanLoss(learnt) - learnt.loss();
        if (Double.isNaN(rise)) {
            return Blame.WEIGHTS;
        }
        var expected = Double.isFinite(loss) ? SHARE * (loss - learnt.loss()) : 0;
        return rise > Math.max(expected, LEAST * Math.abs(learnt.loss())) ? Blame.WEIGHTS : Blame.DATA;
    }

    private double meanLoss(Learnt learnt) {
        var model = state.task.model();
        var sum = 0.0;
        state.source.seek(learnt.position());
        model.train(false);
        try (var _ = Autograd.noGrad()) {
            for (var i = 0; i < learnt.batches(); i++) {
                try (var batch = state.source.next();
                        var _ = Scope.open()) {
                    sum += state.task.loss(batch).total().item();
                }
            }
        } finally {
            model.train(true);
        }
        return sum / learnt.batches();
    }
}
