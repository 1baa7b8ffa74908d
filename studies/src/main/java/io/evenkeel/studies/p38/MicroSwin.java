package io.evenkeel.studies.p38;

import io.evenkeel.nn.Activation;
import io.evenkeel.nn.Initializer;
import io.evenkeel.nn.LayerNorm;
import io.evenkeel.nn.Layer;
import io.evenkeel.nn.Linear;
import io.evenkeel.nn.Module;
import io.evenkeel.nn.Parameter;
import io.evenkeel.nn.Precision;
import io.evenkeel.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One stage of a Swin Transformer on small grey pictures: windows of tokens, every second block with the windows shifted by
/// half.
///
/// B pictures, S side of the square of tokens, D width.
final class MicroSwin extends Module {
    private static final double STD = 0.02;
    private static final double EPS = 1e-5;
    private static final double LARGEST_SCALE = Math.log(100);
    private static final double FIRST_SCALE = Math.log(10);
    private static final double SMALLEST_NORM = 1e-12;

    private final Config config;
    private final Linear embed;
    private final Parameter maskToken; // [D]
    private final List<Block> blocks = new ArrayList<>();
    private final Layer norm;
    private final Linear head;
    private final Linear pixels;

    /// Where a block normalises.
    enum Placement {
        /// at the input of a branch
        PRE,
        /// at its output, with a scale that begins at zero
        RES_POST,
        /// the same, beginning at one
        RES_POST_ONE
    }

    /// @param patch     side of a patch in pixels
    /// @param width     D
    /// @param depth     blocks
    /// @param heads     of attention
    /// @param window    W that it is trained with
    /// @param placement of norms
    /// @param cosine    scaled cosine attention; else dot products over the root of the head's width
    /// @param bias      of positions
    record Config(
            int patch, int width, int depth, int heads, int window, Placement placement, boolean cosine, PositionBias.Kind bias) {}

    /// Hears of each block what it adds up to, and of attention logits and weights.
    interface Listener {
        void block(int number, Tensor stream, Tensor logits, Tensor weights);
    }

    MicroSwin(Config config, int classes) {
        this.config = config;
        long d = config.width();
        long patch = (long) config.patch() * config.patch();
        this.embed = child("embed", linear(patch, d, true));
        this.maskToken = parameter("mask_token", Initializer.normal(STD), d);
        for (var i = 0; i < config.depth(); i++) {
            blocks.add(child("blocks." + i, new Block(config, i % 2 == 1)));
        }
        this.norm = child("norm", new LayerNorm.Config(EPS, true, true).layer(d, Initializer.ONES));
        this.head = child("head", linear(d, classes, true));
        this.pixels = child("pixels", linear(d, patch, true));
    }

    private static Linear linear(long in, long out, boolean bias) {
        return new Linear(in, out, bias, Initializer.truncatedNormal(STD, 2), Precision.FP32);
    }

    /// `[B, side, side]` to `[B, S, S, P P]`.
    Tensor patches(Tensor pictures) {
        long b = pictures.size(0);
        long p = config.patch();
        long s = pictures.size(1) / p;
        return pictures.reshape(b, s, p, s, p).permute(0, 1, 3, 2, 4).reshape(b, s, s, p * p);
    }

    /// Logits of the classes, `[B, classes]`.
    ///
    /// @param window W of this pass; the trained one, or larger for larger pictures
    Tensor classes(Tensor pictures, int window, @Nullable Listener listener) {
        var x = stages(embed.forward(patches(pictures)), window, listener);
        return head.forward(x.flatten(1, 2).mean(false, 1));
    }

    /// What stands in each patch, `[B, S, S, P P]`, when those of a mask are hidden.
    ///
    /// @param mask `[B, S, S, 1]`, 1 for hidden
    Tensor reconstruct(Tensor pictures, Tensor mask) {
        var seen = embed.forward(patches(pictures)).mul(mask.neg().add(1));
        return pixels.forward(stages(seen.add(mask.mul(maskToken.value())), config.window(), null));
    }

    private Tensor stages(Tensor tokens, int window, @Nullable Listener listener) {
        var x = tokens;
        for (var i = 0; i < blocks.size(); i++) {
            x = blocks.get(i).forward(x, window, i, listener);
        }
        return norm.forward(x);
    }

    /// Attention in windows and an MLP, around the stream.
    static final class Block extends Module {
        private final Config config;
        private final boolean shifted;
        private final Layer attentionNorm;
        private final Layer mlpNorm;
        private final Linear query;
        private final Linear key;
        private final Linear value;
        private final Linear output;
        private final Linear up;
        private final Linear down;
        private final PositionBias bias;
        private final @Nullable Parameter logScale; // [H, 1, 1]

        Block(Config config, boolean shifted) {
            this.config = config;
            this.shifted = shifted;
            long d = config.width();
            var start = config.placement() == Placement.RES_POST ? Initializer.ZEROS : Initializer.ONES;
            this.attentionNorm = child("attention_norm", new LayerNorm.Config(EPS, true, true).layer(d, start));
            this.mlpNorm = child("mlp_norm", new LayerNorm.Config(EPS, true, true).layer(d, start));
            this.query = child("query", linear(d, d, true));
            this.key = child("key", linear(d, d, false));
            this.value = child("value", linear(d, d, true));
            this.output = child("output", linear(d, d, true));
            this.up = child("up", linear(d, 2 * d, true));
            this.down = child("down", linear(2 * d, d, true));
            this.bias = child("bias", new PositionBias(config.bias(), config.heads(), config.window(), 64));
            this.logScale = config.cosine()
                    ? parameter("log_scale", Initializer.constant(FIRST_SCALE), config.heads(), 1, 1)
                    : null;
        }

        /// @param x `[B, S, S, D]`
        Tensor forward(Tensor x, int window, int number, @Nullable Listener listener) {
            var seen = new Tensor[2];
            Tensor y;
            if (config.placement() == Placement.PRE) {
                y = x.add(attend(attentionNorm.forward(x), window, seen));
                y = y.add(transform(mlpNorm.forward(y)));
            } else {
                y = x.add(attentionNorm.forward(attend(x, window, seen)));
                y = y.add(mlpNorm.forward(transform(y)));
            }
            if (listener != null) {
                listener.block(number, y, seen[0], seen[1]);
            }
            return y;
        }

        private Tensor transform(Tensor x) {
            return down.forward(Activation.GELU.apply(up.forward(x)));
        }

        private Tensor attend(Tensor x, int window, Tensor[] seen) {
            int side = (int) x.size(1);
            var whole = side <= window;
            int w = whole ? side : window;
            var shift = shifted && !whole ? w / 2 : 0;
            var rolled = shift == 0 ? x : x.roll(-shift, 1).roll(-shift, 2);
            var windows = Windows.partition(rolled, w); // [N, W^2, D]
            var q = heads(query.forward(windows));
            var k = heads(key.forward(windows));
            var v = heads(value.forward(windows));
            var logits = logits(q, k).add(bias.of(w)); // [N, H, W^2, W^2]
            if (shift > 0) {
                var mask = Windows.shiftMask(side, w, shift); // [n, W^2, W^2]
                long n = mask.size(0);
                long places = mask.size(1);
                logits = logits.view(logits.size(0) / n, n, config.heads(), places, places)
                        .add(mask.unsqueeze(1))
                        .view(logits.shape());
            }
            var weights = logits.softmax(-1);
            seen[0] = logits;
            seen[1] = weights;
            var mixed = weights.matmul(v).transpose(1, 2).reshape(windows.shape());
            var back = Windows.reverse(output.forward(mixed), w, side);
            return shift == 0 ? back : back.roll(shift, 1).roll(shift, 2);
        }

        private Tensor heads(Tensor x) {
            return x.unflatten(-1, config.heads(), config.width() / config.heads()).transpose(1, 2);
        }

        private Tensor logits(Tensor q, Tensor k) {
            if (logScale == null) {
                return q.mul(1 / Math.sqrt((double) config.width() / config.heads())).matmul(k.transpose(-2, -1));
            }
            return unit(q).matmul(unit(k).transpose(-2, -1)).mul(logScale.value().clampMax(LARGEST_SCALE).exp());
        }

        private static Tensor unit(Tensor x) {
            return x.div(x.norm(true, -1).clampMin(SMALLEST_NORM));
        }
    }
}
