package io.evenkeel.simulate;

/// A training job as a sequence of events.
///
/// All workers take every step together, so the job stands still while one of them is gone, and is as slow as the
/// slowest. Failures hit at any moment, also during checkpoints and restarts. What happens to damaged weights is
/// decided
/// by the [io.evenkeel.guard.Guard] itself: the simulation hands it events and carries its decisions out, so that the
/// policy simulated is the policy shipped. Time it takes a learning rate to warm up again is not counted as lost, and a
/// rollback is assumed to undo damage that came after the checkpoint.
///
/// Limiting cases: without troubles the ratio is `tau / (tau + C)`; with crashes only, seen at once and replaced at
/// once, it is [Interval#expectedRatio].
public final class Simulation {
    private Simulation() {}

    /// A job.
    ///
    /// @param workers        how many take part, >= 1
    /// @param horizonSeconds how long the job is looked at, > 0
    /// @param stepSeconds    how long a step takes with all workers, > 0
    /// @param faults         what goes wrong
    /// @param costs          how long things take
    /// @param policy         how it is dealt with
    public record Config(
            int workers, double horizonSeconds, double stepSeconds, Faults faults, Costs costs, Policy policy) {
        public Config {
            Checks.atLeastOne("workers", workers);
            Checks.positive("horizonSeconds", horizonSeconds);
            Checks.positive("stepSeconds", stepSeconds);
            if (!(horizonSeconds < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException("horizonSeconds must be finite but was " + horizonSeconds);
            }
        }

        /// Thirty days ("weeks" in MegaScale, NSDI 2024) of 12,288 workers; a step of 175 billion parameters on
        /// 6,144
        /// sequences of 2,048 tokens at 55.2 % of 312 TFLOP/s takes 6.3 s.
        public static Config defaults() {
            return new Config(12_288, 30 * 86_400.0, 6.3, Faults.defaults(), Costs.defaults(), Policy.defaults());
        }

        /// The same job with another number of workers.
        public Config workers(int workers) {
            return new Config(workers, horizonSeconds, stepSeconds, faults, costs, policy);
        }

        /// The same job with other faults.
        public Config faults(Faults faults) {
            return new Config(workers, horizonSeconds, stepSeconds, faults, costs, policy);
        }

        /// The same job with other costs.
        public Config costs(Costs costs) {
            return new Config(workers, horizonSeconds, stepSeconds, faults, costs, policy);
        }

        /// The same job under another policy.
        public Config policy(Policy policy) {
            return new Config(workers, horizonSeconds, stepSeconds, faults, costs, policy);
        }

        /// How long a checkpoint stops training.
        public double checkpointSeconds() {
            return costs.snapshotSeconds() + (policy.backgroundWriting() ? 0 : costs.writeSeconds());
        }

        /// Mean time between failures that lead back to a checkpoint.
        public double rollbackMtbfSeconds() {
            var crashes =
                    policy.replacement() == Policy.Replacement.ELASTIC ? 0 : faults.crashShare() + faults.hangShare();
            var spikes = policy.guard() == null ? 1 : 1 - faults.spikeAtOnceShare();
            return 1
                    / (workers / faults.mtbfSeconds() * (crashes + faults.corruptionShare())
                            + spikes / (faults.spikeEverySteps() * stepSeconds));
        }

        /// Steps between checkpoints. One that is written in the background begins when the one before it is
        /// done.
        public long intervalSteps() {
            var seconds = policy.interval().seconds(checkpointSeconds(), rollbackMtbfSeconds());
            if (policy.backgroundWriting()) {
                seconds = Math.max(seconds, costs.writeSeconds());
            }
            return (long) Math.clamp(Math.rint(seconds / stepSeconds), 1, 1e15);
        }
    }

    /// What came of it. The parts of the time add up to the horizon.
    ///
    /// @param usefulSeconds     training that survived, at full speed
    /// @param lostSeconds       training that was done again, dropped or undone
    /// @param slowSeconds       training time above that of full speed: slow or missing workers
    /// @param checkpointSeconds standing still for checkpoints
    /// @param detectionSeconds  standing still and nobody knows
    /// @param recoverySeconds   standing still from then on until training goes on
    /// @param failures          crashes and hangs
    /// @param recoveries        times that training went on after standing still or going back
    /// @param rollbacks         times that weights were taken back because they were damaged
    /// @param evictions         slow workers replaced
    /// @param droppedSteps      steps whose update was left out
    /// @param halts             times that the guard gave up and a person took over
    /// @param checkpoints       checkpoints finished
    public record Result(
            double usefulSeconds,
            double lostSeconds,
            double slowSeconds,
            double checkpointSeconds,
            double detectionSeconds,
            double recoverySeconds,
            int failures,
            int recoveries,
            int rollbacks,
            int evictions,
            int droppedSteps,
            int halts,
            long checkpoints) {
        /// The effective training-time ratio: time in steps that survived over all time.
        public double ratio() {
            return usefulSeconds / seconds();
        }

        /// Lost training over all time.
        public double lostRatio() {
            return lostSeconds / seconds();
        }

        /// All time.
        public double seconds() {
            return usefulSeconds + lostSeconds + slowSeconds + checkpointSeconds + detectionSeconds + recoverySeconds;
        }
    }

    /// One job. The same configuration and seed give the same result.
    public static Result run(Config config, long seed) {
        return new Job(config, seed).run();
    }
}
