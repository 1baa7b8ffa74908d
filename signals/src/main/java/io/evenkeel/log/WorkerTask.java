package io.evenkeel.log;

/// A piece of work of one worker: a task of a stage, a step, a kernel.
///
/// @param worker       who did it: `rank 3`, an executor and its host, a process and thread
/// @param group        what it is compared within: the stage, the category
/// @param name         what it is
/// @param index        its number within the group, -1 for none
/// @param startSeconds in the source's clock; since 1970-01-01T00:00Z where it has one
/// @param endSeconds   NaN while it runs
/// @param speculative  whether it is a second copy of a slow one
public record WorkerTask(
        String worker,
        String group,
        String name,
        long index,
        double startSeconds,
        double endSeconds,
        State state,
        boolean speculative) {
    /// What became of it.
    public enum State {
        FINISHED,
        FAILED,
        KILLED,
        RUNNING
    }
}
