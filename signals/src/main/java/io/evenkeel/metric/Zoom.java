package io.evenkeel.metric;

import java.util.List;
import java.util.stream.LongStream;

/// A series between two steps as drawn on so many pixels: every extreme and every value that is not finite is there,
/// and how many points are not drawn is known.
///
/// @param from           first step asked for
/// @param to             last step asked for
/// @param stepsPerBucket steps that share a column of pixels
/// @param buckets        the columns that have points, left to right
public record Zoom(String series, long from, long to, long stepsPerBucket, List<Bucket> buckets) {
    public Zoom {
        buckets = List.copyOf(buckets);
    }

    /// How many points the series has here.
    public long points() {
        return buckets.stream().mapToLong(Bucket::n).sum();
    }

    /// How many of them are drawn: the distinct ones among first, min, max and last of each column.
    public long drawn() {
        return buckets.stream()
                .mapToLong(b -> LongStream.of(b.firstStep(), b.minStep(), b.maxStep(), b.lastStep())
                        .filter(step -> step >= 0)
                        .distinct()
                        .count())
                .sum();
    }

    /// How many are NaN or infinite.
    public long nonFinite() {
        return buckets.stream().mapToLong(Bucket::nonFinite).sum();
    }

    /// Steps of values that are not finite: the first of each column that has one.
    public long[] nonFiniteSteps() {
        return buckets.stream()
                .mapToLong(Bucket::firstNonFinite)
                .filter(step -> step >= 0)
                .toArray();
    }
}
