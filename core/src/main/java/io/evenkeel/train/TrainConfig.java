package io.evenkeel.train;

import io.evenkeel.nn.Precision;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// How long and how a run trains: the key `train` of a configuration.
///
/// @param steps          optimizer steps of the whole run, >= 1
/// @param batchSize      examples of one forward pass, >= 1
/// @param accumulate     forward passes of one optimizer step, >= 1
/// @param seed           the seed of every random stream
/// @param threads        threads of one operation, >= 0; 0 = as many as processors
/// @param precision      of matrix products
/// @param evalEverySteps steps between evaluations on held-out data, >= 0; 0 = only at the end
/// @param workers        data-parallel workers, >= 1, each a thread with a replica that shares the weights and takes
///                       its share of every batch; they divide `batchSize`, and `threads` is shared out among them
/// @param heartbeat      how often workers are looked at, > 0; one that hangs is named within two
/// @param timeLimit      the run stops by itself after it, with a checkpoint; null for no limit
public record TrainConfig(
        long steps,
        int batchSize,
        int accumulate,
        long seed,
        int threads,
        Precision precision,
        long evalEverySteps,
        int workers,
        Duration heartbeat,
        @Nullable Duration timeLimit) {
    public TrainConfig {
        atLeast("steps", steps, 1);
        atLeast("batchSize", batchSize, 1);
        atLeast("accumulate", accumulate, 1);
        atLeast("threads", threads, 0);
        atLeast("evalEverySteps", evalEverySteps, 0);
        atLeast("workers", workers, 1);
        if (batchSize % workers != 0) {
            throw new IllegalArgumentException("workers must divide batchSize (" + batchSize + ") but was " + workers);
        }
        if (heartbeat.isZero() || heartbeat.isNegative()) {
            throw new IllegalArgumentException("heartbeat must be > 0 but was " + heartbeat);
        }
        if (timeLimit != null && (timeLimit.isZero() || timeLimit.isNegative())) {
            throw new IllegalArgumentException("timeLimit must be > 0 but was " + timeLimit);
        }
    }

    static void atLeast(String name, long value, long least) {
        if (value < least) {
            throw new IllegalArgumentException(name + " must be >= " + least + " but was " + value);
        }
    }

    public static TrainConfig defaults() {
        return new TrainConfig(600, 16, 1, 1, 0, Precision.FP32, 100, 1, Duration.ofSeconds(10), null);
    }

    /// Examples that one optimizer step takes.
    public long examplesPerStep() {
        return (long) batchSize * accumulate;
    }

    /// Threads of one operation, resolved for this machine: each worker's share.
    public int threadsOnThisMachine() {
        return Math.max(1, (threads == 0 ? Runtime.getRuntime().availableProcessors() : threads) / workers);
    }

    /// The same with another number of steps.
    public TrainConfig withSteps(long steps) {
        return new TrainConfig(
                steps, batchSize, accumulate, seed, threads, precision, evalEverySteps, workers, heartbeat, timeLimit);
    }

    /// The same with that many workers.
    public TrainConfig withWorkers(int workers, Duration heartbeat) {
        return new TrainConfig(
                steps, batchSize, accumulate, seed, threads, precision, evalEverySteps, workers, heartbeat, timeLimit);
    }

    /// The same with another seed.
    public TrainConfig withSeed(long seed) {
        return new TrainConfig(
                steps, batchSize, accumulate, seed, threads, precision, evalEverySteps, workers, heartbeat, timeLimit);
    }
}
