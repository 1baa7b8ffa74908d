package io.evenkeel.train;

import io.evenkeel.detect.Event;
import io.evenkeel.metric.Readings;

/// Hears of a run as it goes, on the training thread: the terminal's progress, for one.
public interface TrainListener {
    /// Hears nothing.
    TrainListener SILENT = new TrainListener() {};

    /// After every step.
    default void step(Readings readings, long totalSteps) {}

    /// After an evaluation.
    default void evaluated(long step, Evaluation evaluation) {}

    /// When a detector speaks.
    default void event(Event event) {}

    /// When something is done or noticed: a checkpoint, a decision, a refusal.
    default void note(long step, String text) {}
}
