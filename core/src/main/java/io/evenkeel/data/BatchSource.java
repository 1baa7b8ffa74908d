package io.evenkeel.data;

/// An endless, deterministic order of examples, batch by batch.
///
/// The order is a pure function of the seed and the position, so the position is the whole cursor: restoring it and
/// reading on gives the same batches, whatever was prefetched, and moving it forward skips data.
public interface BatchSource extends AutoCloseable {
    /// The next examples; waits for them when they are not ready yet.
    Batch next();

    /// How many examples were handed out since the start of the order; those prefetched do not count.
    long position();

    /// Continues with the example at `position`.
    void seek(long position);

    /// Examples in one pass over the data.
    long examplesPerEpoch();

    /// Where the example at a position of the order comes from, without reading it.
    Batch.Origin origin(long position);

    @Override
    void close();
}
