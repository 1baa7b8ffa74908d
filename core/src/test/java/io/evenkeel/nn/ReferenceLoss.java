package io.evenkeel.nn;

import io.evenkeel.loss.LanguageModelLoss;
import io.evenkeel.loss.ZLoss;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleFunction;

/// The loss for [ReferenceDecoder], position by position.
final class ReferenceLoss {
    private final LanguageModelLoss.Config config;
    private final DoubleFunction<Num> constant;
    private final List<Num> crossEntropies = new ArrayList<>();
    private final List<Num> penalties = new ArrayList<>();
    private int positions;

    ReferenceLoss(LanguageModelLoss.Config config, DoubleFunction<Num> constant) {
        this.config = config;
        this.constant = constant;
    }

    void add(Num[] logits, long target) {
        positions++;
        if (target == LanguageModelLoss.IGNORED) {
            return;
        }
        var z = constant.apply(0);
        var largest = logits[0];
        for (var y : logits) {
            z = z.plus(y.exp());
            largest = y.value > largest.value ? y : largest;
        }
        var logZ = z.log();
        var uniform = config.labelSmoothing() / logits.length;
        var crossEntropy = constant.apply(0);
        for (var j = 0; j < logits.length; j++) {
            var share = uniform + (j == target ? 1 - config.labelSmoothing() : 0);
            crossEntropy = crossEntropy.plus(logZ.minus(logits[j]).times(share));
        }
        crossEntropies.add(crossEntropy);
        var scale = config.zLoss() instanceof ZLoss.MaxZ ? largest : logZ;
        penalties.add(scale.times(scale));
    }

    Num crossEntropy() {
        return mean(crossEntropies, crossEntropies.size());
    }

    Num zLoss() {
        return switch (config.zLoss()) {
            case ZLoss.None _ -> constant.apply(0);
            case ZLoss.LogZSquared(var coefficient, var ignored) ->
                mean(penalties, ignored ? positions : penalties.size()).times(coefficient);
            case ZLoss.MaxZ(var coefficient, var ignored) ->
                mean(penalties, ignored ? positions : penalties.size()).times(coefficient);
        };
    }

    private static Num mean(List<Num> xs, int count) {
        return Num.sum(xs.toArray(Num[]::new)).times(1.0 / count);
    }
}
