package io.evenkeel.probe;

import io.evenkeel.metric.Readings;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// What probes cost on a given model: every probe is measured in the passes that it really shares, and its share of
/// step time follows from its cadence.
public final class ProbeBench {
    /// Steps looked at to find how often a shared pass is needed; a multiple of the default cadences.
    private static final long HORIZON = 100_000;

    private ProbeBench() {}

    /// A probe, or a pass that probes share.
    ///
    /// @param probe         its name
    /// @param everySteps    its cadence with all probes on; for a shared pass the mean distance between steps that
    ///                      need it
    /// @param byDefault     whether it is part of the default set
    /// @param millisPerCall median milliseconds of a measurement
    /// @param share         of step time at that cadence, with all probes on
    public record Row(String probe, double everySteps, boolean byDefault, double millisPerCall, double share) {}

    /// What all probes cost.
    ///
    /// @param rows         one a probe or shared pass that took time
    /// @param defaultShare of step time that the default set takes, its passes included
    /// @param allShare     of step time that all probes take at their default cadence
    public record Result(List<Row> rows, double defaultShare, double allShare) {}

    /// Measures. Weights and gradients do not change.
    ///
    /// @param view                 a step of the model, its gradients computed
    /// @param stepMillis           what a step takes without probes
    /// @param stepsPerCheckpoint   how often checkpoints are made
    /// @param rounds               measurements of each probe, >= 1, after one that does not count (the first
    ///                             search of an eigenvector is longer)
    public static Result measure(StepView view, double stepMillis, long stepsPerCheckpoint, int rounds) {
        var samples = new LinkedHashMap<String, double[]>();
        var cadences = new LinkedHashMap<Probe, Long>();
        Probes.all().forEach(probe -> cadences.put(probe, 1L));
        try (var probes = new ProbeSet(cadences)) {
            for (var round = -1; round < rounds; round++) {
                var readings = step(probes, view, round + 1);
                var index = round;
                readings.forEach((series, value) -> {
                    if (index >= 0 && series.startsWith(ProbeSet.MILLIS)) {
                        samples.computeIfAbsent(series.substring(ProbeSet.MILLIS.length()), _ -> new double[rounds])[
                                index] = value;
                    }
                });
            }
        }
        var millis = new LinkedHashMap<String, Double>();
        samples.forEach((name, values) -> millis.put(name, median(values)));
        return result(millis, stepMillis, stepsPerCheckpoint);
    }

    private static Readings step(ProbeSet probes, StepView view, long step) {
        var readings = new Readings(step, Double.NaN);
        var shifted = new StepView(
                step,
                view.model(),
                view.parameters(),
                view.optimizer(),
                view.lr(),
                view.gradientNorm(),
                view.losses(),
                view.batches(),
                view.loss(),
                view.times());
        if (view.batches().size() > 1) {
            view.batches().forEach(batch -> probes.afterMicroBatch(step, view.parameters(), batch, view.times()));
        }
        probes.afterBackward(shifted, readings);
        probes.beforeUpdate(shifted);
        probes.afterUpdate(shifted, readings);
        probes.atCheckpoint(shifted, readings);
        return readings;
    }

    private static double median(double[] values) {
        var sorted = values.clone();
        Arrays.sort(sorted);
        var middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    private static Result result(Map<String, Double> millis, double stepMillis, long stepsPerCheckpoint) {
        var all = distances(Probes.all(), stepsPerCheckpoint);
        var byDefault = distances(
                Probes.all().stream().filter(probe -> probe.about().byDefault()).toList(), stepsPerCheckpoint);
        var rows = new ArrayList<Row>();
        millis.forEach((name, took) -> {
            var distance = all.getOrDefault(name, Double.POSITIVE_INFINITY);
            rows.add(new Row(name, distance, byDefault.containsKey(name), took, took / distance / stepMillis));
        });
        return new Result(rows, share(millis, byDefault) / stepMillis, share(millis, all) / stepMillis);
    }

    private static double share(Map<String, Double> millis, Map<String, Double> distances) {
        return distances.entrySet().stream()
                .mapToDouble(entry -> millis.getOrDefault(entry.getKey(), 0.0) / entry.getValue())
                .sum();
    }

    /// Mean steps between two measurements of each probe and two uses of each shared pass.
    private static Map<String, Double> distances(List<Probe> probes, long stepsPerCheckpoint) {
        var distances = new LinkedHashMap<String, Double>();
        for (var probe : probes) {
            var steps = probe instanceof Probe.Checkpoint
                    ? Math.max(probe.about().everySteps(), stepsPerCheckpoint)
                    : probe.about().everySteps();
            distances.put(probe.about().name(), (double) steps);
        }
        var passes = Map.of(
                ProbeSet.FORWARD_PASS, Moment.FORWARD,
                ProbeSet.UPDATE_COPY, Moment.UPDATE,
                ProbeSet.LOSS_GRAPH, Moment.CURVATURE);
        passes.forEach((name, moment) -> {
            var cadences = probes.stream()
                    .filter(probe -> probe.needs().contains(moment))
                    .map(probe -> probe.about().everySteps())
                    .collect(Collectors.toSet());
            if (!cadences.isEmpty()) {
                distances.put(name, HORIZON / (double) uses(cadences));
            }
        });
        return distances;
    }

    private static long uses(Set<Long> cadences) {
        var uses = 0L;
        for (var step = 0L; step < HORIZON; step++) {
            for (var cadence : cadences) {
                if (step % cadence == 0) {
                    uses++;
                    break;
                }
            }
        }
        return uses;
    }
}
