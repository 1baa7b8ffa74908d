package io.evenkeel.nn;

import java.util.Arrays;
import java.util.function.BiFunction;
import java.util.function.DoubleFunction;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/// Attention for [ReferenceDecoder], head by head and query by query.
final class ReferenceAttention {
    private final Decoder.Config config;
    private final BiFunction<String, Num[], Num[]> matrix;
    private final Normalise normalise;
    private final DoubleFunction<Num> constant;

    interface Normalise {
        Num[] apply(Norm norm, String name, Num[] x);
    }

    ReferenceAttention(
            Decoder.Config config,
            BiFunction<String, Num[], Num[]> matrix,
            Normalise normalise,
            DoubleFunction<Num> constant) {
        this.config = config;
        this.matrix = matrix;
        this.normalise = normalise;
        this.constant = constant;
    }

    Num[][] apply(String at, Num[][] x) {
        int heads = config.heads();
        int kvHeads = config.kvHeads() == null ? heads : config.kvHeads();
        int n = config.width() / heads;
        var positions = x.length;
        var q = new Num[positions][][];
        var k = new Num[positions][][];
        var v = new Num[positions][][];
        for (var t = 0; t < positions; t++) {
            var all = matrix.apply(at + ".qkv", x[t]);
            q[t] = heads(at + ".query_norm", Arrays.copyOfRange(all, 0, heads * n), t, n);
            k[t] = heads(at + ".key_norm", Arrays.copyOfRange(all, heads * n, (heads + kvHeads) * n), t, n);
            v[t] = split(Arrays.copyOfRange(all, (heads + kvHeads) * n, all.length), n);
        }
        var out = new Num[positions][];
        for (var i = 0; i < positions; i++) {
            var mixed = new Num[heads * n];
            for (var h = 0; h < heads; h++) {
                var shared = h / (heads / kvHeads);
                var logits = new Num[positions];
                var row = i;
                var keys = IntStream.range(0, positions)
                        .filter(j -> allowed(row, j))
                        .count();
                for (var j = 0; j < positions; j++) {
                    logits[j] = allowed(i, j) ? logit(at, h, q[i][h], k[j][shared], keys) : null;
                }
                var weights = weights(logits);
                for (var e = 0; e < n; e++) {
                    var sum = constant.apply(0);
                    for (var j = 0; j < positions; j++) {
                        sum = weights[j] == null ? sum : sum.plus(weights[j].times(v[j][shared][e]));
                    }
                    mixed[h * n + e] = sum;
                }
            }
            out[i] = matrix.apply(at + ".output", mixed);
        }
        return out;
    }

    private static Num[][] split(Num[] x, int n) {
        var heads = new Num[x.length / n][];
        Arrays.setAll(heads, h -> Arrays.copyOfRange(x, h * n, (h + 1) * n));
        return heads;
    }

    /// Queries or keys of one position: normalised as the score says, then turned.
    private Num[][] heads(String normName, Num[] x, int t, int n) {
        var whole = x;
        if (config.attention().score() instanceof Score.QkNorm(var per, var norm)
                && per == Score.QkNorm.Per.FULL_WIDTH) {
            whole = normalise.apply(norm, normName, x);
        }
        var heads = split(whole, n);
        for (var h = 0; h < heads.length; h++) {
            if (config.attention().score() instanceof Score.QkNorm(var per, var norm) && per == Score.QkNorm.Per.HEAD) {
                heads[h] = normalise.apply(norm, normName, heads[h]);
            }
            if (config.position() instanceof Position.Rope(var base)) {
                heads[h] = turned(heads[h], t, base);
            }
        }
        return heads;
    }

    private static Num[] turned(Num[] x, int t, double base) {
        var y = new Num[x.length];
        for (var i = 0; i < x.length; i += 2) {
            var angle = t / Math.pow(base, i / (double) x.length);
            y[i] = x[i].times(Math.cos(angle)).minus(x[i + 1].times(Math.sin(angle)));
            y[i + 1] = x[i].times(Math.sin(angle)).plus(x[i + 1].times(Math.cos(angle)));
        }
        return y;
    }

    private boolean allowed(int i, int j) {
        return switch (config.attention().mask()) {
            case Mask.Causal _ -> j <= i;
            case Mask.SlidingWindow(var window) -> j <= i && i - j < window;
            case Mask.Bidirectional _ -> true;
        };
    }

    private Num logit(String at, int head, Num[] q, Num[] k, long keys) {
        var dot = dot(q, k);
        return switch (config.attention().score()) {
            case Score.ScaledDot _, Score.QkNorm _ -> dot.times(1 / Math.sqrt(q.length));
            case Score.Cosine cosine -> {
                var s = matrix.apply(at + ".log_scale", new Num[0])[head];
                var clamped = s.value < Math.log(cosine.max()) ? s : constant.apply(Math.log(cosine.max()));
                yield cosine(q, k).times(clamped.exp());
            }
            case Score.LengthScaled(var form, var trained) ->
                switch (form) {
                    case COSINE -> cosine(q, k).times(Math.log(q.length) * Math.log(keys));
                    case DOT -> dot.times(Math.log(q.length) * Math.log(keys) / Math.sqrt(q.length));
                    case CALIBRATED -> dot.times(Math.log(keys) / Math.log(trained) / Math.sqrt(q.length));
                };
        };
    }

    private static Num cosine(Num[] q, Num[] k) {
        return dot(q, k).over(dot(q, q).sqrt().times(dot(k, k).sqrt()));
    }

    private static Num dot(Num[] a, Num[] b) {
        var products = new Num[a.length];
        Arrays.setAll(products, i -> a[i].times(b[i]));
        return Num.sum(products);
    }

    /// Weights of the keys; null stands for a masked one.
    private Num[] weights(Num[] logits) {
        var normaliser = config.attention().normaliser();
        var positive = each(logits, z -> positive(normaliser, z, logits.length));
        return switch (normaliser) {
            case Normaliser.Sigmoid _ -> positive;
            case Normaliser.Softmax _, Normaliser.HalfSoftmax _ -> shares(positive, 0);
            case Normaliser.OffByOneSoftmax _ -> shares(positive, 1);
            case Normaliser.Mapped(_, var normalised, var eps) ->
                normalised ? shares(positive, eps) : positive;
            case Normaliser.Softplus softplus -> shares(positive, softplus.eps());
        };
    }

    private static Num positive(Normaliser normaliser, Num z, int keys) {
        return switch (normaliser) {
            case Normaliser.Softmax _, Normaliser.OffByOneSoftmax _, Normaliser.HalfSoftmax _ -> z.exp();
            case Normaliser.Sigmoid _ -> z.plus(-Math.log(keys)).sigmoid();
            case Normaliser.Softplus _ -> z.softplus();
            case Normaliser.Mapped mapped ->
                switch (mapped.map()) {
                    case EXP -> z.exp();
                    case SOFTPLUS -> z.softplus();
                    case RELU -> z.relu();
                    case RELU2 -> z.relu().times(z.relu());
                    case SIGMOID -> z.sigmoid();
                    case ELU_PLUS_ONE -> z.value > 0 ? z.plus(1) : z.exp();
                };
        };
    }

    private Num[] shares(Num[] positive, double more) {
        var sum = constant.apply(more);
        for (var p : positive) {
            sum = p == null ? sum : sum.plus(p);
        }
        var total = sum;
        return each(positive, p -> p.over(total));
    }

    private static Num[] each(Num[] xs, UnaryOperator<Num> map) {
        return Arrays.stream(xs).map(x -> x == null ? null : map.apply(x)).toArray(Num[]::new);
    }
}
