package io.evenkeel.train;

import io.evenkeel.data.Batch;
import io.evenkeel.tensor.Tensor;
import java.nio.file.Path;
import java.time.InstantSource;

/// Reaches into a step from outside: how faults are injected. Every method does nothing unless overridden.
public interface Interventions {
    /// No intervention.
    Interventions NONE = new Interventions() {};

    /// When a run is built or resumed, before its first step.
    default void started(RunConfig config, Path run) {}

    /// Before the forward pass of a micro-batch; the tensors may be changed in place.
    ///
    /// @param step     the step at hand, from 1
    /// @param position position of the batch in the data's order
    default void beforeForward(long step, long position, Batch batch) {}

    /// Between forward and backward pass of a micro-batch.
    ///
    /// @param loss its mean loss, a scalar with its graph
    /// @return what is differentiated instead
    default Tensor loss(long step, long position, Tensor loss) {
        return loss;
    }

    /// In a worker, on its thread, before it takes its share of a micro-batch.
    default void beforeShare(long step, int rank) {}

    /// In a worker, on its thread, after its share.
    ///
    /// @param nanos what it took
    default void afterShare(long step, int rank, long nanos) {}

    /// After the backward pass, before anything judges the gradients.
    default void afterBackward(long step, TrainingState state) {}

    /// The clock that readings are stamped with.
    default InstantSource clock() {
        return InstantSource.system();
    }

    /// Before the update.
    ///
    /// @return the factor on the learning rate to use
    default double factor(long step, double factor) {
        return factor;
    }

    /// After the update.
    default void afterUpdate(long step, TrainingState state) {}

    /// On the writing thread, when a checkpoint is written but not visible yet; an exception fails the writing.
    default void beforeCheckpoint(long step, Path directory) {}
}
