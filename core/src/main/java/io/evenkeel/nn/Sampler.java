package io.evenkeel.nn;

import io.evenkeel.random.RandomStream;
import io.evenkeel.tensor.Autograd;
import io.evenkeel.tensor.Scope;
import io.evenkeel.tensor.Tensors;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Continues a text with tokens drawn from a language model, one after the other. The model sees the last tokens up to
/// its context.
public final class Sampler {
    private final Config config;
    private final RandomStream random;

    /// From logits `y` to the distribution that a token is drawn from: `softmax(y / temperature)`, of which the
    /// `topK`
    /// most probable tokens are kept, and of these the fewest most probable that have `topP` of their probability.
    ///
    /// @param temperature > 0, or 0 for the most probable token always
    /// @param topK        >= 1; null for all
    /// @param topP        in (0, 1]; null for 1
    public record Config(
            double temperature,
            @Nullable Integer topK,
            @Nullable Double topP) {
        public Config {
            if (!(temperature >= 0)) {
                throw new IllegalArgumentException("temperature must be >= 0 but was " + temperature);
            }
            if (topK != null && topK < 1) {
                throw new IllegalArgumentException("topK must be >= 1 but was " + topK);
            }
            if (topP != null && !(topP > 0 && topP <= 1)) {
                throw new IllegalArgumentException("topP must be in (0, 1] but was " + topP);
            }
        }

        public static Config defaults() {
            return new Config(1, null, null);
        }
    }

    /// A sampler over that stream.
    ///
    /// @param random one number is drawn a token
    public Sampler(Config config, RandomStream random) {
        this.config = config;
        this.random = random;
    }

    /// `count` tokens that follow `prompt`. The model is in evaluation mode meanwhile.
    ///
    /// @param prompt at least one token
    public long[] continuation(Decoder model, long[] prompt, int count) {
        if (prompt.length == 0) {
            throw new IllegalArgumentException("prompt must have at least one token but was empty");
        }
        var tokens = Arrays.copyOf(prompt, prompt.length + count);
        var training = model.training();
        model.train(false);
        try (var _ = Autograd.noGrad()) {
            for (var end = prompt.length; end < tokens.length; end++) {
                try (var _ = Scope.open()) {
                    var seen = Arrays.copyOfRange(tokens, (int) Math.max(0, end - model.context()), end);
                    var logits = model.logits(Tensors.of(seen, 1, seen.length))
                            .select(0, 0)
                            .select(0, seen.length - 1); // [V]
                    tokens[end] = next(logits.toFloats());
                }
            }
        } finally {
            model.train(training);
        }
        return Arrays.copyOfRange(tokens, prompt.length, tokens.length);
    }

    /// Draws a token.
    ///
    /// @param logits one a token of the vocabulary
    public int next(float[] logits) {
        var order = IntStream.range(0, logits.length)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer token) -> -logits[token]))
                .mapToInt(token -> token)
                .toArray();
        var uniform = random.nextDouble();
        if (config.temperature() == 0) {
            return order[0];
        }
        var weights = weights(logits, order);
        var total = Arrays.stream(weights).sum();
        var sum = 0.0;
        for (var i = 0; i < weights.length; i++) {
            sum += weights[i];
            if (sum > uniform * total) {
                return order[i];
            }
        }
        return order[weights.length - 1];
    }

    /// Weights of the tokens that are kept, most probable first.
    private double[] weights(float[] logits, int[] order) {
        var kept = config.topK() == null ? order.length : Math.min(config.topK(), order.length);
        var weights = new double[kept];
        for (var i = 0; i < kept; i++) {
            weights[i] = Math.exp((logits[order[i]] - (double) logits[order[0]]) / config.temperature());
        }
        if (config.topP() == null) {
            return weights;
        }
        var enough = config.topP() * Arrays.stream(weights).sum();
        var sum = 0.0;
        for (var i = 0; i < kept; i++) {
            sum += weights[i];
            if (sum >= enough) {
                return Arrays.copyOf(weights, i + 1);
            }
        }
        return weights;
    }
}
