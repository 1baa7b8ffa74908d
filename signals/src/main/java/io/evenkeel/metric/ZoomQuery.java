package io.evenkeel.metric;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Answers [MetricHistory#query]: whole buckets of the zoom files where they lie within one column of pixels, points
/// elsewhere.
final class ZoomQuery {
    private final String series;
    private final long from;
    private final long to;
    private final long width;
    private final Bucket.@Nullable Builder[] buckets;

    ZoomQuery(String series, long from, long to, int pixels) {
        if (from < 0) {
            throw new IllegalArgumentException("from must be >= 0 but was " + from);
        }
        if (to < from || to == Long.MAX_VALUE) {
            throw new IllegalArgumentException("to must be >= from and < 2^63 - 1 but was " + to);
        }
        if (pixels < 1) {
            throw new IllegalArgumentException("pixels must be >= 1 but was " + pixels);
        }
        this.series = series;
        this.from = from;
        this.to = to;
        this.width = Math.ceilDiv(to - from + 1, (long) pixels);
        this.buckets = new Bucket.Builder[(int) Math.ceilDiv(to - from + 1, width)];
    }

    /// The points of the series in one segment, as summary or as they are.
    private record Source(
            Segments.Segment segment,
            ZoomFile.@Nullable Column column,
            @Nullable PointBuffer points) {
        /// Step of the first point.
        long firstStep() {
            return column != null
                    ? column.levels().getLast().getFirst().bucket().step0()
                    : Objects.requireNonNull(points).step(0);
        }
    }

    Zoom over(List<Segments.Segment> segments) throws IOException {
        var sources = new ArrayList<Source>();
        for (var segment : segments) {
            var source = source(segment);
            if (source != null) {
                sources.add(source);
            }
        }
        for (var source : sources) {
            var limit = Math.min(to, limit(source, sources));
            if (source.column() != null) {
                addColumn(source.segment(), source.column(), limit);
            } else if (source.points() != null) {
                addPoints(source.points(), limit);
            }
        }
        return new Zoom(
                series,
                from,
                to,
                width,
                Arrays.stream(buckets)
                        .filter(Objects::nonNull)
                        .map(Bucket.Builder::build)
                        .toList());
    }

    private @Nullable Source source(Segments.Segment segment) throws IOException {
        var zoom = ZoomFile.read(segment.file());
        if (zoom != null) {
            return zoom.columns().stream()
                    .filter(column -> column.series().name().equals(series)
                            && !column.levels().getFirst().isEmpty())
                    .findFirst()
                    .map(column -> new Source(segment, column, null))
                    .orElse(null);
        }
        var points = new PointBuffer();
        MetricHistory.scan(segment, new NamedVisitor() {
            private int wanted = -1;

            @Override
            void defined(int id, Series defined) {
                if (defined.name().equals(series)) {
                    wanted = id;
                }
            }

            @Override
            public void scalars(long step, double wall, int count, int[] ids, double[] values) {
                for (var i = 0; i < count; i++) {
                    if (ids[i] == wanted) {
                        points.add(step, values[i], wall);
                    }
                }
            }
        });
        return points.size() == 0 ? null : new Source(segment, null, points);
    }

    /// The last step at which the points stand, by the rule of [MainLine].
    private static long limit(Source source, List<Source> sources) {
        var first = new TreeMap<Integer, Long>();
        sources.forEach(s -> first.putIfAbsent(s.segment().incarnation(), s.firstStep()));
        var limit = source.segment().limit();
        for (var step : first.tailMap(source.segment().incarnation(), false).values()) {
            limit = Math.min(limit, step - 1);
        }
        return limit;
    }

    private void addPoints(PointBuffer points, long limit) {
        for (var i = 0; i < points.size(); i++) {
            add(points.step(i), points.value(i), limit);
        }
    }

    private void addColumn(Segments.Segment segment, ZoomFile.Column column, long limit) throws IOException {
        try (var reader = new SegmentReader(segment.file())) {
            addNode(reader, column, column.levels().size() - 1, 0, limit);
        }
    }

    private void addNode(SegmentReader reader, ZoomFile.Column column, int level, int index, long limit)
            throws IOException {
        var node = column.levels().get(level).get(index);
        var bucket = node.bucket();
        if (bucket.step1() < from || bucket.step0() > limit) {
            return;
        }
        if (bucket.step0() >= from && bucket.step1() <= limit && index(bucket.step0()) == index(bucket.step1())) {
            builder(bucket.step0()).add(bucket);
        } else if (level > 0) {
            var children = column.levels().get(level - 1).size();
            var first = index * ZoomFile.FAN_OUT;
            for (var child = first; child < Math.min(first + ZoomFile.FAN_OUT, children); child++) {
                addNode(reader, column, level - 1, child, limit);
            }
        } else {
            reader.seek(node.begin());
            reader.read(
                    new SegmentVisitor() {
                        @Override
                        public void scalars(long step, double wall, int count, int[] ids, double[] values) {
                            for (var i = 0; i < count; i++) {
                                if (ids[i] == column.id()) {
                                    add(step, values[i], limit);
                                }
                            }
                        }
                    },
                    node.end());
        }
    }

    private void add(long step, double value, long limit) {
        if (step >= from && step <= limit) {
            builder(step).add(step, value);
        }
    }

    private int index(long step) {
        return (int) ((step - from) / width);
    }

    private Bucket.Builder builder(long step) {
        var index = index(step);
        var builder = buckets[index];
        if (builder == null) {
            builder = new Bucket.Builder();
            buckets[index] = builder;
        }
        return builder;
    }
}
