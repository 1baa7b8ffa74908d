package io.evenkeel.metric;

import io.evenkeel.InputException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The metrics of a run, read from its segments while the run writes them or afterwards.
///
/// Every start, resume and rollback of a run is an incarnation that begins at some step; what older incarnations
/// measured after that step is superseded and lies on a branch. The rest is the main line. Nothing is cached: each call
/// sees what is in the files by then.
public final class MetricHistory {
    private final Path directory;
    private final long run;

    private MetricHistory(Path directory, long run) {
        this.directory = directory;
        this.run = run;
    }

    /// The metrics under `directory`, which need not exist yet.
    ///
    /// @param run the hash that the segments must carry, see [SegmentWriter#create]; 0 for any
    public static MetricHistory of(Path directory, long run) {
        return new MetricHistory(directory, run);
    }

    /// A start, resume or rollback.
    ///
    /// @param number   0 for the first
    /// @param rewindTo the step it went on from
    public record Start(int number, long rewindTo, String cause) {}

    /// All incarnations, oldest first.
    public List<Start> starts() {
        return guarded(() -> {
            var starts = new TreeMap<Integer, Start>();
            for (var s : Segments.list(directory, run, new ArrayList<>())) {
                starts.putIfAbsent(s.incarnation(), new Start(s.incarnation(), s.rewindTo(), s.cause()));
            }
            return List.copyOf(starts.values());
        });
    }

    /// The series that have points, by name.
    public Map<String, Series> series() {
        return guarded(() -> {
            var series = new TreeMap<String, Series>();
            for (var segment : Segments.list(directory, run, new ArrayList<>())) {
                var zoom = ZoomFile.read(segment.file());
                if (zoom != null) {
                    zoom.columns().forEach(column -> series.put(column.series().name(), column.series()));
                } else {
                    scan(segment, new NamedVisitor() {
                        @Override
                        void defined(int id, Series added) {
                            series.put(added.name(), added);
                        }
                    });
                }
            }
            return series;
        });
    }

    /// The names of the series, sorted.
    public Set<String> names() {
        return series().keySet();
    }

    /// All points of one series; without points when there is no such series.
    public SeriesData series(String name) {
        var data = series(List.of(name)).get(name);
        if (data == null) {
            throw new NoSuchElementException(name);
        }
        return data;
    }

    /// All points of several series, read in one pass.
    public Map<String, SeriesData> series(Collection<String> names) {
        return guarded(() -> {
            var points = new LinkedHashMap<String, TreeMap<Integer, PointBuffer>>();
            names.forEach(name -> points.put(name, new TreeMap<>()));
            var segments = Segments.list(directory, run, new ArrayList<>());
            for (var segment : segments) {
                scan(segment, new NamedVisitor() {
                    private @Nullable PointBuffer[] columns = new PointBuffer[64];

                    @Override
                    void defined(int id, Series series) {
                        columns = grown(columns, id);
                        var incarnations = points.get(series.name());
                        columns[id] = incarnations == null
                                ? null
                                : incarnations.computeIfAbsent(segment.incarnation(), _ -> new PointBuffer());
                    }

                    @Override
                    public void scalars(long step, double wall, int count, int[] ids, double[] values) {
                        for (var i = 0; i < count; i++) {
                            var column = ids[i] < columns.length ? columns[ids[i]] : null;
                            if (column != null) {
                                column.add(step, values[i], wall);
                            }
                        }
                    }
                });
            }
            var rewinds = rewinds(segments);
            var data = new LinkedHashMap<String, SeriesData>();
            points.forEach((name, incarnations) -> data.put(name, MainLine.of(name, incarnations, rewinds)));
            return data;
        });
    }

    private static Map<Integer, Long> rewinds(List<Segments.Segment> segments) {
        var rewinds = new HashMap<Integer, Long>();
        segments.forEach(s -> rewinds.put(s.incarnation(), s.rewindTo()));
        return rewinds;
    }

    /// Gives `consumer` the readings of the main line in the order of their steps. A step that was recorded in
    /// parts
    /// comes in parts; one that a later incarnation measured again right after going back to it comes again.
    public void forEach(Consumer<? super Readings> consumer) {
        guarded(() -> {
            for (var segment : Segments.list(directory, run, new ArrayList<>())) {
                scan(segment, new ReadingsVisitor() {
                    @Override
                    void readings(Readings readings) {
                        if (readings.step() <= segment.limit()) {
                            consumer.accept(readings);
                        }
                    }
                });
            }
            return run;
        });
    }

    /// What is known of every series in one pass over the main line: last, min, max, their steps, and counts.
    public Map<String, Bucket> summary() {
        return guarded(() -> {
            var builders = new TreeMap<String, Bucket.Builder>();
            for (var segment : Segments.list(directory, run, new ArrayList<>())) {
                scan(segment, new NamedVisitor() {
                    private Bucket.@Nullable Builder[] columns = new Bucket.Builder[64];

                    @Override
                    void defined(int id, Series series) {
                        columns = grown(columns, id);
                        columns[id] = builders.computeIfAbsent(series.name(), _ -> new Bucket.Builder());
                    }

                    @Override
                    public void scalars(long step, double wall, int count, int[] ids, double[] values) {
                        for (var i = 0; i < count && step <= segment.limit(); i++) {
                            var column = ids[i] < columns.length ? columns[ids[i]] : null;
                            if (column != null) {
                                column.add(step, values[i]);
                            }
                        }
                    }
                });
            }
            var summary = new TreeMap<String, Bucket>();
            builders.forEach((name, builder) -> {
                if (builder.size() > 0) {
                    summary.put(name, builder.build());
                }
            });
            return summary;
        });
    }

    /// The main line of a series between two steps, as drawn on at most `pixels` columns.
    ///
    /// @param from first step, `>= 0`
    /// @param to   last step, `>= from`; the columns divide this range whether it has points or not
    public Zoom query(String series, long from, long to, int pixels) {
        return guarded(() -> {
            var segments = Segments.list(directory, run, new ArrayList<>());
            return new ZoomQuery(series, from, to, pixels).over(segments);
        });
    }

    /// Reads every segment to its end.
    ///
    /// @return the parts that cannot be read although good data follows; a torn end of the last segment is none
    public List<Damage> damages() {
        return guarded(() -> {
            var damages = new ArrayList<Damage>();
            for (var segment : Segments.list(directory, run, damages)) {
                try (var reader = new SegmentReader(segment.file())) {
                    reader.read(new SegmentVisitor() {});
                    damages.addAll(reader.damages());
                }
            }
            return damages;
        });
    }

    /// Follows the run from its beginning, see [Tail].
    public Tail tail() {
        return tail(Tail.Position.START);
    }

    /// Follows the run from where an earlier tail stood.
    public Tail tail(Tail.Position position) {
        return new Tail(directory, position);
    }

    static void scan(Segments.Segment segment, SegmentVisitor visitor) throws IOException {
        try (var reader = new SegmentReader(segment.file())) {
            reader.read(visitor);
        }
    }

    private interface Reading<T> {
        T read() throws IOException;
    }

    private <T> T guarded(Reading<T> reading) {
        try {
            return reading.read();
        } catch (IOException e) {
            throw new InputException("metrics in " + directory + " cannot be read: " + e.getMessage(), e);
        }
    }
}
