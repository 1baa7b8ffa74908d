package io.evenkeel.detect;

import io.evenkeel.detect.Event.Severity;
import io.evenkeel.metric.Readings;
import io.evenkeel.metric.SeriesNames;
import io.evenkeel.statistic.SlidingWindow;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// A worker that hangs. Its readings must come from a thread that does not hang with it, at least once a heartbeat,
/// with the time of the wall clock.
///
/// - `FATAL`, by worker: its last heartbeat is older than [Config#missed] heartbeats. It is dead, or its machine is.
/// - `FATAL`, by worker: heartbeats come but its count of steps stands still for longer than [Config#slowest] typical
///   steps and a heartbeat, and no worker has done fewer: the others wait for it
/// - `NOTE`: it goes on
///
/// @paper P02 heartbeats from a thread of their own; the waiting workers know where they wait, the hung one does not
public final class Hang implements Detector {
    private static final int KNOWN_STEPS = 16;

    private final Config config;
    private final TreeMap<String, Worker> workers = new TreeMap<>();

    /// @param heartbeatSeconds time between heartbeats, > 0
    /// @param missed           heartbeats without one after which a worker is hung, > 1
    /// @param slowest          typical steps that one may last, > 1
    public record Config(double heartbeatSeconds, double missed, double slowest) {
        public Config {
            Bounds.above("heartbeatSeconds", heartbeatSeconds, 0);
            Bounds.above("missed", missed, 1);
            Bounds.above("slowest", slowest, 1);
        }

        /// 5 s; 1.6 heartbeats, so that it is named within two; 20 typical steps (unverified).
        public static Config defaults() {
            return new Config(5, 1.6, 20);
        }
    }

    public Hang(Config config) {
        this.config = config;
    }

    private static final class Worker {
        final SlidingWindow stepSeconds = new SlidingWindow(KNOWN_STEPS);
        double steps = Double.NaN;
        double movedAt = Double.NaN;
        long hungStep;
        int points;
    }

    private record WorkerState(
            SlidingWindow.State stepSeconds, double steps, double movedAt, long hungStep, int points) {}

    private record State(TreeMap<String, WorkerState> workers) {}

    @Override
    public List<Event> observe(Readings readings) {
        double now = readings.wallSeconds();
        var ranks = new ArrayList<String>();
        readings.forEach((series, value) -> {
            if (series.startsWith(SeriesNames.WORKER_HEARTBEAT_AGE + "/")) {
                ranks.add(series.substring(SeriesNames.WORKER_HEARTBEAT_AGE.length() + 1));
            }
            if (series.startsWith(SeriesNames.WORKER_STEP + "/") && Double.isFinite(value) && Double.isFinite(now)) {
                move(
                        workers.computeIfAbsent(
                                series.substring(SeriesNames.WORKER_STEP.length() + 1), _ -> new Worker()),
                        value,
                        now);
            }
        });
        workers.keySet().stream().filter(rank -> !ranks.contains(rank)).forEach(ranks::add);
        double fewest = workers.values().stream()
                .mapToDouble(w -> w.steps)
                .filter(Double::isFinite)
                .min()
                .orElse(Double.NaN);
        var events = new ArrayList<Event>(0);
        for (var rank : ranks) {
            var worker = workers.computeIfAbsent(rank, _ -> new Worker());
            if (!heardOf(rank, readings)) {
                continue;
            }
            var reason = reason(worker, readings, rank, fewest, now);
            tell(worker, rank, reason, readings, events);
        }
        return events;
    }

    /// Whether these readings say anything about the worker.
    private static boolean heardOf(String rank, Readings readings) {
        return Double.isFinite(readings.get(SeriesNames.WORKER_HEARTBEAT_AGE + "/" + rank))
                || Double.isFinite(readings.get(SeriesNames.WORKER_STEP + "/" + rank))
                        && Double.isFinite(readings.wallSeconds());
    }

    private static void move(Worker worker, double steps, double now) {
        if (steps != worker.steps) {
            if (Double.isFinite(worker.movedAt) && steps > worker.steps && now > worker.movedAt) {
                worker.stepSeconds.add((now - worker.movedAt) / (steps - worker.steps));
            }
            worker.steps = steps;
            worker.movedAt = now;
        }
    }

    private @Nullable String reason(Worker worker, Readings readings, String rank, double fewest, double now) {
        double age = readings.get(SeriesNames.WORKER_HEARTBEAT_AGE + "/" + rank);
        if (age > config.missed() * config.heartbeatSeconds()) {
            return Evidence.of("worker %s has given no heartbeat for %s s", rank, Evidence.number(age));
        }
        double still = now - worker.movedAt;
        double typical = worker.stepSeconds.median();
        // Before a typical step is known, two heartbeats.
        double allowed = Double.isNaN(typical) ? config.heartbeatSeconds() : config.slowest() * typical;
        if (worker.steps == fewest && still > allowed + config.heartbeatSeconds()) {
            return Evidence.of(
                    "worker %s has stood at step %.0f for %s s%s",
                    rank,
                    worker.steps,
                    Evidence.number(still),
                    Double.isNaN(typical) ? "" : "; a step takes " + Evidence.number(typical) + " s");
        }
        return null;
    }

    private static void tell(
            Worker worker, String rank, @Nullable String reason, Readings readings, List<Event> events) {
        boolean hung = worker.points > 0;
        if (reason == null) {
            if (hung) {
                events.add(new Event(
                        EventKind.HANG,
                        readings.step(),
                        Math.min(worker.hungStep, readings.step()),
                        Severity.NOTE,
                        0.9,
                        "worker/" + rank,
                        "worker " + rank + " goes on",
                        Map.of(Event.RECOVERED_AFTER, (double) worker.points)));
                worker.points = 0;
            }
            return;
        }
        worker.points++;
        if (!hung) {
            worker.hungStep = readings.step();
            events.add(new Event(
                    EventKind.HANG,
                    readings.step(),
                    readings.step(),
                    Severity.FATAL,
                    0.9,
                    "worker/" + rank,
                    reason,
                    Map.of("stepsDone", worker.steps)));
        }
    }

    @Override
    public JsonNode state() {
        var saved = new TreeMap<String, WorkerState>();
        workers.forEach((rank, w) ->
                saved.put(rank, new WorkerState(w.stepSeconds.state(), w.steps, w.movedAt, w.hungStep, w.points)));
        return States.of(new State(saved));
    }

    @Override
    public void restore(JsonNode state) {
        workers.clear();
        States.read(state, State.class).workers().forEach((rank, saved) -> {
            var worker = new Worker();
            worker.stepSeconds.restore(saved.stepSeconds());
            worker.steps = saved.steps();
            worker.movedAt = saved.movedAt();
            worker.hungStep = saved.hungStep();
            worker.points = saved.points();
            workers.put(rank, worker);
        });
    }
}
