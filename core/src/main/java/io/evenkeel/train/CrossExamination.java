package io.evenkeel.train;

import static java.util.Objects.requireNonNull;

import io.evenkeel.data.Batch;
import io.evenkeel.detect.Event;
import io.evenkeel.guard.Blame;
import io.evenkeel.tensor.Autograd;
import io.evenkeel.tensor.Scope;
import io.evenkeel.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/// Tells bad data from bad weights after a sudden trouble: today's weights on the data that was last learnt from, and
/// the weights of the last healthy checkpoint on today's data.
///
/// The weights have seen the data of the last step once more since, so they do no worse on it unless something hurt
/// them. A hurt that this data does not touch, such as one row of an embedding, shows by the second comparison: older
/// weights do better on today's data.
final class CrossExamination {
    /// The share of the step's rise in loss that a comparison must show too.
    private static final double SHARE = 0.25;
    /// The least rise that counts, as a share of the loss.
    private static final double LEAST = 0.05;
    /// Older weights do better when they rise less than this share of what today's rise.
    private static final double BETTER = 0.5;

    /// Steps that are remembered: a trouble that began before them is a slow one.
    static final int MEMORY = 16;

    private final TrainingState state;
    private final Checkpoints checkpoints;

    CrossExamination(TrainingState state, Checkpoints checkpoints) {
        this.state = state;
        this.checkpoints = checkpoints;
    }

    /// The last step whose update was applied.
    ///
    /// @param step     the step, from 1
    /// @param position of its first example
    /// @param batches  its micro-batches
    /// @param loss     its mean loss before the update
    record Learnt(long step, long position, int batches, double loss) {}

    /// @param event   what is to be explained
    /// @param loss    the loss of the step at hand
    /// @param batches its data
    Blame of(Event event, double loss, List<Batch> batches) {
        if (event.subject().startsWith("param/")) {
            return Blame.WEIGHTS;
        }
        return state.learntBefore(event.since())
                .map(learnt -> compare(learnt, event, loss, batches))
                .orElse(Blame.UNKNOWN);
    }

    private Blame compare(Learnt learnt, Event event, double loss, List<Batch> batches) {
        var rise = Double.isFinite(loss) ? Math.max(0, loss - learnt.loss()) : 0;
        var bound = learnt.loss() + Math.max(SHARE * rise, LEAST * Math.abs(learnt.loss()));
        if (!(lossOnLearnt(learnt) <= bound)) {
            return Blame.WEIGHTS;
        }
        var today = meanLoss(batches);
        if (today <= bound) {
            // Nothing is wrong with the loss of this data. Once that is a slip of the machine; when leaving
            // out the step before did not help, it is in the weights.
            return state.guard.recovering() ? Blame.WEIGHTS : Blame.DATA;
        }
        return olderDoBetter(event, batches, learnt.loss(), today) ? Blame.WEIGHTS : Blame.DATA;
    }

    private boolean olderDoBetter(Event event, List<Batch> batches, double usual, double today) {
        var target = checkpoints.target(event.since() - 1, state);
        if (target.isEmpty()) {
            return false;
        }
        var weights = state.modelTensors();
        var kept = new TreeMap<String, Tensor>();
        try (var checkpoint = target.get();
                var _ = Scope.open();
                var _ = Autograd.noGrad()) {
            weights.forEach((name, tensor) -> kept.put(name, tensor.detach().copy()));
            checkpoint.loadModel(weights);
            try {
                var older = meanLoss(batches);
                return Double.isFinite(older) && (!Double.isFinite(today) || older - usual < BETTER * (today - usual));
            } finally {
                kept.forEach((name, copy) ->
                        requireNonNull(weights.get(name)).detach().copy_(copy));
            }
        }
    }

    private double lossOnLearnt(Learnt learnt) {
        var batches = new ArrayList<Batch>();
        try {
            state.source.seek(learnt.position());
            for (var i = 0; i < learnt.batches(); i++) {
                batches.add(state.source.next());
            }
            return meanLoss(batches);
        } finally {
            batches.forEach(Batch::close);
        }
    }

    /// In evaluation mode, so that no random stream of the training moves.
    private double meanLoss(List<Batch> batches) {
        var model = state.task.model();
        model.train(false);
        try (var _ = Autograd.noGrad()) {
            var sum = 0.0;
            for (var batch : batches) {
                try (var _ = Scope.open()) {
                    sum += state.task.loss(batch).total().item();
                }
            }
            return sum / batches.size();
        } finally {
            model.train(true);
        }
    }
}
