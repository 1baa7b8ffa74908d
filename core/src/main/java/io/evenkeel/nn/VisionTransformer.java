package io.evenkeel.nn;

import io.evenkeel.config.Doc;
import io.evenkeel.random.RandomStream;
import io.evenkeel.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A Transformer for small images, `[B, C, H, W] -> [B, classes]` (Dosovitskiy et al., "An image is worth 16 x 16
/// words", 2021): patches side by side become vectors, a learned position each is added, blocks in which every patch
/// attends to all, the mean over patches, a linear layer.
public final class VisionTransformer extends Layer {
    private final long patch;
    private final Linear embed;
    private final Parameter position; // [patches, D]
    private final List<Block> blocks = new ArrayList<>();
    private final Layer finalNorm;
    private final Linear head;

    /// Sizes, and what blocks are made of.
    public record Config(
            @Doc("side of a patch in pixels; it divides height and width")
            int patch,

            @Doc("width of the residual stream, >= 1") int width,
            @Doc("blocks, >= 1") int depth,
            @Doc("attention heads; they divide the width") int heads,
            @Doc("where a block normalises") NormPlacement normPlacement,
            @Doc("layernorm, rmsnorm or none") Norm norm,
            @Doc("from queries and keys to logits") Score score,
            @Doc("the other half of a block") FeedForward.Config mlp,
            @Doc("how weights begin") Init init,

            @Doc("probability in [0, 1), on what attention and MLP give")
            double dropout,

            @Doc("of all linear layers; none when null") @Nullable
            Reparametrisation reparametrisation)
            implements ModelConfig {
        public Config {
            if (patch < 1) {
                throw new IllegalArgumentException("patch must be >= 1 but was " + patch);
            }
            blocks(width, depth, heads, normPlacement, norm, score, mlp, init, dropout, reparametrisation);
        }

        /// 0.2 million parameters in its blocks.
        public static Config defaults() {
            return new Config(
                    4,
                    64,
                    6,
                    4,
                    NormPlacement.PRE,
                    LayerNorm.Config.defaults(),
                    new Score.ScaledDot(),
                    new FeedForward.Config(FeedForward.Type.GELU, 2),
                    Init.Normal.defaults(),
                    0,
                    null);
        }

        /// What its blocks are told, which are those of a decoder that looks both ways.
        private Decoder.Config blocks() {
            return blocks(width, depth, heads, normPlacement, norm, score, mlp, init, dropout, reparametrisation);
        }

        private static Decoder.Config blocks(
                int width,
                int depth,
                int heads,
                NormPlacement normPlacement,
                Norm norm,
                Score score,
                FeedForward.Config mlp,
                Init init,
                double dropout,
                @Nullable Reparametrisation reparametrisation) {
            var usual = Decoder.Config.defaults();
            return new Decoder.Config(
                    width,
                    depth,
                    heads,
                    null,
                    normPlacement,
                    norm,
                    false,
                    usual.deepNorm(),
                    usual.block(),
                    new Attention.Config(score, new Mask.Bidirectional(), new Normaliser.Softmax()),
                    new Position.Learned(),
                    mlp,
                    init,
                    false,
                    true,
                    dropout,
                    null,
                    reparametrisation,
                    usual.loss());
        }
    }

    /// Declares the layers.
    ///
    /// @param channels C
    /// @param height   H
    /// @param width    W
    /// @param classes  outputs
    /// @param dropout  the stream that dropout draws from
    /// @throws IllegalArgumentException when the patch does not divide the image
    public VisionTransformer(
            Config config,
            long channels,
            long height,
            long width,
            long classes,
            Precision precision,
            RandomStream dropout) {
        this.patch = config.patch();
        if (height % patch != 0 || width % patch != 0) {
            throw new IllegalArgumentException(
                    "patch must divide images of " + height + " x " + width + " but was " + patch);
        }
        var model = config.blocks();
        var d = (long) config.width();
        var pixels = channels * patch * patch;
        var init = config.init();
        this.embed = child(
                "embed",
                new Linear(
                                pixels,
                                d,
                                true,
                                init.weight(Init.Role.EMBEDDING, new Init.Size(pixels, d, model)),
                                precision)
                        .reparametrised(config.reparametrisation()));
        var patches = height / patch * (width / patch);
        this.position =
                parameter("position", init.weight(Init.Role.POSITION, new Init.Size(patches, d, model)), patches, d);
        for (var i = 0; i < config.depth(); i++) {
            blocks.add(child("blocks." + i, new Block(model, precision, dropout)));
        }
        var normalised = config.normPlacement().residual();
        this.finalNorm = child("final_norm", (normalised ? new Norm.None() : config.norm()).layer(d, Initializer.ONES));
        this.head = child(
                "head",
                new Linear(d, classes, true, init.weight(Init.Role.HEAD, new Init.Size(d, classes, model)), precision)
                        .reparametrised(config.reparametrisation()));
    }

    @Override
    public Tensor forward(Tensor x) {
        var y = embed.forward(patches(x)).add(position.value()); // [B, T, D]
        var setting = new Attention.Setting(null, null);
        for (var block : blocks) {
            y = block.forward(y, setting);
        }
        return head.forward(finalNorm.forward(y).mean(false, 1));
    }

    /// `[B, C, H, W]` to the pixels of patches side by side, row by row, `[B, T, C P P]`.
    private Tensor patches(Tensor x) {
        long rows = x.size(2) / patch;
        long columns = x.size(3) / patch;
        return x.view(x.size(0), x.size(1), rows, patch, columns, patch)
                .permute(0, 2, 4, 1, 3, 5)
                .reshape(x.size(0), rows * columns, x.size(1) * patch * patch);
    }
}
