package io.evenkeel.schedule;

/// The factor on the peak learning rate at a step: a pure function, so that it needs no state and any step can be asked
/// for.
@FunctionalInterface
public interface Schedule {
    /// The factor of the step that is about to be done.
    ///
    /// @param step optimizer steps already done, `>= 0`
    /// @return the factor, usually in `[0, 1]`
    double factor(long step);
}
