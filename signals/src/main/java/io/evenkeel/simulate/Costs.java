package io.evenkeel.simulate;

/// How long things take, in seconds. The same for every number of workers: the job grows with its cluster.
///
/// @param snapshotSeconds    copying the state to host memory; training stands still
/// @param writeSeconds       writing it to the store; training stands still unless the policy writes in the background
/// @param diagnosisSeconds   self-checks that find the bad worker, after a failure was seen
/// @param restartSeconds     starting all processes and forming the group
/// @param loadSeconds        reading a checkpoint
/// @param regroupSeconds     forming the group anew from the workers left, with the state they still have
/// @param replacementSeconds waiting for another worker where none is held ready
/// @param repairSeconds      until a worker that failed can be used again
/// @param spareShare         spare workers held ready, as a share of the job's, at least one
public record Costs(
        double snapshotSeconds,
        double writeSeconds,
        double diagnosisSeconds,
        double restartSeconds,
        double loadSeconds,
        double regroupSeconds,
        double replacementSeconds,
        double repairSeconds,
        double spareShare) {
    public Costs {
        Checks.notNegative("snapshotSeconds", snapshotSeconds);
        Checks.notNegative("writeSeconds", writeSeconds);
        Checks.notNegative("diagnosisSeconds", diagnosisSeconds);
        Checks.notNegative("restartSeconds", restartSeconds);
        Checks.notNegative("loadSeconds", loadSeconds);
        Checks.notNegative("regroupSeconds", regroupSeconds);
        Checks.notNegative("replacementSeconds", replacementSeconds);
        Checks.notNegative("repairSeconds", repairSeconds);
        Checks.share("spareShare", spareShare);
    }

    /// Figures for a job of 175 billion parameters.
    ///
    /// - `snapshotSeconds`: "seconds" (MegaScale, NSDI 2024); 5 is assumed.
    /// - `writeSeconds`, `loadSeconds`: 175 billion parameters at 14 bytes of state are 2.45 TB; 20 GB/s is
    /// assumed.
    /// - `diagnosisSeconds`: detection and diagnosis took less than 10 minutes on average (MegaScale), less 30 s
    /// for the
    ///   detection.
    /// - `restartSeconds`: group initialisation of more than 10,000 accelerators; 30 is assumed (under 5 s for
    /// 2,048 in
    ///   MegaScale).
    /// - The others are assumed: regrouping like a restart, half an hour for a new worker, a day for a repair, 1 %
    /// spares.
    public static Costs defaults() {
        return new Costs(5, 120, 570, 30, 120, 30, 1800, 86_400, 0.01);
    }
}
