package io.evenkeel.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.evenkeel.nn.Decoder;
import io.evenkeel.nn.Parameters;
import io.evenkeel.nn.Precision;
import io.evenkeel.random.RandomStream;
import org.junit.jupiter.api.Test;

class SamplerTest {
    private static final double[] LOGITS = {Math.log(0.1), Math.log(0.6), Math.log(0.3)};

    private static double[] shares(Sampler.Config config) {
        var sampler = new Sampler(config);
        var random = RandomStream.of(5, "draws");
        var shares = new double[LOGITS.length];
        var draws = 20_000;
        for (var i = 0; i < draws; i++) {
            shares[sampler.draw(LOGITS, random)] += 1.0 / draws;
        }
        return shares;
    }

    @Test
    void drawsByProbability() {
        assertThat(shares(new Sampler.Config(1, null, null))).containsExactly(new double[] {0.1, 0.6, 0.3}, within(0.015));
        // p^2 normalised: 0.01, 0.36, 0.09 over 0.46
        assertThat(shares(new Sampler.Config(0.5, null, null)))
                .containsExactly(new double[] {0.0217, 0.7826, 0.1957}, within(0.015));
    }

    @Test
    void cutsTheTail() {
        assertThat(shares(new Sampler.Config(0, null, null))).containsExactly(0, 1, 0);
        assertThat(shares(new Sampler.Config(1, 2, null))).containsExactly(new double[] {0, 2 / 3.0, 1 / 3.0}, within(0.015));
        assertThat(shares(new Sampler.Config(1, null, 0.6))).containsExactly(new double[] {0, 1, 0}, within(1e-9));
        assertThat(shares(new Sampler.Config(1, null, 0.61)))
                .containsExactly(new double[] {0, 2 / 3.0, 1 / 3.0}, within(0.015));
    }

    @Test
    void refusesImpossibleSettings() {
        assertThatThrownBy(() -> new Sampler.Config(-1, null, null)).hasMessage("temperature must be >= 0 but was -1.0");
        assertThatThrownBy(() -> new Sampler.Config(1, 0, null)).hasMessage("topK must be >= 1 but was 0");
        assertThatThrownBy(() -> new Sampler.Config(1, null, 1.5)).hasMessage("topP must be in (0, 1] but was 1.5");
    }

    @Test
    void writesBeyondTheContextAndTheSameEachTime() {
        var decoder = new Decoder(Decoder.Config.defaults(), 7, 4, Precision.FP32, RandomStream.of(1, "dropout"));
        try (var _ = Parameters.materialize(decoder, RandomStream.of(1, "init"))) {
            var sampler = new Sampler(Sampler.Config.defaults());
            var first = sampler.continueFrom(decoder, new int[] {3}, 12, RandomStream.of(2, "draws"));
            var second = sampler.continueFrom(decoder, new int[] {3}, 12, RandomStream.of(2, "draws"));
            assertThat(first).hasSize(12).isEqualTo(second);
            assertThat(java.util.Arrays.stream(first).boxed()).allMatch(token -> token >= 0 && token < 7);
        }
    }
}
