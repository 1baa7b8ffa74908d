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
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.LongStream;
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

    @Test
    void infillingTakesOutWhatIsAsked() {
        var infilling = new BlankInfilling(BlankInfilling.Shape.PUBLISHED, RandomStream.of(1, "blanks"));
        var suffixes = 0;
        for (var i = 0; i < 400; i++) {
            var layout = infilling.draw(100);
            var text = LongStream.range(0, 100).map(each -> 1000 + each).toArray();
            if (layout.suffix() && layout.masked() != 15) {
                suffixes++;
            } else {
                assertThat(layout.masked()).isEqualTo(15);
            }
            var tokens = layout.tokens(text);
            var targets = layout.targets(text);
            assertThat(tokens).hasSize(layout.places());
            var left = Arrays.stream(tokens, 0, layout.context()).filter(each -> each >= 1000);
            var filled = Arrays.stream(targets).filter(each -> each >= 1000);
            assertThat(LongStream.concat(left, filled).sorted().toArray()).isEqualTo(text);
            var positions = layout.positions();
            assertThat(Arrays.stream(positions, 0, layout.context())).isSorted();
            for (var at = layout.context(); at < layout.places(); at++) {
                assertThat(tokens[at] == BlankInfilling.BEGIN || tokens[at] == targets[at - 1])
                        .isTrue();
            }
        }
        assertThat(suffixes / 400.0).isCloseTo(0.7, within(0.07));
    }

    @Test
    void infillingSeesTheContextAndWhatCameBefore() {
        var layout = new BlankInfilling.Layout(6, List.of(new BlankInfilling.Span(4, 1), new BlankInfilling.Span(1, 2)));
        var text = new long[] {10, 11, 12, 13, 14, 15};
        assertThat(layout.tokens(text)).containsExactly(10, 0x1A, 13, 0x1A, 15, 2, 14, 2, 11, 12);
        assertThat(layout.positions()).containsExactly(0, 1, 3, 4, 5, 4, 5, 1, 2, 3);
        assertThat(layout.targets(text)).containsExactly(-100, -100, -100, -100, -100, 14, 3, 11, 12, 3);
        try (var _ = Scope.open()) {
            var mask = layout.mask().toDoubles();
            for (var query = 0; query < 10; query++) {
                for (var key = 0; key < 10; key++) {
                    var seen = key < 5 || query >= 5 && key <= query;
                    assertThat(mask[query * 10 + key]).isEqualTo(seen ? 0 : Double.NEGATIVE_INFINITY);
                }
            }
        }
    }

    @Test
    void aMaskOfOnesOwnIsNotTakenBesideAnother() {
        var random = RandomStream.of(1, "model");
        var config = ConfigReader.read(List.of("width=16", "depth=1", "heads=2"), Decoder.Config.defaults());
        try (var _ = Scope.open()) {
            var model = new Decoder(config, 12, 8, Precision.FP32, random);
            var tokens = Tensors.randint(random, 12, 1, 8);
            assertThatThrownBy(() -> model.logits(tokens, Tensors.arange(8), Tensors.zeros(8, 8)))
                    .hasMessage("a mask of one's own needs attention.mask bidirectional but it is Causal[]");
        }
    }

    @Test
    void givenPlacesInOrderAreThoseOfTheText() {
        var config = ConfigReader.read(
                List.of("width=16", "depth=2", "heads=2", "position.type=rope", "attention.mask.type=bidirectional"),
                Decoder.Config.defaults());
        var random = RandomStream.of(1, "model");
        try (var _ = Scope.open()) {
            var model = new Decoder(config, 12, 8, Precision.FP32, random);
            try (var _ = Parameters.materialize(model, random)) {
                var tokens = Tensors.randint(RandomStream.of(2, "tokens"), 12, 2, 8);
                var open = Tensors.zeros(8, 8);
                assertThat(model.logits(tokens, Tensors.arange(8), open).toDoubles())
                        .containsExactly(model.logits(tokens).toDoubles(), within(1e-5));
                var moved = model.logits(tokens.flip(1), Tensors.arange(8).flip(0), open).flip(1);
                assertThat(moved.toDoubles()).containsExactly(model.logits(tokens).toDoubles(), within(1e-5));
            }
        }
    }
}
