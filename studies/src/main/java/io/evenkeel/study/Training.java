package io.evenkeel.study;

import io.evenkeel.metric.Readings;
import io.evenkeel.metric.SeriesNames;
import io.evenkeel.train.PlainRun;
import io.evenkeel.train.RunConfig;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/// A trial that trains a configuration as it is and looks on: what most studies of language models do.
///
/// It measures [#INITIAL] and [#FINAL], held-out losses in nats; [#TRAIN], the mean training loss of the last tenth;
/// [#PEAK_GRADIENT], the largest norm of a gradient; and of what is asked for a row: [#LOSSES] and [#GRADIENTS] over the
/// steps, in at most [#POINTS] means of equally many steps, and of every other series what its probe read, with the
/// last value as a number.
///
/// A run whose loss is no longer finite is lost and ends there: nothing in it can make it finite again.
public final class Training {
    /// Held-out loss at initialisation.
    public static final String INITIAL = "initial";
    /// Held-out loss at the end; NaN when the run was lost.
    public static final String FINAL = "final";
    /// Mean training loss of the last tenth of the steps.
    public static final String TRAIN = "train";
    /// Largest norm of a gradient, before clipping.
    public static final String PEAK_GRADIENT = "peak_gradient";
    /// Training loss over the steps.
    public static final String LOSSES = "losses";
    /// Norm of the gradient over the steps.
    public static final String GRADIENTS = "gradients";
    /// Points of a row.
    public static final int POINTS = 100;

    private static final int TENTH = 10;

    private Training() {}

    /// Trains to the end.
    ///
    /// @param config of the run
    /// @param series to keep: [#LOSSES], [#GRADIENTS], names of the series of probes
    public static Measurements of(RunConfig config, Workshop workshop, String... series) {
        try (var run = PlainRun.of(config, workshop.cache())) {
            return new Watch(List.of(series)).run(run, config.train().steps(), PlainRun::step);
        }
    }

    /// One step of a run.
    @FunctionalInterface
    public interface Stepper {
        Readings step(PlainRun run);
    }

    /// What is kept of a run while it goes on.
    public static final class Watch {
        private final List<String> series;
        private final List<Double> losses = new ArrayList<>();
        private final List<Double> gradients = new ArrayList<>();
        private final Map<String, List<Double>> rows = new LinkedHashMap<>();

        public Watch(List<String> series) {
            this.series = series;
            series.forEach(name -> rows.put(name, new ArrayList<>()));
        }

        /// Trains, and measures before, meanwhile and after.
        public Measurements run(PlainRun run, long steps, Stepper stepper) {
            var measured = new Measurements().put(INITIAL, run.evaluate().loss());
            var lost = !train(run, steps, stepper);
            return put(measured.put(FINAL, lost ? Double.NaN : run.evaluate().loss()));
        }

        /// Trains.
        ///
        /// @return whether the loss is still finite
        public boolean train(PlainRun run, long steps, Stepper stepper) {
            for (var step = 0L; step < steps; step++) {
                add(stepper.step(run));
                if (!Double.isFinite(losses.getLast())) {
                    return false;
                }
            }
            return true;
        }

        /// Takes note of a step.
        public void add(Readings readings) {
            losses.add(readings.get(SeriesNames.LOSS));
            gradients.add(readings.get(SeriesNames.GRAD_NORM));
            rows.forEach((name, row) -> {
                if (readings.has(name)) {
                    row.add(readings.get(name));
                }
            });
        }

        /// Training loss of every step so far.
        public double[] losses() {
            return array(losses);
        }

        /// Norm of the gradient of every step so far.
        public double[] gradients() {
            return array(gradients);
        }

        /// Adds what was seen.
        public Measurements put(Measurements measured) {
            var last = losses.subList(losses.size() - Math.max(1, losses.size() / TENTH), losses.size());
            measured.put(TRAIN, last.stream().mapToDouble(Double::doubleValue).average().orElse(Double.NaN))
                    .put(PEAK_GRADIENT, gradients.stream().mapToDouble(Double::doubleValue).max().orElse(Double.NaN));
            if (series.contains(LOSSES)) {
                measured.put(LOSSES, means(array(losses)));
            }
            if (series.contains(GRADIENTS)) {
                measured.put(GRADIENTS, means(array(gradients)));
            }
            rows.forEach((name, values) -> {
                if (!values.isEmpty()) {
                    measured.put(name, values.getLast()).put(name, array(values));
                }
            });
            return measured;
        }
    }

    private static double[] array(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).toArray();
    }

    /// At most [#POINTS] means of equally many neighbours; a rest at the end is left out.
    public static double[] means(double[] values) {
        var size = Math.max(1, (values.length + POINTS - 1) / POINTS);
        return IntStream.range(0, values.length / size)
                .mapToDouble(i -> IntStream.range(i * size, (i + 1) * size)
                        .mapToDouble(k -> values[k])
                        .average()
                        .orElseThrow())
                .toArray();
    }
}
