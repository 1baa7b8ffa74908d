package io.evenkeel.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.evenkeel.random.RandomStream;
import io.evenkeel.tensor.Aten;
import io.evenkeel.tensor.Autograd;
import io.evenkeel.tensor.DType;
import io.evenkeel.tensor.Engine;
import io.evenkeel.tensor.OneThread;
import io.evenkeel.tensor.Scope;
import io.evenkeel.tensor.Tensor;
import io.evenkeel.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@ExtendWith(OneThread.class)
class DecoderTest {
    private static final long[][] TOKENS = {{1, 2, 3, 4, 5}, {6, 0, 6, 0, 2}};
    private static final long[][] TARGETS = {{2, 3, 4, 5, 6}, {0, 6, 0, 2, 1}};

    @Test
    void namesItsParameters() {
        var tiny = new Tiny();
        tiny.placement = NormPlacement.PERI;
        tiny.score = Score.QkNorm.defaults();
        tiny.mlp = new FeedForward.Config(FeedForward.Type.SWIGLU, 2);
        try (var model = new Tiny.Model(tiny.config(), Precision.FP32)) {
            var shapes = new LinkedHashMap<String, long[]>();
            model.parameters.all().forEach(p -> shapes.put(p.name(), p.shape()));
            assertThat(shapes.keySet())
                    .containsExactly(
                            "embed.weight",
                            "blocks.0.attention.qkv.weight",
                            "blocks.0.attention.output.weight",
                            "blocks.0.mlp.gate.weight",
                            "blocks.0.mlp.up.weight",
                            "blocks.0.mlp.down.weight",
                            "head.weight",
                            "blocks.0.attention_input_norm.weight",
                            "blocks.0.attention.query_norm.weight",
                            "blocks.0.attention.key_norm.weight",
                            "blocks.0.attention_output_norm.weight",
                            "blocks.0.mlp_input_norm.weight",
                            "blocks.0.mlp_output_norm.weight",
                            "final_norm.weight");
            assertThat(shapes.get("blocks.0.attention.qkv.weight")).containsExactly(24, 8);
            assertThat(shapes.get("blocks.0.mlp.up.weight")).containsExactly(16, 8);
        }
    }

    private static Map<String, double[]> gradients(Tiny.Model model) {
        var gradients = new LinkedHashMap<String, double[]>();
        model.parameters.all().forEach(p -> gradients.put(p.name(), p.gradient().toDoubles()));
        return gradients;
    }

    /// The fused kernel against the plain products, which an observed pass takes.
    @ParameterizedTest
    @EnumSource
    void anObservedPassHasTheSameLossAndGradients(Precision precision) {
        var tolerance = precision == Precision.FP32 ? 1e-5 : 0.02;
        for (var score : List.of(new Score.ScaledDot(), Score.QkNorm.defaults(), Score.Cosine.defaults())) {
            for (var mask : List.of(new Mask.Causal(), new Mask.SlidingWindow(2), new Mask.Bidirectional())) {
                var tiny = new Tiny();
                tiny.score = score;
                tiny.mask = mask;
                tiny.kvHeads = 1;
                try (var model = new Tiny.Model(tiny.config(), precision)) {
                    var loss = model.backward(TOKENS, TARGETS);
                    var plain = gradients(model);
                    model.decoder.observeWith((module, what, value) -> {});
                    assertThat(model.backward(TOKENS, TARGETS)).isCloseTo(loss, within(tolerance));
                    gradients(model)
                            .forEach((name, gradient) ->
                                    assertThat(gradient).as(name).containsExactly(plain.get(name), within(tolerance)));
                    model.decoder.observeWith(null);
                    assertThat(model.backward(TOKENS, TARGETS)).isEqualTo(loss);
                }
            }
        }
    }

    @Test
    void reportsToItsObserver() {
        var tiny = new Tiny();
        tiny.depth = 2;
        var seen = new ArrayList<String>();
        try (var model = new Tiny.Model(tiny.config(), Precision.FP32);
                var _ = Scope.open()) {
            model.decoder.observeWith((module, what, value) -> {
                seen.add(module + " " + what + " " + Arrays.toString(value.shape()));
                if (what.equals("logits") && value.dim() == 4) {
                    var row = value.select(0, 0).select(0, 0).select(0, 1).toDoubles();
                    assertThat(row[1]).isFinite();
                    assertThat(row[2]).isEqualTo(Double.NEGATIVE_INFINITY);
                }
                if (what.equals("probabilities")) {
                    assertThat(value.sum(false, -1).sub(1).abs().amax().item()).isLessThan(1e-6);
                }
            });
            model.decoder.logits(Tiny.matrix(TOKENS));
        }
        assertThat(seen)
                .containsExactly(
                        "blocks.0.attention query_norm [2, 2, 5]",
                        "blocks.0.attention key_norm [2, 2, 5]",
                        "blocks.0.attention logits [2, 2, 5, 5]",
                        "blocks.0.attention probabilities [2, 2, 5, 5]",
                        "blocks.0.mlp hidden [2, 5, 12]",
                        "blocks.0 residual [2, 5, 8]",
                        "blocks.1.attention query_norm [2, 2, 5]",
                        "blocks.1.attention key_norm [2, 2, 5]",
                        "blocks.1.attention logits [2, 2, 5, 5]",
                        "blocks.1.attention probabilities [2, 2, 5, 5]",
                        "blocks.1.mlp hidden [2, 5, 12]",
                        "blocks.1 residual [2, 5, 8]",
                        "head logits [2, 5, 7]");
    }

    @Test
    void bfloat16StaysNearAndKeepsFloat32Masters() {
        for (var position : List.of(Position.Rope.defaults(), new Position.None())) {
            var tiny = new Tiny();
            tiny.depth = 2;
            tiny.bias = true;
            tiny.position = position;
            try (var full = new Tiny.Model(tiny.config(), Precision.FP32);
                    var half = new Tiny.Model(tiny.config(), Precision.BF16);
                    var _ = Scope.open()) {
                var expected = full.backward(TOKENS, TARGETS);
                assertThat(half.backward(TOKENS, TARGETS))
                        .isCloseTo(expected, within(0.02))
                        .isNotEqualTo(expected);
                var exact = full.parameters.gradients();
                var relative = half.parameters.gradients().sub(exact).norm().item()
                        / exact.norm().item();
                assertThat(relative).isLessThan(0.03);
                assertThat(half.parameters.values().dtype()).isEqualTo(DType.FLOAT32);
                // An update far below the spacing of bfloat16 at this value arrives.
                var weight = half.parameters.get("head.weight").value();
                var before = weight.toDoubles()[0];
                half.descend(1e-4);
                assertThat(weight.toDoubles()[0]).isNotEqualTo(before);
                assertThat(half.decoder.logits(Tiny.matrix(TOKENS)).dtype()).isEqualTo(DType.BFLOAT16);
            }
        }
    }

    @Test
    void raisedPrecisionIsThatOfAFullModel() {
        try (var full = new Tiny.Model(new Tiny().config(), Precision.FP32);
                var half = new Tiny.Model(new Tiny().config(), Precision.BF16)) {
            half.decoder.raisePrecision();
            assertThat(half.backward(TOKENS, TARGETS)).isEqualTo(full.backward(TOKENS, TARGETS));
        }
    }

    @Test
    void dropoutIsDeterministicAndContinuesMidStream() {
        var tiny = new Tiny();
        tiny.dropout = 0.3;
        try (var model = new Tiny.Model(tiny.config(), Precision.FP32)) {
            var first = model.backward(TOKENS, TARGETS);
            var state = model.dropout.state();
            var second = model.backward(TOKENS, TARGETS);
            assertThat(second).isNotEqualTo(first);
            model.backward(TOKENS, TARGETS);
            model.dropout.restore(state);
            assertThat(model.backward(TOKENS, TARGETS)).isEqualTo(second);
            model.decoder.train(false);
            assertThat(model.backward(TOKENS, TARGETS)).isEqualTo(model.backward(TOKENS, TARGETS));
            assertThat(model.dropout.state().counter()).isEqualTo(state.counter() + 3);
        }
    }

    @Test
    void blocksWithResidualPostNormBeginAsTheIdentity() {
        var tiny = new Tiny();
        tiny.placement = NormPlacement.RES_POST;
        var random = RandomStream.of(3, "identity");
        var decoder = new Decoder(tiny.config(), Tiny.VOCABULARY, Tiny.CONTEXT, Precision.FP32, random);
        try (var parameters = Parameters.materialize(decoder, random);
                var _ = Scope.open()) {
            var seen = new ArrayList<Tensor>();
            decoder.observeWith((module, what, value) -> {
                if (what.equals("residual")) {
                    seen.add(value);
                }
            });
            decoder.logits(Tiny.matrix(TOKENS)).square().sum().backward();
            var embedded = parameters
                    .get("embed.weight")
                    .value()
                    .indexSelect(0, Tiny.matrix(TOKENS).reshape(-1));
            assertThat(seen.getFirst().toDoubles()).containsExactly(embedded.toDoubles());
            assertThat(parameters
                            .get("blocks.0.mlp_output_norm.weight")
                            .gradient()
                            .norm()
                            .item())
                    .isPositive();
        }
    }

    private static double[] logitsAfterScaling(Tiny tiny, String parameter, long rows, double factor) {
        try (var model = new Tiny.Model(tiny.config(), Precision.FP32);
                var _ = Scope.open();
                var _ = Autograd.noGrad()) {
            model.parameters.get(parameter).value().narrow(0, 0, rows).mul_(factor);
            return model.decoder.logits(Tiny.matrix(TOKENS)).toDoubles();
        }
    }

    /// P34: the output of a peri block does not change with the scale of its output projection.
    @Test
    void periBlocksIgnoreTheScaleOfTheirProjections() {
        var tiny = new Tiny();
        tiny.placement = NormPlacement.PERI;
        tiny.norm = new RmsNorm.Config(0, true);
        assertThat(logitsAfterScaling(tiny, "blocks.0.mlp.down.weight", 8, 100))
                .containsExactly(logitsAfterScaling(tiny, "blocks.0.mlp.down.weight", 8, 1), within(1e-5));
    }

    /// P40, P38: normalised queries make attention indifferent to the scale of the query matrix.
    @Test
    void normalisedQueriesIgnoreTheirScale() {
        for (var score : List.of(
                new Score.QkNorm(Score.QkNorm.Per.HEAD, new LayerNorm.Config(0, true, false)),
                new Score.QkNorm(Score.QkNorm.Per.FULL_WIDTH, new RmsNorm.Config(0, true)),
                Score.Cosine.defaults())) {
            var tiny = new Tiny();
            tiny.score = score;
            assertThat(logitsAfterScaling(tiny, "blocks.0.attention.qkv.weight", 8, 100))
                    .containsExactly(logitsAfterScaling(tiny, "blocks.0.attention.qkv.weight", 8, 1), within(1e-5));
        }
    }

    @Test
    void deepNormHasThePublishedConstants() {
        assertThat(DeepNorm.GLM.alpha(70)).isCloseTo(11.8321596, within(1e-7));
        assertThat(DeepNorm.GLM.beta(70)).isCloseTo(0.0845154, within(1e-7));
        assertThat(DeepNorm.GLM.alpha(12)).isCloseTo(4.8989795, within(1e-7));
        assertThat(DeepNorm.GLM.beta(12)).isCloseTo(0.2041241, within(1e-7));
        assertThat(DeepNorm.DEEPNET.alpha(12)).isCloseTo(2.2133638, within(1e-7));
        assertThat(DeepNorm.DEEPNET.beta(12)).isCloseTo(0.3194716, within(1e-7));
    }

    @Test
    void trainingHoldsNoMoreMemoryThanAtItsStart() {
        var tiny = new Tiny();
        tiny.dropout = 0.1;
        tiny.normaliser = new Normaliser.OffByOneSoftmax();
        try (var model = new Tiny.Model(tiny.config(), Precision.BF16);
                var first = model.parameters.newBuffer();
                var second = model.parameters.newBuffer();
                var step = Tensors.zeros()) {
            var bytes = 0L;
            var objects = 0L;
            for (var i = 0; i < 210; i++) {
                model.backward(TOKENS, TARGETS);
                adamW(model.parameters, first, second, step);
                if (i == 9) {
                    bytes = Engine.nativeBytes();
                    objects = Engine.nativeObjects();
                }
            }
            assertThat(Engine.nativeBytes()).isLessThanOrEqualTo(bytes);
            assertThat(Engine.nativeObjects()).isLessThanOrEqualTo(objects);
            assertThat(model.backward(TOKENS, TARGETS)).isLessThan(1);
        }
    }

    private static void adamW(Parameters parameters, Tensor first, Tensor second, Tensor step) {
        try (var _ = Scope.open();
                var _ = Autograd.noGrad()) {
            step.add_(1);
            Aten.op("aten::_fused_adamw_", "")
                    .call(
                            List.of(parameters.values()),
                            List.of(parameters.gradients()),
                            List.of(first),
                            List.of(second),
                            List.of(),
                            List.of(step),
                            1e-2,
                            0.9,
                            0.95,
                            0.0,
                            1e-8,
                            false,
                            false,
                            null,
                            null);
        }
    }

    @Test
    void shorterInputsSeeTheSamePrefix() {
        try (var model = new Tiny.Model(new Tiny().config(), Precision.FP32);
                var _ = Scope.open()) {
            var all = model.decoder.logits(Tiny.matrix(TOKENS)).narrow(1, 0, 3);
            var prefix = model.decoder.logits(Tiny.matrix(TOKENS).narrow(1, 0, 3));
            assertThat(prefix.toDoubles()).containsExactly(all.toDoubles(), within(1e-5));
            assertThatThrownBy(() -> model.decoder.logits(Tensors.zeros(DType.INT64, 1, Tiny.CONTEXT + 1)))
                    .hasMessage("tokens must be at most 6 a row but were 7");
        }
    }

    @Test
    void refusesConfigurationsThatCannotBe() {
        var tiny = new Tiny();
        tiny.kvHeads = 3;
        assertThatThrownBy(tiny::config).hasMessage("kvHeads must divide the heads 2 but was 3");
        var batchNorm = new Tiny();
        batchNorm.norm = BatchNorm.Config.defaults();
        assertThatThrownBy(batchNorm::config).hasMessage("norm must be layernorm, rmsnorm or none but was batchnorm");
        var dropout = new Tiny();
        dropout.dropout = 1;
        assertThatThrownBy(dropout::config).hasMessage("dropout must be in [0, 1) but was 1.0");
        assertThatThrownBy(() -> new Mask.SlidingWindow(0)).hasMessage("window must be >= 1 but was 0");
        assertThatThrownBy(() -> new Score.Cosine(10, 5)).hasMessage("max must be >= initial 10.0 but was 5.0");
    }

    @Test
    void samplesWithinItsContext() {
        try (var model = new Tiny.Model(new Tiny().config(), Precision.FP32)) {
            var greedy = new Sampler(new Sampler.Config(0, null, null), RandomStream.of(1, "a"));
            var tokens = greedy.continuation(model.decoder, new long[] {1, 2}, 10);
            assertThat(tokens).hasSize(10).isEqualTo(greedy.continuation(model.decoder, new long[] {1, 2}, 10));
            assertThat(model.decoder.training()).isTrue();
            try (var _ = Scope.open()) {
                var logits = model.decoder.logits(Tensors.of(new long[] {1, 2}, 1, 2));
                assertThat(logits.argmax(-1).toLongs()[1]).isEqualTo(tokens[0]);
            }
        }
    }

    @Test
    void samplesFromTheKeptTokensInProportion() {
        var logits = new float[] {(float) Math.log(1), (float) Math.log(4), (float) Math.log(2), (float) Math.log(3)};
        assertThat(shares(new Sampler.Config(1, null, null), logits))
                .containsExactly(new double[] {0.1, 0.4, 0.2, 0.3}, within(0.02));
        assertThat(shares(new Sampler.Config(1, 2, null), logits))
                .containsExactly(new double[] {0, 4 / 7.0, 0, 3 / 7.0}, within(0.02));
        assertThat(shares(new Sampler.Config(1, null, 0.71), logits))
                .containsExactly(new double[] {0, 4 / 9.0, 2 / 9.0, 3 / 9.0}, within(0.02));
        assertThat(shares(new Sampler.Config(0.5, null, null), logits))
                .containsExactly(new double[] {1 / 30.0, 16 / 30.0, 4 / 30.0, 9 / 30.0}, within(0.02));
    }

    private static double[] shares(Sampler.Config config, float[] logits) {
        var sampler = new Sampler(config, RandomStream.of(2, "shares"));
        var counts = new double[logits.length];
        for (var i = 0; i < 10_000; i++) {
            counts[sampler.next(logits)] += 1e-4;
        }
        return counts;
    }
}
