package io.evenkeel.finding;

import io.evenkeel.log.WorkerTask;
import io.evenkeel.statistic.Sample;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/// Workers whose pieces of work take longer than those of the others in the same group, from a trace or an event log.
final class Slowness {
    private static final int MOST_TASKS = 2_000_000;
    private static final int LEAST_TASKS = 5;
    /// Excess over the median of the group, with the same sign in most of a worker's tasks.
    private static final double SLOWER = 0.1;

    private static final double MOST_OF_THEM = 0.8;

    private final Map<String, Map<String, List<Double>>> groups = new HashMap<>();
    private int tasks;

    /// A slow worker.
    record Slow(String worker, double excess, int tasks) {
        String evidence() {
            return String.format(
                    Locale.ROOT,
                    "%s takes %.0f %% longer than the median of the workers, over %d pieces of work",
                    worker,
                    100 * excess,
                    tasks);
        }
    }

    void add(WorkerTask task) {
        double seconds = task.endSeconds() - task.startSeconds();
        if (task.state() != WorkerTask.State.FINISHED || !(seconds > 0) || tasks >= MOST_TASKS) {
            return;
        }
        tasks++;
        groups.computeIfAbsent(task.group(), _ -> new HashMap<>())
                .computeIfAbsent(task.worker(), _ -> new ArrayList<>())
                .add(seconds);
    }

    List<Slow> slow() {
        var ratios = new TreeMap<String, List<Double>>();
        for (var group : groups.values()) {
            if (group.size() < 3) {
                continue;
            }
            double median = Sample.median(group.values().stream()
                    .mapToDouble(times -> Sample.median(array(times)))
                    .toArray());
            group.forEach((worker, times) -> times.forEach(time ->
                    ratios.computeIfAbsent(worker, _ -> new ArrayList<>()).add(time / median - 1)));
        }
        var slow = new ArrayList<Slow>();
        ratios.forEach((worker, excess) -> {
            double typical = Sample.median(array(excess));
            long above = excess.stream().filter(x -> x > SLOWER / 2).count();
            if (excess.size() >= LEAST_TASKS && typical > SLOWER && above >= MOST_OF_THEM * excess.size()) {
                slow.add(new Slow(worker, typical, excess.size()));
            }
        });
        return slow;
    }

    private static double[] array(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).toArray();
    }
}
