package io.evenkeel.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.evenkeel.random.RandomStream;
import io.evenkeel.tensor.OneThread;
import io.evenkeel.tensor.Scope;
import io.evenkeel.tensor.Tensor;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(OneThread.class)
class InitTest {
    private static final int WIDTH = 128;
    private static final int DEPTH = 2;
    private static final int HIDDEN = 256;
    private static final int VOCABULARY = 400;

    /// Standard deviations of the weights of a decoder under a scheme.
    private static void check(Init init, BiConsumer<Parameters, String> each) {
        var d = Decoder.Config.defaults();
        var config = new Decoder.Config(
                WIDTH,
                DEPTH,
                4,
                null,
                NormPlacement.DEEPNORM,
                d.norm(),
                false,
                DeepNorm.DEEPNET,
                d.block(),
                d.attention(),
                new Position.Learned(),
                new FeedForward.Config(FeedForward.Type.GELU, HIDDEN / (double) WIDTH),
                init,
                false,
                true,
                0,
                null,
                null,
                d.loss());
        var random = RandomStream.of(9, "init");
        var model = new Decoder(config, VOCABULARY, 300, Precision.FP32, random);
        try (var parameters = Parameters.materialize(model, random);
                var _ = Scope.open()) {
            each.accept(parameters, "blocks.1.");
            assertThat(std(parameters.get("blocks.1.mlp.up.bias").value())).isZero();
        }
    }

    private static double std(Tensor x) {
        assertThat(x.mean().item()).isCloseTo(0, within(0.02));
        return x.square().mean().sqrt().item();
    }

    private static void assertStd(Parameters parameters, String name, double expected) {
        assertThat(std(parameters.get(name).value())).as(name).isCloseTo(expected, within(0.03 * expected));
    }

    private static void assertQkvStd(Parameters parameters, double queryKey, double value) {
        var weight = parameters.get("blocks.1.attention.qkv.weight").value();
        assertThat(std(weight.narrow(0, 0, WIDTH))).isCloseTo(queryKey, within(0.03 * queryKey));
        assertThat(std(weight.narrow(0, WIDTH, WIDTH))).isCloseTo(queryKey, within(0.03 * queryKey));
        assertThat(std(weight.narrow(0, 2 * WIDTH, WIDTH))).isCloseTo(value, within(0.03 * value));
    }

    @Test
    void gpt2() {
        check(Init.Gpt2.defaults(), (parameters, block) -> {
            assertStd(parameters, "embed.weight", 0.02);
            assertStd(parameters, "position.weight", 0.02);
            assertQkvStd(parameters, 0.02, 0.02);
            assertStd(parameters, block + "attention.output.weight", 0.02 / Math.sqrt(2 * DEPTH));
            assertStd(parameters, block + "mlp.up.weight", 0.02);
            assertStd(parameters, block + "mlp.down.weight", 0.02 / Math.sqrt(2 * DEPTH));
            assertStd(parameters, "head.weight", 0.02);
        });
    }

    @Test
    void normalCutAtThreeDeviations() {
        check(Init.Normal.defaults(), (parameters, block) -> {
            // A normal cut at 3 has 0.98658 of its standard deviation.
            assertStd(parameters, block + "mlp.down.weight", 0.02 * 0.98658);
            var up = parameters.get(block + "mlp.up.weight").value();
            assertThat(up.abs().amax().item()).isBetween(0.055, 0.06 + 1e-8);
        });
    }

    @Test
    void small() {
        check(new Init.SmallInit(), (parameters, block) -> {
            assertStd(parameters, block + "mlp.down.weight", Math.sqrt(2.0 / (5 * WIDTH)));
            assertStd(parameters, "embed.weight", Math.sqrt(2.0 / (5 * WIDTH)));
        });
    }

    @Test
    void xavier() {
        check(new Init.Xavier(0.5), (parameters, block) -> {
            assertQkvStd(parameters, 0.5 / Math.sqrt(WIDTH), 0.5 / Math.sqrt(WIDTH));
            assertStd(parameters, block + "mlp.up.weight", 0.5 * Math.sqrt(2.0 / (WIDTH + HIDDEN)));
            assertStd(parameters, "embed.weight", 1 / Math.sqrt(WIDTH));
        });
    }

    @Test
    void kaiming() {
        check(new Init.Kaiming(), (parameters, block) -> {
            assertStd(parameters, block + "mlp.up.weight", Math.sqrt(2.0 / WIDTH));
            assertStd(parameters, block + "mlp.down.weight", Math.sqrt(2.0 / HIDDEN));
        });
    }

    @Test
    void lecun() {
        check(new Init.Lecun(), (parameters, block) -> {
            assertStd(parameters, block + "mlp.down.weight", 1 / Math.sqrt(HIDDEN));
            assertStd(parameters, "embed.weight", 1 / Math.sqrt(WIDTH));
            var down = parameters.get(block + "mlp.down.weight").value();
            // Cut at two deviations of the normal before truncation, of which 0.87963 is left.
            assertThat(down.abs().amax().item()).isLessThanOrEqualTo(2 / 0.87962 / Math.sqrt(HIDDEN));
        });
    }

    @Test
    void deepnorm() {
        var beta = Math.pow(8.0 * DEPTH, -0.25);
        check(new Init.Deepnorm(), (parameters, block) -> {
            assertQkvStd(parameters, 1 / Math.sqrt(WIDTH), beta / Math.sqrt(WIDTH));
            assertStd(parameters, block + "attention.output.weight", beta / Math.sqrt(WIDTH));
            assertStd(parameters, block + "mlp.up.weight", beta * Math.sqrt(2.0 / (WIDTH + HIDDEN)));
            assertStd(parameters, block + "mlp.down.weight", beta * Math.sqrt(2.0 / (WIDTH + HIDDEN)));
        });
    }
}
