package io.evenkeel.nn;

import io.evenkeel.config.Doc;
import io.evenkeel.config.Inline;
import io.evenkeel.loss.LanguageModelLoss;
import io.evenkeel.random.RandomStream;
import io.evenkeel.tensor.Scope;
import io.evenkeel.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// A decoder-only transformer: token ids `[B, T]` to logits `[B, T, V]` of the token that follows each.
///
///     x = embed(tokens) (+ positions)      [B, T, D]
///     x = block(x)                         depth times: see NormPlacement
///     logits = head(norm(x))               no norm after a placement that has just normalised x
///
/// Parameters are named `embed.weight`, `blocks.0.attention.qkv.weight`, `blocks.0.mlp.up.weight`, `head.weight` and so
/// on. Matrices are drawn each by its own stream, so that variants with the same shapes begin alike.
///
/// B batch, T positions, D width, H heads, V vocabulary, N head width.
public final class Decoder extends Module {
    private final Config config;
    private final long context;
    private final Embedding embed;
    private final @Nullable Embedding position;
    private final Layer embeddingNorm;
    private final Dropout dropout;
    private final List<Block> blocks = new ArrayList<>();
    private final Layer finalNorm;
    private final Head head;
    private final @Nullable Tensor rotation; // [context, H, N / 2, 2]
    private final @Nullable Tensor sinusoids; // [context, D]
    private @Nullable Tensor mask; // [context, context]

    /// Sizes of a decoder and its choices, each independent of the others.
    public record Config(
            @Doc("width of the residual stream, >= 1") int width,
            @Doc("blocks, >= 1") int depth,
            @Doc("attention heads; they divide the width") int heads,

            @Doc("heads of keys and values; they divide heads; as many when null") @Nullable
            Integer kvHeads,

            @Doc("where a block normalises") NormPlacement normPlacement,
            @Doc("layernorm, rmsnorm or none") Norm norm,

            @Doc("normalise the embedding before the first block")
            boolean embeddingNorm,

            @Doc("constants of normPlacement and init deepnorm")
            DeepNorm deepNorm,

            @Doc("attention and MLP one after the other, or beside each other")
            Block.Form block,

            @Doc("score, mask and normaliser") Attention.Config attention,
            @Doc("how the order of tokens is known") Position position,
            @Doc("the other half of a block") FeedForward.Config mlp,
            @Doc("how weights begin") Init init,

            @Doc("the head uses the matrix of the embedding")
            boolean tied,

            @Doc("linear layers in blocks have a bias") boolean bias,

            @Doc("probability in [0, 1), on the embedding and on what attention and MLP give")
            double dropout,

            @Doc("what the gradient of the embedding's input side is multiplied by, in (0, 1]; 1 when null") @Nullable
            Double embeddingGradient,

            @Doc("of the linear layers in blocks; none when null") @Nullable
            Reparametrisation reparametrisation,

            @Inline LanguageModelLoss.Config loss)
            implements ModelConfig {
        public Config {
            if (width < 1) {
                throw new IllegalArgumentException("width must be >= 1 but was " + width);
            }
            if (depth < 1) {
                throw new IllegalArgumentException("depth must be >= 1 but was " + depth);
            }
            if (heads < 1 || width % heads != 0) {
                throw new IllegalArgumentException("heads must divide the width " + width + " but was " + heads);
            }
            if (kvHeads != null && (kvHeads < 1 || heads % kvHeads != 0)) {
                throw new IllegalArgumentException("kvHeads must divide the heads " + heads + " but was " + kvHeads);
            }
            if (embeddingGradient != null && !(embeddingGradient > 0 && embeddingGradient <= 1)) {
                throw new IllegalArgumentException("embeddingGradient must be in (0, 1] but was " + embeddingGradient);
            }
            if (norm instanceof BatchNorm.Config || norm instanceof GroupNorm.Config) {
                throw new IllegalArgumentException("norm must be layernorm, rmsnorm or none but was "
                        + (norm instanceof BatchNorm.Config ? "batchnorm" : "groupnorm"));
            }
            if (position instanceof Position.Rope && width / heads % 2 != 0) {
                throw new IllegalArgumentException(
                        "position must be other than rope for heads of odd width " + width / heads + " but was rope");
            }
            if (position instanceof Position.Sinusoidal && width % 2 != 0) {
                throw new IllegalArgumentException(
                        "position must be other than sinusoidal for the odd width " + width + " but was sinusoidal");
            }
            Dropout.checked(dropout);
        }

        /// 0.8 million parameters in its blocks: trains in minutes on a laptop.
        public static Config defaults() {
            return new Config(
                    128,
                    4,
                    4,
                    null,
                    NormPlacement.PRE,
                    LayerNorm.Config.defaults(),
                    false,
                    DeepNorm.GLM,
                    Block.Form.SERIAL,
                    Attention.Config.defaults(),
                    Position.Rope.defaults(),
                    FeedForward.Config.defaults(),
                    Init.Gpt2.defaults(),
                    false,
                    false,
                    0,
                    null,
                    null,
                    LanguageModelLoss.Config.defaults());
        }

        long headWidth() {
            return width / heads;
        }

        long kvHeadCount() {
            return kvHeads == null ? heads : kvHeads;
        }
    }

    /// Declares the layers.
    ///
    /// @param vocabulary V
    /// @param context    the longest input
    /// @param dropout    the stream that dropout draws from
    public Decoder(Config config, long vocabulary, long context, Precision precision, RandomStream dropout) {
        this.config = config;
        this.context = context;
        long d = config.width();
        var init = config.init();
        this.embed = child(
                "embed",
                new Embedding(vocabulary, d, init.weight(Init.Role.EMBEDDING, new Init.Size(vocabulary, d, config))));
        this.position = config.position() instanceof Position.Learned
                ? child(
                        "position",
                        new Embedding(context, d, init.weight(Init.Role.POSITION, new Init.Size(context, d, config))))
                : null;
        this.embeddingNorm = child("embedding_norm", norm(config.embeddingNorm()));
        this.dropout = child("dropout", new Dropout(config.dropout(), dropout));
        for (var i = 0; i < config.depth(); i++) {
            blocks.add(child("blocks." + i, new Block(config, precision, dropout)));
        }
        this.finalNorm = child("final_norm", norm(!config.normPlacement().residual()));
        this.head = child(
                "head",
                config.tied()
                        ? new Head(embed, precision)
                        : new Head(
                                d,
                                vocabulary,
                                init.weight(Init.Role.HEAD, new Init.Size(d, vocabulary, config)),
                                precision));
        this.rotation = config.position() instanceof Position.Rope rope
                ? kept(() -> rope.rotation(context, config.heads(), config.headWidth()))
                : null;
        this.sinusoids = config.position() instanceof Position.Sinusoidal sinusoidal
                ? kept(() -> sinusoidal.vectors(context, d))
                : null;
    }

    /// A constant that lives as long as the model.
    private static Tensor kept(Supplier<Tensor> constant) {
        try (var _ = Scope.open()) {
            return constant.get().own();
        }
    }

    private Layer norm(boolean there) {
        return (there ? config.norm() : new Norm.None()).layer(config.width(), Initializer.ONES);
    }

    public Config config() {
        return config;
    }

    /// The longest input.
    public long context() {
        return context;
    }

    /// The logits of the next token at each position, in the type of the linear layers.
    ///
    /// @param tokens `[B, T]` INT64, T at most the context
    /// @return `[B, T, V]`
    public Tensor logits(Tensor tokens) {
        return head.forward(hidden(tokens));
    }

    /// What the head reads, `[B, T, D]`.
    ///
    /// @param tokens `[B, T]` INT64, T at most the context
    public Tensor hidden(Tensor tokens) {
        long length = checked(tokens);
        return hidden(
                tokens, table -> table.narrow(0, 0, length), blocks.getFirst().needsMask() ? mask(length) : null);
    }

    /// The logits at each place of rows that are not in order of text: each place has a position and sees what the
    /// mask allows, in place of the configured mask, which must be bidirectional.
    ///
    /// @param tokens    `[B, T]` INT64, T at most the context
    /// @param positions `[T]` INT64 in `[0, context)`
    /// @param mask      additive, `[T, T]`
    /// @return `[B, T, V]`
    public Tensor logits(Tensor tokens, Tensor positions, Tensor mask) {
        if (!(config.attention().mask() instanceof Mask.Bidirectional)) {
            throw new IllegalStateException("a mask of one's own needs attention.mask bidirectional but it is "
                    + config.attention().mask());
        }
        checked(tokens);
        return head.forward(hidden(tokens, table -> table.indexSelect(0, positions), mask));
    }

    private long checked(Tensor tokens) {
        if (tokens.size(1) > context) {
            throw new IllegalArgumentException(
                    "tokens must be at most " + context + " a row but were " + tokens.size(1));
        }
        return tokens.size(1);
    }

    private Tensor hidden(Tensor tokens, UnaryOperator<Tensor> placed, @Nullable Tensor mask) {
        var x = shrunk(embed.forward(tokens));
        if (position != null) {
            x = x.add(placed.apply(position.weight().value()));
        } else if (sinusoids != null) {
            x = x.add(placed.apply(sinusoids));
        }
        x = dropout.forward(embeddingNorm.forward(x));
        var setting = new Attention.Setting(rotation == null ? null : placed.apply(rotation), mask);
        for (var block : blocks) {
            x = block.forward(x, setting);
        }
        return finalNorm.forward(x);
    }

    /// The same values, with a part of their gradient. Only lookups are shrunk: a tied head keeps all of its own.
    ///
    /// @paper P25 `a E + (1 - a) stopgrad(E)`, a = 0.1
    private Tensor shrunk(Tensor x) {
        if (config.embeddingGradient() == null) {
            return x;
        }
        var constant = x.detach();
        return constant.add(x.sub(constant).mul(config.embeddingGradient()));
    }

    /// The mask of the first `length` positions, made once for the longest input.
    private @Nullable Tensor mask(long length) {
        if (mask == null) {
            var all = config.attention().mask().additive(context);
            if (all == null) {
                return null;
            }
            mask = all.own();
        }
        return mask.narrow(0, 0, length).narrow(1, 0, length);
    }
}
