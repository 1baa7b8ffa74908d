package io.evenkeel.study;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Runs studies: the trials that were not run before, several at a time, in processes of their own with one thread
/// each, which on small models is faster than one process with several threads and keeps a crash to itself.
///
/// @param cache  where results are kept as soon as they are there
/// @param jobs   trials at a time, `>= 1`
/// @param budget no trial is started after it; null for no limit
/// @param log    hears of progress, a line a trial
public record Laboratory(Path cache, int jobs, @Nullable Duration budget, Consumer<String> log) {
    private static final int ATTEMPTS = 2;

    public Laboratory {
        if (jobs < 1) {
            throw new IllegalArgumentException("jobs must be >= 1 but was " + jobs);
        }
    }

    /// What a run of a study gave.
    ///
    /// @param results of the trials, in order of the grid
    /// @param broken  trials without a result, and why
    /// @param unrun   trials that the budget did not suffice for
    /// @param ran     trials that were run now; the others were known
    public record Session(Results results, List<String> broken, int unrun, int ran) {
        public boolean isComplete() {
            return broken.isEmpty() && unrun == 0;
        }
    }

    /// Runs a grid in processes.
    ///
    /// @param processes of which each serves the grid ([Grid#serve])
    public <C extends Record> Session run(Grid<C> grid, ProcessBuilder processes) {
        return run(grid, () -> new ProcessBench(processes));
    }

    /// Runs a grid in this process, one trial after another.
    public <C extends Record> Session runHere(Grid<C> grid) {
        return new Laboratory(cache, 1, budget, log).run(grid, () -> Bench.here(grid, new Workshop(cache)));
    }

    private <C extends Record> Session run(Grid<C> grid, Supplier<Bench> benches) {
        var store = new TrialCache(cache, grid.study().id());
        var known = new LinkedHashMap<String, Result>();
        grid.byKey().forEach((key, trial) -> store.find(trial, key).ifPresent(result -> known.put(key, result)));
        var todo = new ConcurrentLinkedQueue<>(grid.byKey().keySet().stream()
                .filter(key -> !known.containsKey(key))
                .toList());
        var progress = new Progress(grid.byKey().size(), known.size(), jobs, log);
        var broken = new LinkedHashMap<String, String>();
        var deadline = budget == null ? Long.MAX_VALUE : System.nanoTime() + budget.toNanos();
        if (!todo.isEmpty()) {
            try (var pool = Executors.newFixedThreadPool(jobs)) {
                for (var i = 0; i < jobs; i++) {
                    pool.execute(() -> {
                        try (var bench = benches.get()) {
                            for (var key = next(todo, deadline); key != null; key = next(todo, deadline)) {
                                work(grid, key, bench, store, progress, broken);
                            }
                        }
                    });
                }
            }
        }
        var results = new ArrayList<Result>();
        for (var trial : grid.trials()) {
            store.find(trial, trial.key(grid.study())).ifPresent(results::add);
        }
        return new Session(
                new Results(results),
                broken.entrySet().stream()
                        .map(each -> grid.byKey().get(each.getKey()) + ": " + each.getValue())
                        .toList(),
                todo.size(),
                progress.ran());
    }

    private static @Nullable String next(ConcurrentLinkedQueue<String> todo, long deadline) {
        return System.nanoTime() < deadline ? todo.poll() : null;
    }

    private <C extends Record> void work(
            Grid<C> grid, String key, Bench bench, TrialCache store, Progress progress, Map<String, String> broken) {
        var trial = Optional.ofNullable(grid.byKey().get(key)).orElseThrow();
        var reason = "";
        for (var attempt = 1; attempt <= ATTEMPTS; attempt++) {
            try {
                var outcome = bench.run(key);
                store.put(new Result(
                        trial.arm(), trial.factors(), trial.seed(), key, outcome.seconds(), outcome.measured()));
                progress.done(trial.toString(), outcome.seconds());
                return;
            } catch (Bench.BrokenTrial e) {
                reason = String.valueOf(e.getMessage());
            }
        }
        synchronized (broken) {
            broken.put(key, reason);
        }
        progress.done(trial + " BROKEN: " + reason, 0);
    }
}
