package io.evenkeel.optim;

import io.evenkeel.nn.Parameters;
import io.evenkeel.optim.Toy.Declared;
import io.evenkeel.tensor.Engine;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Milliseconds of an update on the parameters of a small decoder (6 blocks of width 384, vocabulary 4096: 13.8 M), of
/// each rule and of [AdamW] without its fused kernel. Rounds are interleaved, so that a busy machine slows all alike.
/// Run by hand: `OptimizerBench [rounds]`.
final class OptimizerBench {
    private static final int WARM_UP = 3;
    private static final double NANOS_PER_MILLI = 1e6;

    private OptimizerBench() {}

    public static void main(String[] args) {
        var rounds = args.length == 0 ? 20 : Integer.parseInt(args[0]);
        try (var parameters = decoder()) {
            parameters.gradients().fill_(1e-3);
            var optimizers = new LinkedHashMap<String, Optimizer>();
            var adamW = AdamW.defaults();
            optimizers.put("adamw fused", build(adamW, new Clip.None(), parameters));
            optimizers.put(
                    "adamw plain",
                    new Chain(
                            parameters,
                            List.of(),
                            parameter -> Optional.of(new Chain.Settings(
                                    new PlainAdamW(adamW), adamW.lr(), parameter.shape().length < 2 ? 0 : 0.1))));
            optimizers.put("adamw fused, clipped", build(adamW, new Clip.GlobalNorm(1), parameters));
            optimizers.put("adamw fused, agc", build(adamW, Clip.Agc.defaults(), parameters));
            optimizers.put("sgd fused", build(Sgd.defaults(), new Clip.None(), parameters));
            optimizers.put("lion", build(Lion.defaults(), new Clip.None(), parameters));
            optimizers.put("radam", build(RAdam.defaults(), new Clip.None(), parameters));
            optimizers.put("lamb", build(Lamb.defaults(), new Clip.None(), parameters));
            print(measure(optimizers, rounds), parameters);
            optimizers.values().forEach(Optimizer::close);
        }
    }

    private static Optimizer build(OptimizerConfig.Rule rule, Clip clip, Parameters parameters) {
        return new OptimizerConfig(rule, clip, List.of()).build(parameters);
    }

    private static Map<String, double[]> measure(Map<String, Optimizer> optimizers, int rounds) {
        var millis = new LinkedHashMap<String, double[]>();
        optimizers.keySet().forEach(name -> millis.put(name, new double[rounds]));
        for (var round = -WARM_UP; round < rounds; round++) {
            for (var entry : optimizers.entrySet()) {
                var start = System.nanoTime();
                entry.getValue().step(1e-3, 4);
                var took = (System.nanoTime() - start) / NANOS_PER_MILLI;
                if (round >= 0) {
                    millis.get(entry.getKey())[round] = took;
                }
            }
        }
        return millis;
    }

    private static void print(Map<String, double[]> millis, Parameters parameters) {
        System.out.printf("%d parameters, %d threads%n", parameters.count(), Engine.threads());
        var fused = median(millis.get("adamw fused"));
        millis.forEach((name, values) -> System.out.printf(
                "%-22s median %6.1f ms  min %6.1f ms  %5.2f x fused%n",
                name, median(values), Arrays.stream(values).min().orElseThrow(), median(values) / fused));
    }

    private static double median(double[] values) {
        var sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    private static Parameters decoder() {
        var declared = new ArrayList<Declared>();
        declared.add(new Declared("embed.weight", 4096, 384));
        for (var block = 0; block < 6; block++) {
            declared.add(new Declared("blocks." + block + ".attention.qkv.weight", 1152, 384));
            declared.add(new Declared("blocks." + block + ".attention.out.weight", 384, 384));
            declared.add(new Declared("blocks." + block + ".mlp.up.weight", 1536, 384));
            declared.add(new Declared("blocks." + block + ".mlp.down.weight", 384, 1536));
            declared.add(new Declared("blocks." + block + ".norm1.weight", 384));
            declared.add(new Declared("blocks." + block + ".norm2.weight", 384));
        }
        declared.add(new Declared("head.weight", 4096, 384));
        return Toy.of(declared.toArray(Declared[]::new));
    }
}
