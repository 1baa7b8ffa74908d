package io.evenkeel.data;

import io.evenkeel.random.RandomStream;

/// Data opened for training: a part to train on, and a part held out, disjoint by document or row.
public interface Data extends AutoCloseable {
    /// What it is called: the name of a set, or the path it was read from.
    String id();

    /// SHA-256 in hexadecimal of what training sees: the content, how it is split and turned into numbers.
    String sha256();

    /// The licence of the content, `unknown` for the user's own files.
    String licence();

    /// Endless training batches in an order fixed by the stream's key.
    ///
    /// @param batchSize examples of a batch over all workers
    /// @param order     the stream that fixes the order; nothing is drawn from it
    /// @param partition the slice of each batch to read
    BatchSource train(int batchSize, RandomStream order, Partition partition);

    /// The held-out examples, always the same, as many as `maxTokens` holds.
    Validation validation(int batchSize, long maxTokens);

    /// Frees the data. Sources and batches made from it must be closed before.
    @Override
    void close();
}
