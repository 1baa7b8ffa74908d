package io.evenkeel.studies.p87;

import io.evenkeel.config.ConfigReader;
import io.evenkeel.nn.Decoder;
import io.evenkeel.nn.Embedding;
import io.evenkeel.nn.Initializer;
import io.evenkeel.nn.Layer;
import io.evenkeel.nn.Linear;
import io.evenkeel.nn.MambaBlock;
import io.evenkeel.nn.Precision;
import io.evenkeel.nn.RmsNorm;
import io.evenkeel.random.RandomStream;
import io.evenkeel.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/// Language models with about as many parameters each, from `[B, T]` tokens to `[B, T, V]` logits.
final class Network {
    private static final int WIDTH = 48;
    private static final int STATES = 8;
    private static final int CHUNK = 4;

    private Network() {}

    static Layer of(MambaStability.Model model) {
        return switch (model) {
            case MAMBA -> new Mamba(2);
            case TRANSFORMER -> new Transformer();
        };
    }

    private static final class Mamba extends Layer {
        private final Embedding embed = child("embed", new Embedding(Text.VOCABULARY, WIDTH, Initializer.normal(0.02)));
        private final List<MambaBlock> blocks = new ArrayList<>();
        private final List<RmsNorm> norms = new ArrayList<>();
        private final RmsNorm last;
        private final Linear head;

        Mamba(int depth) {
            for (var i = 0; i < depth; i++) {
                norms.add(child("norm" + i, RmsNorm.Config.defaults().layer(WIDTH, Initializer.ONES)));
                blocks.add(child("block" + i, new MambaBlock(WIDTH, STATES, CHUNK, Precision.FP32)));
            }
            last = child("norm", RmsNorm.Config.defaults().layer(WIDTH, Initializer.ONES));
            head = child("head", new Linear(WIDTH, Text.VOCABULARY, false, Initializer.lecun(WIDTH), Precision.FP32));
        }

        @Override
        public Tensor forward(Tensor tokens) {
            var h = embed.forward(tokens);
            for (var i = 0; i < blocks.size(); i++) {
                h = h.add(blocks.get(i).forward(norms.get(i).forward(h)));
            }
            return head.forward(last.forward(h));
        }
    }

    private static final class Transformer extends Layer {
        private final Decoder decoder;

        Transformer() {
            var config = ConfigReader.read(
                    List.of("width=" + WIDTH, "depth=2", "heads=4", "position.type=rope", "norm.type=rmsnorm", "mlp={type: gelu, ratio: 1.6}"),
                    Decoder.Config.defaults());
            decoder = child(
                    "decoder",
                    new Decoder(config, Text.VOCABULARY, Text.LENGTH, Precision.FP32, RandomStream.of(0, "dropout")));
        }

        @Override
        public Tensor forward(Tensor tokens) {
            return decoder.logits(tokens);
        }
    }
}
