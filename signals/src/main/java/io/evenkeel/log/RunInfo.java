package io.evenkeel.log;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What is known of a run besides its readings: where it was found, and everything that reading it assumed.
///
/// @param id      unique among the runs of one [Logs#open]: the path below the directory that was searched, or the
///                value of the grouping columns
/// @param path    the file or directory, null for a stream
/// @param series  the source's name of each series that was renamed to one of [io.evenkeel.metric.SeriesNames]
/// @param notes   what a reader of the verdict should know: how the source measures, what was assumed, what was
///                passed over
/// @param missing the series a judgement would like to have that this log lacks
public record RunInfo(
        String id,
        LogFormat format,
        @Nullable Path path,
        Map<String, String> series,
        List<String> notes,
        List<String> missing) {
    public RunInfo {
        series = Map.copyOf(series);
        notes = List.copyOf(notes);
        missing = List.copyOf(missing);
    }
}
