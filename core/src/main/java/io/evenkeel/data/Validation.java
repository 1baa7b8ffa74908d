package io.evenkeel.data;

import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.stream.LongStream;

/// A fixed list of examples held out from training, batch by batch, the same at every iteration. Whoever takes a batch
/// closes it. The last may be smaller.
public final class Validation implements Iterable<Batch> {
    private final Examples examples;
    private final int batchSize;
    private final long count;

    /// @param count how many examples from the first on
    Validation(Examples examples, int batchSize, long count) {
        if (batchSize < 1) {
            throw new IllegalArgumentException("batchSize must be >= 1 but was " + batchSize);
        }
        this.examples = examples;
        this.batchSize = batchSize;
        this.count = count;
    }

    /// The first examples, as many as `maxTokens` holds but at least one.
    ///
    /// @param tokensEach what one example counts as in [Batch#tokens]
    public static Validation of(Examples examples, int batchSize, long maxTokens, long tokensEach) {
        if (maxTokens < 1) {
            throw new IllegalArgumentException("maxTokens must be >= 1 but was " + maxTokens);
        }
        return new Validation(examples, batchSize, Math.min(examples.count(), Math.max(1, maxTokens / tokensEach)));
    }

    /// How many examples.
    public long examples() {
        return count;
    }

    /// How many batches.
    public long batches() {
        return (count + batchSize - 1) / batchSize;
    }

    @Override
    public Iterator<Batch> iterator() {
        return new Iterator<>() {
            private long at;

            @Override
            public boolean hasNext() {
                return at < count;
            }

            @Override
            public Batch next() {
                if (!hasNext()) {
                    throw new NoSuchElementException("the validation examples are used up");
                }
                var end = Math.min(count, at + batchSize);
                List<Examples.Place> places = LongStream.range(at, end)
                        .mapToObj(number -> new Examples.Place(0, number))
                        .toList();
                at = end;
                return examples.batch(places);
            }
        };
    }
}
