package io.evenkeel.app;

import io.evenkeel.app.TrainingShape.Shape;
import io.evenkeel.metric.SeriesNames;
import io.evenkeel.nn.Precision;
import io.evenkeel.probe.ProbeBench;
import io.evenkeel.probe.StepTimes;
import io.evenkeel.probe.StepView;
import io.evenkeel.tensor.Engine;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `evenkeel bench probes`: what every probe costs.
@Command(
        name = "probes",
        description = "Milliseconds of every probe on the small shape of `bench train`, and its share of step "
                + "time at its default cadence. The default set is to take at most 1 %, all at most 5 %.")
final class BenchProbes implements Callable<Integer> {
    private static final int WARM_UP = 5;
    private static final int STEPS = 20;
    private static final long STEPS_PER_CHECKPOINT = 100;

    @Option(names = "--rounds", description = "Measurements of each probe; default: ${DEFAULT-VALUE}.")
    int rounds = 7;

    @Option(names = "--threads", description = "Threads of one operation; default: all processors.")
    int threads = Runtime.getRuntime().availableProcessors();

    @Mixin
    Output output;

    @Override
    public Integer call() {
        Engine.setThreads(threads);
        try (var shape = new TrainingShape(Shape.SMALL, Precision.FP32)) {
            shape.time(WARM_UP);
            double stepMillis = BenchTrain.median(shape.time(STEPS));
            var loss = shape.gradients();
            var view = new StepView(
                    0,
                    shape.model(),
                    shape.parameters(),
                    shape.optimizer(),
                    1e-3,
                    shape.parameters().gradientNorm(),
                    Map.of(SeriesNames.LOSS, loss),
                    List.of(shape.batch()),
                    shape::loss,
                    new StepTimes());
            var result = ProbeBench.measure(view, stepMillis, STEPS_PER_CHECKPOINT, rounds);
            print(result, stepMillis);
            var document = new LinkedHashMap<String, Object>();
            document.put("bench", "probes");
            document.put("rows", result.rows());
            document.put("stepMillis", stepMillis);
            document.put("defaultShare", result.defaultShare());
            document.put("allShare", result.allShare());
            document.put("peer", null);
            output.document(document);
            return 0;
        }
    }

    private void print(ProbeBench.Result result, double stepMillis) {
        output.result(
                String.format(Locale.ROOT, "a step without probes takes %.1f ms (%d threads)", stepMillis, threads));
        output.result(String.format(
                Locale.ROOT, "%-26s %-8s %12s %10s %14s", "probe", "default", "every steps", "ms", "of step time"));
        for (var row : result.rows()) {
            output.result(String.format(
                    Locale.ROOT,
                    "%-26s %-8s %12.1f %10.2f %13.2f%%",
                    row.probe(),
                    row.byDefault() ? "yes" : "",
                    row.everySteps(),
                    row.millisPerCall(),
                    100 * row.share()));
        }
        output.result(String.format(
                Locale.ROOT,
                "the default set takes %.2f %% of step time (at most 1 %%), all %.2f %% (at most 5 %%)",
                100 * result.defaultShare(),
                100 * result.allShare()));
    }
}
