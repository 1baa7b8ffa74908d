package io.evenkeel.nn;

import io.evenkeel.config.Doc;
import io.evenkeel.nn.Initializer.Rows;
import io.evenkeel.tensor.Functional;
import io.evenkeel.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Attention of H heads: queries, keys and values by one matrix, logits by a [Score], where allowed by a [Mask], made
/// weights by a [Normaliser], and the weighted values through an output matrix. With fewer heads of keys and values
/// than
/// of queries (grouped-query attention), consecutive query heads share one.
///
/// Softmax runs in the fused kernel of libtorch, which never makes the `[B, H, T, T]` weights; in bfloat16, where the
/// backward pass of that kernel is slow, by matrix products around a softmax that calculates in FLOAT32. Other
/// normalisers,
/// and passes that somebody observes, make the weights in FLOAT32.
///
/// B batch, T positions, D width, H heads, N = D / H.
public final class Attention extends Module {
    private static final double SMALLEST_NORM = 1e-12;

    private final Config config;
    private Precision precision;
    private final long heads;
    private final long kvHeads;
    private final long headWidth;
    private final Linear qkv;
    private final Linear output;
    private final @Nullable Layer queryNorm;
    private final @Nullable Layer keyNorm;
    private final @Nullable Parameter logScale; // [H, 1]

    /// The three parts that attention is composed of.
    public record Config(
            @Doc("from queries and keys to logits") Score score,
            @Doc("what may be attended to") Mask mask,
            @Doc("from logits to weights") Normaliser normaliser) {
        public static Config defaults() {
            return new Config(new Score.ScaledDot(), new Mask.Causal(), new Normaliser.Softmax());
        }
    }

    /// What the blocks of a model share in a pass over T positions.
    ///
    /// @param rotation of the rotary embedding, `[T, H, N / 2, 2]`; null for none
    /// @param mask     additive, `[T, T]`; null where all is allowed or the kernel knows it
    record Setting(@Nullable Tensor rotation, @Nullable Tensor mask) {}

    Attention(Decoder.Config model, Precision precision) {
        this.config = model.attention();
        this.precision = precision;
        this.heads = model.heads();
        this.kvHeads = model.kvHeadCount();
        this.headWidth = model.headWidth();
        long d = model.width();
        var inner = heads * headWidth;
        var kvInner = kvHeads * headWidth;
        var init = model.init();
        this.qkv = child(
                "qkv",
                new Linear(
                                d,
                                inner + 2 * kvInner,
                                model.bias(),
                                Initializer.rows(List.of(
                                        new Rows(
                                                inner,
                                                init.weight(Init.Role.QUERY_KEY, new Init.Size(d, inner, model))),
                                        new Rows(
                                                kvInner,
                                                init.weight(Init.Role.QUERY_KEY, new Init.Size(d, kvInner, model))),
                                        new Rows(
                                                kvInner,
                                                init.weight(Init.Role.VALUE, new Init.Size(d, kvInner, model))))),
                                precision)
                        .reparametrised(model.reparametrisation()));
        this.output = child(
                "output",
                new Linear(
                                inner,
                                d,
                                model.bias(),
                                init.weight(Init.Role.ATTENTION_OUTPUT, new Init.Size(inner, d, model)),
                                precision)
                        .reparametrised(model.reparametrisation()));
        if (config.score() instanceof Score.QkNorm(var per, var norm)) {
            var full = per == Score.QkNorm.Per.FULL_WIDTH;
            this.queryNorm = child("query_norm", norm.layer(full ? inner : headWidth, Initializer.ONES));
            this.keyNorm = child("key_norm", norm.layer(full ? kvInner : headWidth, Initializer.ONES));
        } else {
            this.queryNorm = null;
            this.keyNorm = null;
        }
        this.logScale = config.score() instanceof Score.Cosine cosine
                ? parameter("log_scale", Initializer.constant(Math.log(cosine.initial())), heads, 1)
                : null;
    }

    /// What each position takes from the others.
    ///
    /// @param x `[B, T, D]`
    /// @return `[B, T, D]`
    Tensor forward(Tensor x, Setting setting) {
        long batch = x.size(0);
        long positions = x.size(1);
        var inner = heads * headWidth;
        var kvInner = kvHeads * headWidth;
        var parts = qkv.forward(x).split(new long[] {inner, kvInner, kvInner}, -1);
        var q = toHeads(parts[0], queryNorm, setting.rotation()); // [B, T, H, N]
        var k = toHeads(parts[1], keyNorm, keyRotation(setting)); // [B, T, H', N]
        var v = parts[2].view(batch, positions, kvHeads, headWidth);
        if (logScale != null && config.score() instanceof Score.Cosine cosine) {
            q = q.mul(logScale.value().clampMax(Math.log(cosine.max())).exp());
        }
        if (config.score() instanceof Score.LengthScaled scaled) {
            var logs = config.mask().visible(positions).log();
            q = Precision.full(q).mul(logs.mul(scaled.perLog(headWidth)).view(positions, 1, 1));
        }
        var mixed = mix(q.transpose(1, 2), shared(k.transpose(1, 2)), shared(v.transpose(1, 2)), setting);
        return output.forward(mixed.transpose(1, 2).reshape(batch, positions, inner));
    }

    /// `[B, T, H N]`, possibly a view, to `[B, T, H, N]`, normalised as the score says and turned: in FLOAT32 if at
    /// all.
    private Tensor toHeads(Tensor x, @Nullable Layer norm, @Nullable Tensor rotation) {
        if (norm == null && !cosine() && rotation == null) {
            return x.unflatten(-1, -1, headWidth);
        }
        var y = Precision.full(x);
        var full = config.score() instanceof Score.QkNorm qkNorm && qkNorm.per() == Score.QkNorm.Per.FULL_WIDTH;
        if (norm != null && full) {
            y = norm.forward(y);
        }
        y = y.unflatten(-1, -1, headWidth);
        if (norm != null && !full) {
            y = norm.forward(y);
        }
        if (cosine()) {
            y = y.div(y.norm(true, -1).clampMin(SMALLEST_NORM));
        }
        return rotation == null ? y : Functional.rotate(y, rotation);
    }

    /// Whether queries and keys are of length one.
    private boolean cosine() {
        return logScale != null
                || config.score() instanceof Score.LengthScaled scaled
                        && scaled.form() == Score.LengthScaled.Form.COSINE;
    }

    /// The rotation of as many heads as keys have.
    private @Nullable Tensor keyRotation(Setting setting) {
        var rotation = setting.rotation();
        return rotation == null || kvHeads == heads ? rotation : rotation.narrow(1, 0, kvHeads);
    }

    /// Repeats heads of keys or values for the query heads that share them.
    private Tensor shared(Tensor x) {
        return kvHeads == heads ? x : x.repeatInterleave(heads / kvHeads, 1);
    }

    /// Weighted values: `[B, H, T, N]` each.
    private Tensor mix(Tensor q, Tensor k, Tensor v, Setting setting) {
        var scaled = logScale != null || config.score() instanceof Score.LengthScaled;
        var scale = scaled ? 1 : 1 / Math.sqrt((double) headWidth);
        if (config.normaliser() instanceof Normaliser.Softmax && !observed()) {
            return precision == Precision.BF16
                    ? products(precision.of(q), precision.of(k), precision.of(v), setting.mask(), scale)
                    : fused(q, k, v, setting.mask(), scale);
        }
        var logits = Precision.full(q).mul(scale).matmul(Precision.full(k).transpose(-2, -1)); // [B, H, T, T]
        if (setting.mask() != null) {
            logits = logits.add(setting.mask());
        }
        var weights = config.normaliser().weights(logits);
        if (observed()) {
            observe("query_norm", q.norm(false, -1));
            observe("key_norm", k.norm(false, -1));
            observe("logits", logits);
            observe("probabilities", weights);
        }
        return weights.matmul(Precision.full(v));
    }

    private Tensor fused(Tensor q, Tensor k, Tensor v, @Nullable Tensor mask, double scale) {
        var causal = config.mask() instanceof Mask.Causal;
        return Functional.scaledDotProductAttention(q, k, v, causal ? null : mask, causal, scale);
    }

    private static Tensor products(Tensor q, Tensor k, Tensor v, @Nullable Tensor mask, double scale) {
        var batches = new long[] {q.size(0) * q.size(1), q.size(2), q.size(3)};
        var keys = k.reshape(batches).transpose(1, 2);
        var logits = mask == null
                ? q.mul(scale).reshape(batches).bmm(keys)
                : mask.to(q.dtype()).baddbmm(q.reshape(batches), keys, 1, scale); // [B H, T, T]
        return logits.softmax(-1).bmm(v.reshape(batches)).view(q.shape());
    }

    /// Whether a pass now needs the mask as a tensor.
    boolean needsMask() {
        return precision == Precision.BF16
                || !(config.mask() instanceof Mask.Causal)
                || !(config.normaliser() instanceof Normaliser.Softmax)
                || observed();
    }

    @Override
    void computeIn(Precision precision) {
        this.precision = precision;
    }
}
