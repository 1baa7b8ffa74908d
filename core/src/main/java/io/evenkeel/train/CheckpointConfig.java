package io.evenkeel.train;

import io.evenkeel.checkpoint.CheckpointStore.Retention;

/// When checkpoints are written and which stay: the key `checkpoint` of a configuration.
///
/// @param everySteps steps between checkpoints, >= 1; one more is written at the start and at the end
/// @param keep       how many of the newest stay, >= 1; the newest healthy one always stays
/// @param keepBest   whether the one with the lowest held-out loss stays too
public record CheckpointConfig(long everySteps, int keep, boolean keepBest) {
    public CheckpointConfig {
        TrainConfig.atLeast("everySteps", everySteps, 1);
        TrainConfig.atLeast("keep", keep, 1);
    }

    public static CheckpointConfig defaults() {
        return new CheckpointConfig(100, 3, true);
    }

    Retention retention() {
        return new Retention(keep, keepBest);
    }
}
