package io.evenkeel.data;

import io.evenkeel.random.RandomStream;
import java.util.ArrayList;
import org.jspecify.annotations.Nullable;

/// Endless batches of a collection in a new order at each pass over it, read ahead on a thread of its own.
///
/// Example `p` of the order is element `p mod n` of the pass `p div n`, whose permutation is keyed by the seed and the
/// number of the pass. Passes follow each other without a gap: a batch may end one and begin the next, and no example
/// is left out. The order does not depend on the batch size, nor on how many workers share the batches: positions count
/// the examples of all workers.
public final class ShuffledBatches implements BatchSource {
    /// Batches read ahead.
    private static final int DEPTH = 4;

    private final Examples examples;
    private final int batchSize;
    private final RandomStream order;
    private final Partition partition;
    private final int share;
    private final Prefetcher prefetcher;
    private volatile @Nullable Epoch epoch;
    private long position;

    private record Epoch(long number, Permutation permutation) {}

    /// @param batchSize examples of a batch over all workers
    /// @param order     the stream that fixes the order; nothing is drawn from it
    /// @param partition the slice of each batch to read
    /// @throws IllegalArgumentException when the batch size cannot be shared out
    public ShuffledBatches(Examples examples, int batchSize, RandomStream order, Partition partition) {
        this.examples = examples;
        this.batchSize = batchSize;
        this.order = RandomStream.from(order.state());
        this.partition = partition;
        this.share = partition.share(batchSize);
        this.prefetcher = new Prefetcher(DEPTH, batchSize, this::read);
    }

    @Override
    public Batch next() {
        var batch = prefetcher.next(position);
        position += batchSize;
        return batch;
    }

    @Override
    public long position() {
        return position;
    }

    @Override
    public void seek(long position) {
        if (position < 0) {
            throw new IllegalArgumentException("position must be >= 0 but was " + position);
        }
        this.position = position;
    }

    @Override
    public long examplesPerEpoch() {
        return examples.count();
    }

    @Override
    public Batch.Origin origin(long position) {
        return examples.origin(place(position));
    }

    @Override
    public void close() {
        prefetcher.close();
    }

    private Batch read(long position) {
        var places = new ArrayList<Examples.Place>(share);
        var first = position + (long) partition.rank() * share;
        for (var i = 0; i < share; i++) {
            places.add(place(first + i));
        }
        return examples.batch(places);
    }

    private Examples.Place place(long position) {
        var number = position / examples.count();
        var current = epoch;
        if (current == null || current.number() != number) {
            var key = order.split("epoch " + number).nextLong();
            current = new Epoch(number, new Permutation(examples.count(), key));
            epoch = current;
        }
        return new Examples.Place(number, current.permutation().at(position % examples.count()));
    }
}
