package io.evenkeel.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.evenkeel.loss.LanguageModelLoss;
import io.evenkeel.loss.ZLoss;
import io.evenkeel.random.RandomStream;
import io.evenkeel.tensor.OneThread;
import io.evenkeel.tensor.Scope;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/// Every variant of the decoder against [ReferenceDecoder]: loss and every gradient over three steps of plain gradient
/// descent.
@ExtendWith(OneThread.class)
class DecoderTrajectoryTest {
    private static final double LR = 0.05;

    private static void compare(Consumer<Tiny> change) {
        var tiny = new Tiny();
        change.accept(tiny);
        var config = tiny.config();
        var random = RandomStream.of(5, "trajectory");
        try (var model = new Tiny.Model(config, Precision.FP32)) {
            var reference = new ReferenceDecoder(config, model.values());
            for (var step = 0; step < 3; step++) {
                var tokens = Tiny.tokens(random, 2, 4);
                var targets = Tiny.tokens(random, 2, 4);
                targets[1][2] = LanguageModelLoss.IGNORED;
                var expected = reference.run(tokens, targets);
                try (var _ = Scope.open()) {
                    model.parameters.zeroGradients();
                    var terms = model.loss(tokens, targets);
                    terms.total().backward();
                    assertThat(terms.total().item()).isCloseTo(expected.total(), within(1e-5));
                    assertThat(terms.crossEntropy().item()).isCloseTo(expected.crossEntropy(), within(1e-5));
                    if (terms.zLoss() != null) {
                        assertThat(terms.zLoss().item()).isCloseTo(expected.zLoss(), within(1e-5));
                    }
                }
                var gradients = new TreeMap<String, double[]>();
                model.parameters
                        .all()
                        .forEach(p -> gradients.put(p.name(), p.gradient().toDoubles()));
                assertThat(gradients.keySet()).isEqualTo(expected.gradients().keySet());
                gradients.forEach((name, gradient) -> assertThat(gradient)
                        .as("gradient of %s", name)
                        .containsExactly(expected.gradients().get(name), within(2e-5)));
                model.descend(LR);
                reference.descend(expected.gradients(), LR);
            }
        }
    }

    static Stream<Arguments> placements() {
        var all = new ArrayList<Arguments>();
        for (var placement : NormPlacement.values()) {
            for (var form : Block.Form.values()) {
                for (var norm :
                        List.of(new LayerNorm.Config(1e-5, true, true), RmsNorm.Config.defaults(), new Norm.None())) {
                    all.add(Arguments.of(placement, form, norm));
                }
            }
        }
        return all.stream();
    }

    @ParameterizedTest
    @MethodSource("placements")
    void everyPlacementOfNorms(NormPlacement placement, Block.Form form, Norm norm) {
        compare(tiny -> {
            tiny.depth = 2;
            tiny.placement = placement;
            tiny.form = form;
            tiny.norm = norm;
            tiny.bias = norm instanceof RmsNorm.Config;
        });
    }

    static Stream<Arguments> attentions() {
        var all = new ArrayList<Arguments>();
        for (var score : List.of(
                new Score.ScaledDot(),
                Score.QkNorm.defaults(),
                new Score.QkNorm(Score.QkNorm.Per.FULL_WIDTH, RmsNorm.Config.defaults()),
                new Score.Cosine(5, 5.2),
                new Score.LengthScaled(Score.LengthScaled.Form.COSINE, 2))) {
            for (var mask : List.of(new Mask.Causal(), new Mask.SlidingWindow(3), new Mask.Bidirectional())) {
                for (var normaliser : List.of(
                        new Normaliser.Softmax(),
                        new Normaliser.OffByOneSoftmax(),
                        new Normaliser.Sigmoid(),
                        Normaliser.Softplus.defaults())) {
                    all.add(Arguments.of(score, mask, normaliser));
                }
            }
        }
        return all.stream();
    }

    @ParameterizedTest
    @MethodSource("attentions")
    void everyAttentionAtEveryKindOfPosition(Score score, Mask mask, Normaliser normaliser) {
        for (var position : List.of(
                Position.Rope.defaults(),
                new Position.Learned(),
                Position.Sinusoidal.defaults(),
                new Position.None())) {
            compare(tiny -> {
                tiny.score = score;
                tiny.mask = mask;
                tiny.normaliser = normaliser;
                tiny.position = position;
            });
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyMlp(FeedForward.Type type) {
        compare(tiny -> {
            tiny.mlp = new FeedForward.Config(type, 1.75);
            tiny.bias = true;
        });
    }

    static Stream<LanguageModelLoss.Config> losses() {
        return Stream.of(0.0, 0.1)
                .flatMap(smoothing -> Stream.of(
                                new ZLoss.None(),
                                new ZLoss.LogZSquared(0.1, false),
                                new ZLoss.LogZSquared(0.1, true),
                                new ZLoss.MaxZ(0.1, false),
                                new ZLoss.MaxZ(0.1, true))
                        .map(z -> new LanguageModelLoss.Config(z, smoothing)));
    }

    @ParameterizedTest
    @MethodSource("losses")
    void everyLoss(LanguageModelLoss.Config loss) {
        compare(tiny -> tiny.loss = loss);
    }

    @Test
    void tiedSharedHeadsEmbeddingNormAndTheOtherDeepNorm() {
        compare(tiny -> tiny.tied = true);
        compare(tiny -> tiny.kvHeads = 1);
        compare(tiny -> {
            tiny.kvHeads = 1;
            tiny.score = new Score.QkNorm(Score.QkNorm.Per.FULL_WIDTH, LayerNorm.Config.defaults());
            tiny.normaliser = new Normaliser.Sigmoid();
        });
        compare(tiny -> {
            tiny.embeddingNorm = true;
            tiny.placement = NormPlacement.PERI;
        });
        compare(tiny -> {
            tiny.depth = 2;
            tiny.placement = NormPlacement.DEEPNORM;
            tiny.deepNorm = DeepNorm.DEEPNET;
        });
    }

    /// The reference differentiates by reverse accumulation; here its gradients meet its own loss.
    @Test
    void theReferenceAgreesWithFiniteDifferences() {
        var tiny = new Tiny();
        tiny.placement = NormPlacement.PERI;
        tiny.score = Score.Cosine.defaults();
        tiny.mlp = new FeedForward.Config(FeedForward.Type.GEGLU, 1);
        tiny.bias = true;
        tiny.loss = new LanguageModelLoss.Config(new ZLoss.LogZSquared(0.1, false), 0.1);
        var config = tiny.config();
        try (var model = new Tiny.Model(config, Precision.FP32)) {
            var values = model.values();
            var reference = new ReferenceDecoder(config, values);
            var random = RandomStream.of(6, "differences");
            var tokens = Tiny.tokens(random, 1, 4);
            var targets = Tiny.tokens(random, 1, 4);
            var gradients = reference.run(tokens, targets).gradients();
            var h = 1e-5;
            values.forEach((name, value) -> {
                for (var i = 0; i < value.length; i += 3) {
                    var before = value[i];
                    value[i] = before + h;
                    var up = reference.run(tokens, targets).total();
                    value[i] = before - h;
                    var down = reference.run(tokens, targets).total();
                    value[i] = before;
                    assertThat(gradients.get(name)[i])
                            .as("%s[%d]", name, i)
                            .isCloseTo((up - down) / (2 * h), within(1e-8));
                }
            });
        }
    }
}
