package io.evenkeel.simulate;

/// What goes wrong, and how often. Workers fail independently.
///
/// @param mtbfSeconds       mean time between two troubles of one worker, of all kinds together, > 0; infinite for none
/// @param weibullShape      shape of the time to trouble: 1 is exponential, below 1 young workers fail more
/// @param crashShare        share of troubles that end the worker's process
/// @param hangShare         share after which the worker lives but does nothing
/// @param stragglerShare    share after which the worker is slow
/// @param corruptionShare   share that silently damages the weights
/// @param stragglerSlowdown how much longer a step takes while a slow worker takes part, > 0
/// @param spikeEverySteps   mean number of new steps between two batches that spoil the weights; infinite for none. A
///                          matter of data and model, not of the number of workers
/// @param spikeAtOnceShare  share of those batches that a detector can tell before their update
/// @param symptomSteps      mean number of steps from damage to the first sign of it, >= 1
/// @param onsetError        how wrong a detector is about the beginning: in shares of the steps between damage and
/// sign,
///                          evenly spread from 0 to this, in [0, 1]
public record Faults(
        double mtbfSeconds,
        double weibullShape,
        double crashShare,
        double hangShare,
        double stragglerShare,
        double corruptionShare,
        double stragglerSlowdown,
        double spikeEverySteps,
        double spikeAtOnceShare,
        double symptomSteps,
        double onsetError) {
    public Faults {
        Checks.positive("mtbfSeconds", mtbfSeconds);
        Checks.positive("weibullShape", weibullShape);
        Checks.share("crashShare", crashShare);
        Checks.share("hangShare", hangShare);
        Checks.share("stragglerShare", stragglerShare);
        Checks.share("corruptionShare", corruptionShare);
        var sum = crashShare + hangShare + stragglerShare + corruptionShare;
        if (Math.abs(sum - 1) > 1e-6) {
            throw new IllegalArgumentException(
                    "crashShare + hangShare + stragglerShare + corruptionShare must be 1 but was " + sum);
        }
        Checks.positive("stragglerSlowdown", stragglerSlowdown);
        Checks.positive("spikeEverySteps", spikeEverySteps);
        Checks.share("spikeAtOnceShare", spikeAtOnceShare);
        if (!(symptomSteps >= 1)) {
            throw new IllegalArgumentException("symptomSteps must be >= 1 but was " + symptomSteps);
        }
        Checks.share("onsetError", onsetError);
    }

    /// Published figures; a worker is one accelerator.
    ///
    /// - Time between troubles and shares: 419 unexpected interruptions of 16,384 accelerators in 54 days, of them
    /// 7
    ///   time-outs of collectives (hangs) and 6 silent corruptions ("The Llama 3 herd of models", 2024, table 5),
    ///   and
    ///   stragglers at 4.4 % of that rate: 0.5 % of machines (MegaScale, NSDI 2024) with 8 accelerators each within
    ///   30
    ///   days (the period is assumed).
    /// - `stragglerSlowdown`: the evicted machines were about 10 % slow, but the job gained 0.7 of 55 points of
    ///   utilisation from their eviction (MegaScale): the smaller figure.
    /// - `spikeEverySteps`: about 20 spikes in the training of PaLM 540B (2022), of about 255,000 steps
    /// (unverified).
    /// - `spikeAtOnceShare`, `symptomSteps`, `onsetError`: assumed.
    public static Faults defaults() {
        return new Faults(48_540 * 3600.0, 1, 0.928, 0.016, 0.042, 0.014, 0.013, 12_750, 0.5, 20, 0.25);
    }

    /// Only crashes, exponential: what the formulas of [Interval] assume.
    public static Faults crashesOnly(double mtbfSeconds) {
        return new Faults(mtbfSeconds, 1, 1, 0, 0, 0, 0.1, Double.POSITIVE_INFINITY, 0, 1, 0);
    }

    /// The same faults with another time between the troubles of a worker.
    public Faults mtbf(double seconds) {
        return new Faults(
                seconds,
                weibullShape,
                crashShare,
                hangShare,
                stragglerShare,
                corruptionShare,
                stragglerSlowdown,
                spikeEverySteps,
                spikeAtOnceShare,
                symptomSteps,
                onsetError);
    }

    /// The same faults with another shape of the time to trouble, at the same mean.
    public Faults shape(double shape) {
        return new Faults(
                mtbfSeconds,
                shape,
                crashShare,
                hangShare,
                stragglerShare,
                corruptionShare,
                stragglerSlowdown,
                spikeEverySteps,
                spikeAtOnceShare,
                symptomSteps,
                onsetError);
    }
}
