package io.evenkeel.run;

/// A start, resume or rollback of a run. What earlier ones measured after the step it goes on from is superseded.
///
/// @param number   0 for the first of a run, then one more each
/// @param rewindTo the step it goes on from: the next one measured is `rewindTo + 1`, or `rewindTo` itself again
/// @param cause    why: `start`, `resume`, `rollback`, and what else should be known
public record Incarnation(int number, long rewindTo, String cause) {
    /// The first incarnation of a run.
    public static final Incarnation START = new Incarnation(0, 0, "start");

    public Incarnation {
        if (number < 0) {
            throw new IllegalArgumentException("number must be >= 0 but was " + number);
        }
        if (rewindTo < 0) {
            throw new IllegalArgumentException("rewindTo must be >= 0 but was " + rewindTo);
        }
    }
}
