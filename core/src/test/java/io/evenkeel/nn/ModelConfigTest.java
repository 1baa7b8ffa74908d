package io.evenkeel.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.evenkeel.config.ConfigReader;
import io.evenkeel.loss.LanguageModelLoss;
import io.evenkeel.loss.ZLoss;
import java.util.List;
import org.junit.jupiter.api.Test;

class ModelConfigTest {
    private record Run(ModelConfig model) {}

    private static ModelConfig read(String text) {
        return ConfigReader.read(text, "run.yaml", List.of(), new Run(Decoder.Config.defaults()))
                .model();
    }

    @Test
    void aDecoderIsReadWithItsChoices() {
        var model = read("""
                model:
                  type: decoder
                  width: 64
                  heads: 4
                  kvHeads: 2
                  normPlacement: output-only
                  norm: {type: rmsnorm, eps: 1e-6}
                  block: parallel
                  attention:
                    score: {type: qk-norm, per: full-width, norm: {type: rmsnorm}}
                    mask: {type: sliding-window, window: 32}
                    normaliser: {type: off-by-one-softmax}
                  position: {type: rope, base: 500000}
                  mlp: {type: swiglu, ratio: 2.75}
                  init: {type: normal, cut: 3}
                  zLoss: {type: log-z-squared, coefficient: 1e-5}
                """);
        var d = Decoder.Config.defaults();
        assertThat(model)
                .isEqualTo(new Decoder.Config(
                        64,
                        d.depth(),
                        4,
                        2,
                        NormPlacement.OUTPUT_ONLY,
                        RmsNorm.Config.defaults(),
                        false,
                        d.deepNorm(),
                        Block.Form.PARALLEL,
                        new Attention.Config(
                                new Score.QkNorm(Score.QkNorm.Per.FULL_WIDTH, RmsNorm.Config.defaults()),
                                new Mask.SlidingWindow(32),
                                new Normaliser.OffByOneSoftmax()),
                        new Position.Rope(500_000),
                        new FeedForward.Config(FeedForward.Type.SWIGLU, 2.75),
                        Init.Normal.defaults(),
                        false,
                        false,
                        0,
                        null,
                        null,
                        new LanguageModelLoss.Config(new ZLoss.LogZSquared(1e-5, false), 0)));
    }

    @Test
    void smallNetworksAreRead() {
        assertThat(read("model: {type: mlp, hidden: [32], norm: {type: layernorm}}"))
                .isEqualTo(new Mlp.Config(List.of(32), Activation.RELU, LayerNorm.Config.defaults(), 0));
        assertThat(read("model: {type: conv-net, channels: [8], norm: {type: groupnorm, groups: 4}, residual: false}"))
                .isEqualTo(new ConvNet.Config(List.of(8), 1, false, Activation.RELU, new GroupNorm.Config(4, 1e-5)));
    }

    @Test
    void aValueOutOfRangeNamesItsKeyAndLine() {
        assertThatThrownBy(() -> read("model:\n  type: decoder\n  heads: 3\n"))
                .hasMessageContaining("heads must divide the width 128 but was 3")
                .hasMessageContaining("run.yaml:");
    }
}
