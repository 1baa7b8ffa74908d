package io.evenkeel.studies.p25;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.evenkeel.config.ConfigReader;
import io.evenkeel.nn.Decoder;
import io.evenkeel.nn.DeepNorm;
import io.evenkeel.nn.Parameter;
import io.evenkeel.nn.Parameters;
import io.evenkeel.nn.Precision;
import io.evenkeel.random.RandomStream;
import io.evenkeel.tensor.Scope;
import io.evenkeel.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// Reference checks of the specification; those of integer weights and half-precision softmax are with their classes.
///
/// @paper P25
class Glm130bTest {
    @Test
    void deepNorm() {
        assertThat(DeepNorm.GLM.alpha(70)).isCloseTo(11.8321596, within(1e-7));
        assertThat(DeepNorm.GLM.beta(70)).isCloseTo(0.0845154, within(1e-7));
        assertThat(DeepNorm.GLM.alpha(12)).isCloseTo(4.8989795, within(1e-7));
        assertThat(DeepNorm.GLM.beta(12)).isCloseTo(0.2041241, within(1e-7));
        assertThat(DeepNorm.DEEPNET.alpha(12)).isCloseTo(2.2133638, within(1e-7));
        assertThat(DeepNorm.DEEPNET.beta(12)).isCloseTo(0.3194716, within(1e-7));
    }

    /// The output bit for bit, the gradient of the embedding, and that of another weight.
    private static List<double[]> pass(String embeddingGradient) {
        var config = ConfigReader.read(
                List.of("width=16", "depth=1", "heads=2", "embeddingGradient=" + embeddingGradient), Decoder.Config.defaults());
        var random = RandomStream.of(1, "model");
        try (var _ = Scope.open()) {
            var model = new Decoder(config, 12, 8, Precision.FP32, random);
            try (var parameters = Parameters.materialize(model, random)) {
                var logits = model.logits(Tensors.randint(RandomStream.of(2, "tokens"), 12, 2, 8));
                logits.square().sum().backward();
                var found = new ArrayList<double[]>();
                found.add(logits.toDoubles());
                for (var name : List.of("embed.weight", "head.weight")) {
                    found.add(parameters.all().stream()
                            .filter(parameter -> parameter.name().equals(name))
                            .map(Parameter::gradient)
                            .map(Objects::requireNonNull)
                            .findFirst()
                            .orElseThrow()
                            .toDoubles());
                }
                return found;
            }
        }
    }

    @Test
    void theEmbeddingsGradientIsShrunkAndNothingElse() {
        var whole = pass("null");
        var tenth = pass("0.1");
        assertThat(tenth.get(0)).containsExactly(whole.get(0));
        for (var i = 0; i < whole.get(1).length; i++) {
            assertThat(tenth.get(1)[i]).isCloseTo(0.1 * whole.get(1)[i], within(1e-4 * (1 + Math.abs(whole.get(1)[i]))));
        }
        assertThat(tenth.get(2)).containsExactly(whole.get(2));
    }

    @Test
    void refusesGradientsOfNothingAndOfMore() {
        assertThatThrownBy(() -> ConfigReader.read(List.of("embeddingGradient=0"), Decoder.Config.defaults()))
                .hasMessageContaining("embeddingGradient must be in (0, 1] but was 0.0");
    }

    @Test
    void theTopOfAShift() {
        var losses = new double[] {3, 3, 3, 3, 5, 5, 4, 3};
        assertThat(MixtureShift.peak(losses, 4, 2)).isCloseTo(2, within(1e-12));
    }
}
