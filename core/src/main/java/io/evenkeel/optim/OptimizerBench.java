package io.evenkeel.optim;

import io.evenkeel.config.Choices;
import io.evenkeel.config.ConfigReader;
import io.evenkeel.nn.Parameters;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// What an update takes with every rule and every stage before it, on the same parameters. Rounds are interleaved, so
/// that a busy machine slows all alike.
public final class OptimizerBench {
    private static final int WARM_UP = 3;
    private static final double NANOS_PER_MILLI = 1e6;
    /// Small, so that the weights stay as they are.
    private static final double FACTOR = 1e-6;
    private static final String NO_CLIP = "clip.type=none";

    private OptimizerBench() {}

    /// An optimizer.
    ///
    /// @param optimizer  the rule as configurations name it, and the stage if there is one
    /// @param millis     median milliseconds of an update
    /// @param toAdamW    in those of [AdamW] without a bound on the gradient
    /// @param stateBytes of its tensors
    public record Row(String optimizer, double millis, double toAdamW, long stateBytes) {}

    /// Measures all of them with their defaults. The gradients are not changed but for rounding; the weights change
    /// little.
    ///
    /// @param parameters with gradients
    /// @param rounds     updates of each, >= 1, after a few that do not count
    public static List<Row> measure(Parameters parameters, int rounds) {
        var optimizers = optimizers(parameters);
        try {
            var millis = new LinkedHashMap<String, double[]>();
            optimizers.keySet().forEach(name -> millis.put(name, new double[rounds]));
            var norm = parameters.gradientNorm();
            for (var round = -WARM_UP; round < rounds; round++) {
                for (var entry : optimizers.entrySet()) {
                    var start = System.nanoTime();
                    entry.getValue().step(FACTOR, norm);
                    var took = (System.nanoTime() - start) / NANOS_PER_MILLI;
                    if (round >= 0) {
                        Objects.requireNonNull(millis.get(entry.getKey()))[round] = took;
                    }
                }
            }
            var rows = new ArrayList<Row>();
            millis.forEach((name, values) -> {
                var median = median(values);
                var first = rows.isEmpty() ? median : rows.getFirst().millis();
                var bytes = Objects.requireNonNull(optimizers.get(name)).tensors().values().stream()
                        .mapToLong(tensor -> tensor.numel() * tensor.dtype().bytes())
                        .sum();
                rows.add(new Row(name, median, median / first, bytes));
            });
            return rows;
        } finally {
            optimizers.values().forEach(Optimizer::close);
        }
    }

    private static Map<String, Optimizer> optimizers(Parameters parameters) {
        var optimizers = new LinkedHashMap<String, Optimizer>();
        for (var name : Choices.names(OptimizerConfig.Rule.class)) {
            optimizers.put(name, build(parameters, "type=" + name, NO_CLIP));
        }
        for (var clip : List.of("global-norm", "tensor-norm", "value", "agc")) {
            optimizers.put("adamw, clip " + clip, build(parameters, "clip.type=" + clip));
        }
        optimizers.put("adamw, orthogonal", build(parameters, NO_CLIP, "orthogonal.rescale=true"));
        return optimizers;
    }

    private static Optimizer build(Parameters parameters, String... assignments) {
        return ConfigReader.read(List.of(assignments), OptimizerConfig.defaults())
                .build(parameters);
    }

    private static double median(double[] values) {
        var sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
