package io.evenkeel.log;

import io.evenkeel.metric.Readings;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Keeps everything that a log gives.
final class Collected implements RunVisitor {
    final Map<String, Run> runs = new LinkedHashMap<>();
    final List<String> warnings = new ArrayList<>();

    static final class Run implements RunListener {
        final List<Readings> readings = new ArrayList<>();
        final List<Long> restarts = new ArrayList<>();
        final List<Collective> collectives = new ArrayList<>();
        final List<CollectiveProgress> progress = new ArrayList<>();
        final List<WorkerTask> tasks = new ArrayList<>();
        final List<Heartbeat> heartbeats = new ArrayList<>();
        RunInfo info;

        @Override
        public void readings(Readings added) {
            readings.add(added);
        }

        @Override
        public void restarted(long step) {
            restarts.add(step);
        }

        @Override
        public void collective(Collective collective) {
            collectives.add(collective);
        }

        @Override
        public void progress(CollectiveProgress added) {
            progress.add(added);
        }

        @Override
        public void task(WorkerTask task) {
            tasks.add(task);
        }

        @Override
        public void heartbeat(Heartbeat heartbeat) {
            heartbeats.add(heartbeat);
        }

        @Override
        public void caughtUp(RunInfo all) {
            info = all;
        }

        /// The readings as text, such as `1 {loss=2.5}`.
        List<String> lines() {
            return readings.stream().map(r -> r.toString().substring(5)).toList();
        }

        /// Step and value of one series, such as `1:2.5`.
        List<String> series(String name) {
            return readings.stream()
                    .filter(r -> r.has(name))
                    .map(r -> r.step() + ":" + r.get(name))
                    .toList();
        }
    }

    @Override
    public RunListener run(RunInfo info) {
        return runs.computeIfAbsent(info.id(), _ -> {
            var run = new Run();
            run.info = info;
            return run;
        });
    }

    @Override
    public void warning(String message) {
        warnings.add(message);
    }

    Run only() {
        if (runs.size() != 1) {
            throw new AssertionError("runs " + runs.keySet() + ", warnings " + warnings);
        }
        return runs.values().iterator().next();
    }

    static Collected of(Path path) {
        return of(path, LogOptions.defaults());
    }

    static Collected of(Path path, LogOptions options) {
        var all = new Collected();
        Logs.read(path, options, all);
        return all;
    }

    static Collected of(String text) {
        return of(text.getBytes(StandardCharsets.UTF_8), LogOptions.defaults());
    }

    static Collected of(String text, LogOptions options) {
        return of(text.getBytes(StandardCharsets.UTF_8), options);
    }

    static Collected of(byte[] bytes, LogOptions options) {
        var all = new Collected();
        try (var source = Logs.open(new ByteArrayInputStream(bytes), "log", options)) {
            source.read(all);
        }
        return all;
    }
}
