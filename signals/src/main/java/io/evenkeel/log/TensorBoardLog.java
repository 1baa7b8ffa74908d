package io.evenkeel.log;

import io.evenkeel.metric.Readings;
import io.evenkeel.metric.TensorBoardReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The event files of one directory, which are one run: a later file goes on from an earlier one.
final class TensorBoardLog implements LogReader {
    private final Path path;
    private final RunStreams streams;
    private final NamedRows rows;
    private final Map<Path, TensorBoardReader> readers = new LinkedHashMap<>();
    private final Set<Path> damaged = new HashSet<>();

    /// @param path a directory, or one file
    TensorBoardLog(Path path, RunStreams streams) {
        this.path = path;
        this.streams = streams;
        this.rows = new NamedRows(streams, new SeriesMapping(streams.options(), Map.of()));
    }

    @Override
    public boolean follows() {
        return true;
    }

    @Override
    public void read(boolean last) throws IOException {
        for (var file : files()) {
            if (!damaged.contains(file)) {
                read(file);
            }
        }
        rows.caughtUp();
    }

    private List<Path> files() throws IOException {
        if (Files.isRegularFile(path)) {
            return List.of(path);
        }
        try (var children = Files.list(path)) {
            return children.filter(
                            file -> file.getFileName().toString().contains(".tfevents.") && Files.isRegularFile(file))
                    .sorted()
                    .toList();
        }
    }

    private void read(Path file) throws IOException {
        var reader = readers.get(file);
        if (reader == null) {
            reader = new TensorBoardReader(file);
            readers.put(file, reader);
        }
        try {
            reader.read(new TensorBoardReader.Listener() {
                @Override
                public void readings(Readings readings) {
                    add(readings);
                }

                @Override
                public void restarted(long step) {
                    rows.decide();
                    streams.run().flush();
                    if (streams.run().begun()) {
                        streams.run().restart(step);
                    }
                }
            });
        } catch (IOException e) {
            damaged.add(file);
            streams.warning("the rest of an event file was passed over: " + e.getMessage());
        }
    }

    private void add(Readings readings) {
        var row = new Row();
        row.step = readings.step();
        row.wall = readings.wallSeconds();
        readings.forEach(row::number);
        rows.add(row);
    }

    @Override
    public void close() throws IOException {
        for (var reader : readers.values()) {
            reader.close();
        }
    }
}
