package io.evenkeel.study;

import io.evenkeel.tensor.Engine;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import tools.jackson.databind.node.JsonNodeFactory;

/// The trials of a study at a scale, by key.
public final class Grid<C extends Record> {
    private final Study<C> study;
    private final List<Trial<C>> trials;
    private final SequencedMap<String, Trial<C>> byKey = new LinkedHashMap<>();

    private Grid(Study<C> study, List<Trial<C>> trials) {
        this.study = study;
        this.trials = trials;
        trials.forEach(trial -> byKey.putIfAbsent(trial.key(study), trial));
    }

    public static <C extends Record> Grid<C> of(Study<C> study, Scale scale) {
        return new Grid<>(study, study.trials(scale));
    }

    Study<C> study() {
        return study;
    }

    /// All trials; some may share a key.
    List<Trial<C>> trials() {
        return trials;
    }

    /// One trial a key.
    Map<String, Trial<C>> byKey() {
        return byKey;
    }

    Bench.Outcome run(String key, Workshop workshop) {
        var trial = byKey.get(key);
        if (trial == null) {
            throw new Bench.BrokenTrial("no trial has the key " + key);
        }
        Engine.setThreads(1);
        var start = System.nanoTime();
        var measured = study.run(trial.config(), workshop);
        return new Bench.Outcome(Bench.tenths((System.nanoTime() - start) / 1e9), measured);
    }

    /// Answers keys with outcomes until the input ends: what a [ProcessBench] talks to.
    public void serve(BufferedReader keys, PrintWriter answers, Workshop workshop) {
        try {
            for (var key = keys.readLine(); key != null; key = keys.readLine()) {
                answers.println(answer(key, workshop));
                answers.flush();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String answer(String key, Workshop workshop) {
        try {
            return run(key, workshop).json();
        } catch (RuntimeException e) {
            return JsonNodeFactory.instance
                    .objectNode()
                    .put("error", e.toString())
                    .toString();
        }
    }
}
