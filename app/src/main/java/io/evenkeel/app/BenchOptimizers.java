package io.evenkeel.app;

import io.evenkeel.app.TrainingShape.Shape;
import io.evenkeel.nn.Precision;
import io.evenkeel.optim.OptimizerBench;
import io.evenkeel.tensor.Engine;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `evenkeel bench optimizers`: what an update takes with each of them.
@Command(
        name = "optimizers",
        description = "Milliseconds of an update with every optimizer, on a decoder of ten million parameters, and the "
                + "memory of its state. Updates of all are interleaved.")
final class BenchOptimizers implements Callable<Integer> {
    private static final double MEBIBYTE = 1 << 20;

    @Option(names = "--rounds", description = "Updates of each optimizer; default: ${DEFAULT-VALUE}.")
    int rounds = 20;

    @Option(names = "--threads", description = "Threads of one operation; default: all processors.")
    int threads = Runtime.getRuntime().availableProcessors();

    @Mixin
    Output output;

    @Override
    public Integer call() {
        Engine.setThreads(threads);
        try (var shape = new TrainingShape(Shape.TEN_MILLION, Precision.FP32)) {
            shape.gradients();
            var rows = OptimizerBench.measure(shape.parameters(), rounds);
            output.result(String.format(
                    Locale.ROOT,
                    "%,d parameters (%d threads)",
                    shape.parameters().count(),
                    threads));
            output.result(
                    String.format(Locale.ROOT, "%-26s %10s %12s %12s", "optimizer", "ms", "x adamw", "state, MiB"));
            for (var row : rows) {
                output.result(String.format(
                        Locale.ROOT,
                        "%-26s %10.2f %12.2f %12.1f",
                        row.optimizer(),
                        row.millis(),
                        row.toAdamW(),
                        row.stateBytes() / MEBIBYTE));
            }
            var document = new LinkedHashMap<String, Object>();
            document.put("bench", "optimizers");
            document.put("parameters", shape.parameters().count());
            document.put("rows", rows);
            output.document(document);
            return 0;
        }
    }
}
