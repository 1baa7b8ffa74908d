package io.evenkeel.log;

import io.evenkeel.InputException;
import io.evenkeel.metric.MetricHistory;
import io.evenkeel.metric.Readings;
import io.evenkeel.metric.Tail;
import io.evenkeel.run.RunDirectory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Locale;

/// A run directory of this program. One whose manifest is damaged is read by its metrics alone.
final class RunDirectoryLog implements LogReader {
    private final Path path;
    private final RunStreams streams;
    private final Tail tail;

    RunDirectoryLog(Path path, RunStreams streams) {
        this.path = path;
        this.streams = streams;
        this.tail = history().tail();
        for (var damage : history().damages()) {
            streams.warning(damage.toString());
        }
    }

    static boolean is(Path directory) {
        return Files.isDirectory(directory.resolve("metrics"))
                && (Files.exists(directory.resolve("manifest.json"))
                        || Files.exists(directory.resolve("metrics").resolve("00000.seg")));
    }

    private MetricHistory history() {
        try {
            return RunDirectory.open(path).metrics();
        } catch (InputException e) {
            streams.warning("read without its manifest: " + e.getMessage());
            return MetricHistory.of(path.resolve("metrics"), 0);
        }
    }

    @Override
    public boolean follows() {
        return true;
    }

    @Override
    public void read(boolean last) {
        var run = streams.run();
        tail.poll(new Tail.Listener() {
            @Override
            public void started(int number, long rewindTo, String cause) {
                if (run.begun()) {
                    run.flush();
                    run.restart(rewindTo + 1);
                }
            }

            @Override
            public void readings(int incarnation, Readings readings) {
                run.at(readings.step(), readings.wallSeconds());
                readings.forEach(run::put);
            }
        });
        run.flush();
        heartbeat(run);
    }

    private void heartbeat(RunStream run) {
        try {
            RunDirectory.open(path)
                    .status()
                    .ifPresent(status -> run.listener()
                            .heartbeat(new Heartbeat(
                                    status.host() + ":" + status.pid(),
                                    status.heartbeat().toEpochMilli() / 1e3,
                                    status.step(),
                                    status.liveness(Instant.now()).name().toLowerCase(Locale.ROOT))));
        } catch (InputException e) {
            streams.warning(String.valueOf(e.getMessage()));
        }
    }

    @Override
    public void close() {
        tail.close();
    }
}
