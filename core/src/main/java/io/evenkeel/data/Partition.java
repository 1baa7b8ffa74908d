package io.evenkeel.data;

/// Which part of every batch a worker reads: the `rank`-th of `world` equal slices. The slices of all workers, in
/// order of rank, are the batch that one worker alone would read.
///
/// @param rank  number of the worker, from 0
/// @param world how many workers share a batch
public record Partition(int rank, int world) {
    /// One worker that reads everything.
    public static final Partition WHOLE = new Partition(0, 1);

    public Partition {
        if (world < 1) {
            throw new IllegalArgumentException("world must be >= 1 but was " + world);
        }
        if (rank < 0 || rank >= world) {
            throw new IllegalArgumentException("rank must be in [0, " + world + ") but was " + rank);
        }
    }

    /// Examples of each batch that fall to one worker.
    ///
    /// @throws IllegalArgumentException when they cannot be shared out equally
    int share(int batchSize) {
        if (batchSize < 1 || batchSize % world != 0) {
            throw new IllegalArgumentException(
                    "batchSize must be a positive multiple of the " + world + " worker(s) but was " + batchSize);
        }
        return batchSize / world;
    }
}
