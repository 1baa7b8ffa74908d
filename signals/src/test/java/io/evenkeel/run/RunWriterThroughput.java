package io.evenkeel.run;

import io.evenkeel.metric.Readings;
import java.nio.file.Path;
import java.util.Arrays;

/// Measures what recording costs the thread that trains, and reading back: 100 series over 20,000 steps.
///
/// Arguments: a directory to write into; microseconds of pretended training a step (0 = as fast as it can).
final class RunWriterThroughput {
    private static final int SERIES = 100;
    private static final int STEPS = 20_000;

    private RunWriterThroughput() {}

    public static void main(String[] args) {
        var pauseNanos = Long.parseLong(args[1]) * 1_000;
        for (var round = 0; round < 3; round++) {
            measure(TestRuns.create(Path.of(args[0]).resolve("round-" + round)), pauseNanos);
        }
    }

    private static void measure(RunDirectory run, long pauseNanos) {
        var names = new String[SERIES];
        Arrays.setAll(names, i -> i == 0 ? "loss" : "probe/layer." + i);
        var nanos = new long[STEPS];
        var start = System.nanoTime();
        long recorded;
        try (var writer = run.continueWriting(Incarnation.START)) {
            for (var step = 0; step < STEPS; step++) {
                var readings = new Readings(step, step);
                for (var i = 0; i < SERIES; i++) {
                    readings.put(names[i], step * 0.001 + i);
                }
                var before = System.nanoTime();
                writer.record(readings);
                nanos[step] = System.nanoTime() - before;
                while (System.nanoTime() - before < pauseNanos) {
                    Thread.onSpinWait();
                }
            }
            recorded = System.nanoTime() - start;
        }
        var closed = System.nanoTime() - start;
        Arrays.sort(nanos);
        var metrics = run.metrics();
        start = System.nanoTime();
        var loss = metrics.series("loss").size();
        var one = System.nanoTime() - start;
        start = System.nanoTime();
        var points = metrics.summary().values().stream()
                .mapToLong(bucket -> bucket.n())
                .sum();
        var all = System.nanoTime() - start;
        start = System.nanoTime();
        var columns = metrics.query("probe/layer.7", 0, STEPS - 1, 4).buckets().size();
        var zoom = System.nanoTime() - start;
        System.out.printf(
                "record p50 %.1f us, p99 %.1f us, max %.0f us; recorded in %d ms, on disk and closed in %d ms; stored %d of"
                        + " %d points, loss %d; read one series %d ms, summary of all %d ms, zoom to %d columns %d ms%n",
                nanos[STEPS / 2] / 1e3,
                nanos[STEPS * 99 / 100] / 1e3,
                nanos[STEPS - 1] / 1e3,
                recorded / 1_000_000,
                closed / 1_000_000,
                points,
                (long) SERIES * STEPS,
                loss,
                one / 1_000_000,
                all / 1_000_000,
                columns,
                zoom / 1_000_000);
    }
}
