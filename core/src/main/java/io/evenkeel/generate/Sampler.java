package io.evenkeel.generate;

import io.evenkeel.nn.Decoder;
import io.evenkeel.random.RandomStream;
import io.evenkeel.tensor.Autograd;
import io.evenkeel.tensor.Scope;
import io.evenkeel.tensor.Tensors;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Draws tokens from a decoder, one after another, each from the distribution of the next token given at most the last
/// context of them.
public final class Sampler {
    private final Config config;

    public Sampler(Config config) {
        this.config = config;
    }

    /// @param temperature divides the logits, `>= 0`; 0 takes the likeliest token
    /// @param topK        draw from that many of the likeliest tokens, >= 1; null for all
    /// @param topP        draw from the likeliest tokens that together reach that probability, in (0, 1]; null for all
    public record Config(double temperature, @Nullable Integer topK, @Nullable Double topP) {
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
            return new Config(0.8, null, null);
        }
    }

    /// Continues a row of tokens.
    ///
    /// @param prompt tokens to continue, at least one
    /// @param count  how many to draw
    /// @return the tokens drawn
    public int[] continueFrom(Decoder model, int[] prompt, int count, RandomStream random) {
        if (prompt.length == 0) {
            throw new IllegalArgumentException("prompt must have at least one token but was empty");
        }
        var tokens = Arrays.copyOf(prompt, prompt.length + count);
        var training = model.training();
        model.train(false);
        try (var _ = Autograd.noGrad()) {
            for (var end = prompt.length; end < tokens.length; end++) {
                tokens[end] = draw(logits(model, tokens, end), random);
            }
        } finally {
            model.train(training);
        }
        return Arrays.copyOfRange(tokens, prompt.length, tokens.length);
    }

    private static double[] logits(Decoder model, int[] tokens, int end) {
        var window = Arrays.copyOfRange(tokens, (int) Math.max(0, end - model.context()), end);
        try (var _ = Scope.open()) {
            var row = Arrays.stream(window).asLongStream().toArray();
            return model.logits(Tensors.of(row, 1, row.length))
                    .select(0, 0)
                    .select(0, row.length - 1)
                    .toDoubles();
        }
    }

    /// Draws an index from logits.
    int draw(double[] logits, RandomStream random) {
        var order = IntStream.range(0, logits.length)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> -logits[i]))
                .mapToInt(Integer::intValue)
                .toArray();
        if (config.temperature() == 0) {
            return order[0];
        }
        var weights = new double[config.topK() == null ? order.length : Math.min(config.topK(), order.length)];
        var total = 0.0;
        for (var i = 0; i < weights.length; i++) {
            weights[i] = Math.exp((logits[order[i]] - logits[order[0]]) / config.temperature());
            total += weights[i];
        }
        var kept = total;
        var last = weights.length;
        if (config.topP() != null) {
            kept = 0;
            last = 0;
            while (last < weights.length && kept < config.topP() * total) {
                kept += weights[last++];
            }
        }
        var at = random.nextDouble() * kept;
        for (var i = 0; i < last; i++) {
            at -= weights[i];
            if (at < 0) {
                return order[i];
            }
        }
        return order[last - 1];
    }
}
