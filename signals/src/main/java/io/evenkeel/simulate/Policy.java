package io.evenkeel.simulate;

import io.evenkeel.guard.Guard;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A way to recover.
///
/// @param name                 its name in tables and figures
/// @param crashSeconds         until a crash is seen
/// @param hangSeconds          until a hang is seen
/// @param responseSeconds      until a person acts: after every failure when `automatic` is off, and always where
/// damaged
///                             weights were seen and no guard acts
/// @param automatic            whether a failure starts the diagnosis at once instead of waiting for a person
/// @param backgroundWriting    whether checkpoints are written while training goes on
/// @param interval             training between checkpoints
/// @param keep                 checkpoints kept, >= 1
/// @param archiveSeconds       one checkpoint in so much training is kept for ever; 0 for none
/// @param guard                the guard that judges what detectors see, and keeps the newest healthy checkpoint; null
///                             for none: a person does it, with the newest checkpoints only
/// @param evictAfterSteps      a slow worker is replaced after so many steps; 0 for never
/// @param replacement          what takes the place of a failed worker
public record Policy(
        String name,
        double crashSeconds,
        double hangSeconds,
        double responseSeconds,
        boolean automatic,
        boolean backgroundWriting,
        Interval interval,
        int keep,
        double archiveSeconds,
        Guard.@Nullable Config guard,
        int evictAfterSteps,
        Replacement replacement) {
    /// What takes the place of a worker that failed.
    public enum Replacement {
        /// A worker is always at hand; what it takes to get it is part of the response.
        ON_HAND,
        /// Another worker has to be found first.
        WAIT,
        /// A spare one, while there are any; then the first that is repaired.
        SPARES,
        /// A spare one; while there is none, the job goes on with fewer. Every worker (or group that holds a
        /// model) has
        /// a full copy of the state, so nothing but the step under way is lost.
        ELASTIC
    }

    public Policy {
        Checks.notNegative("crashSeconds", crashSeconds);
        Checks.notNegative("hangSeconds", hangSeconds);
        Checks.notNegative("responseSeconds", responseSeconds);
        Checks.atLeastOne("keep", keep);
        Checks.notNegative("archiveSeconds", archiveSeconds);
        Checks.notNegative("evictAfterSteps", evictAfterSteps);
    }

    /// [#guardedSpares()].
    public static Policy defaults() {
        return guardedSpares();
    }

    /// The plain alternative: a person restarts from the last checkpoint. Hangs end by the time-out of collectives
    /// (10
    /// minutes, default of PyTorch's NCCL backend), and the person acts within 20 minutes (assumed).
    public static Policy person() {
        return plain("person", 600, false, false, Replacement.ON_HAND);
    }

    /// A driver with heartbeats (one every 10 s, two missed; for hangs a minute without progress: assumed) that
    /// diagnoses and restarts by itself, with spare workers.
    public static Policy heartbeat() {
        return plain("heartbeat", 60, true, false, Replacement.SPARES);
    }

    /// And checkpoints written behind training.
    public static Policy twoStage() {
        return plain("two-stage", 60, true, true, Replacement.SPARES);
    }

    /// And a guard with healthy-gated retention, and slow workers evicted after 20 steps.
    public static Policy guardedSpares() {
        return guarded("guarded, spares", Replacement.SPARES);
    }

    /// The same, going on at once with the workers left.
    public static Policy guardedElastic() {
        return guarded("guarded, elastic", Replacement.ELASTIC);
    }

    /// The same as [#guardedSpares()] without spare workers.
    public static Policy guardedWaiting() {
        return guarded("guarded, waiting", Replacement.WAIT);
    }

    /// Checkpoints: the newest 5, and one in 6 hours for ever (assumed), without which damage that is older than
    /// the
    /// newest 5 would cost the whole training.
    private static Policy plain(
            String name, double hangSeconds, boolean automatic, boolean background, Replacement replacement) {
        return new Policy(
                name,
                20,
                hangSeconds,
                1200,
                automatic,
                background,
                new Interval.Daly(),
                5,
                6 * 3600,
                null,
                0,
                replacement);
    }

    private static Policy guarded(String name, Replacement replacement) {
        return new Policy(
                name, 20, 60, 1200, true, true, new Interval.Daly(), 5, 0, Guard.Config.defaults(), 20, replacement);
    }

    /// All of them, each with one thing more than the one before it; last the one without spare workers.
    public static List<Policy> all() {
        return List.of(person(), heartbeat(), twoStage(), guardedSpares(), guardedElastic(), guardedWaiting());
    }

    /// The same policy with another interval.
    public Policy interval(Interval interval) {
        return new Policy(
                name,
                crashSeconds,
                hangSeconds,
                responseSeconds,
                automatic,
                backgroundWriting,
                interval,
                keep,
                archiveSeconds,
                guard,
                evictAfterSteps,
                replacement);
    }
}
