package io.evenkeel.studies.p02;

/// How long stages of an interleaved pipeline stand idle in a step.
///
/// @paper P02 bubble share `(p - 1) / (v m)` of the ideal time of a step
final class Pipeline {
    private Pipeline() {}

    /// Idle over ideal time.
    ///
    /// @param stages  p
    /// @param chunks  v a stage
    /// @param batches m micro-batches a step
    static double bubble(int stages, int chunks, int batches) {
        return (stages - 1.0) / ((double) chunks * batches);
    }

    /// Idle time that one step of four times the batch saves against four steps, in plain accounting: every step is idle
    /// for `(p - 1) / v` micro-batches, however many follow.
    static double savedByFourTimesTheBatch() {
        return 1 - 1.0 / 4;
    }

    /// The same as the quotient of the two expressions of the paper, `(p - 1) / (4 m v)` and `4 (p - 1) / (m v)`; the paper
    /// itself states 87.5 %.
    static double savedByThePapersExpressions() {
        return 1 - 1.0 / 16;
    }
}
