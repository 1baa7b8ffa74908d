package io.evenkeel.metric;

import java.util.List;

/// All points of a series. For a step that was measured by several incarnations the highest one wins; what it
/// superseded is in the branches.
///
/// @param steps       in ascending order
/// @param wallSeconds when they were measured, seconds since 1970-01-01T00:00Z
/// @param branches    superseded points, oldest incarnation first
public record SeriesData(String name, long[] steps, double[] values, double[] wallSeconds, List<Branch> branches) {
    public SeriesData {
        branches = List.copyOf(branches);
    }

    public int size() {
        return steps.length;
    }

    /// Points that a later incarnation superseded by going back to an earlier step.
    ///
    /// @param incarnation the one that measured them
    public record Branch(int incarnation, long[] steps, double[] values) {}
}
