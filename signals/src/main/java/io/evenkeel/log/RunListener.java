package io.evenkeel.log;

import io.evenkeel.metric.Readings;

/// Receives one run.
public interface RunListener {
    /// What was measured at a step. A step that was recorded in parts may come in parts.
    default void readings(Readings readings) {}

    /// The run was started again from an earlier step: what was given with this step or a later one is superseded.
    default void restarted(long step) {}

    /// A collective operation of a distributed job as one rank saw it.
    default void collective(Collective collective) {}

    /// How far one rank came in one process group.
    default void progress(CollectiveProgress progress) {}

    /// A piece of work of one worker.
    default void task(WorkerTask task) {}

    /// A sign of life.
    default void heartbeat(Heartbeat heartbeat) {}

    /// Everything that is there by now was given. Comes once a [LogSource#read].
    ///
    /// @param info with everything that was noticed
    default void caughtUp(RunInfo info) {}
}
