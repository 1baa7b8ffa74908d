package io.evenkeel.metric;

/// Receives the frames of a segment in the order they were written.
public interface SegmentVisitor {
    /// The incarnation that the following readings belong to; older ones after the step `rewindTo` are superseded.
    /// Comes once a segment, so again when an incarnation has several.
    default void incarnation(int number, long rewindTo, String cause) {}

    /// The series that the readings of this segment call `id`.
    default void series(int id, Series series) {}

    /// The readings of a step.
    ///
    /// @param count  how many of `ids` and `values` are filled
    /// @param ids    series; the array is reused
    /// @param values the array is reused
    default void scalars(long step, double wallSeconds, int count, int[] ids, double[] values) {}
}
