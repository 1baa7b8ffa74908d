package io.evenkeel.loss;

import io.evenkeel.config.Doc;
import io.evenkeel.tensor.DType;
import io.evenkeel.tensor.Functional;
import io.evenkeel.tensor.Tensor;
import io.evenkeel.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Cross-entropy of the next token (or of a class) in nats, with label smoothing and a penalty on the scale of the
/// logits. Computed in FLOAT32 whatever the type of the logits; means are over positions with a target.
///
/// B batch, T positions, V vocabulary, n = B T.
public final class LanguageModelLoss {
    /// A target that does not count.
    public static final long IGNORED = -100;

    /// Logits that are worked on at once, about: 2 MiB. For 2,048 rows of 4,096 that takes a quarter of the time of
    /// all at once, most of which is spent on getting fresh memory from the system.
    private static final long PART = 1L << 19;

    private final Config config;

    /// What is added to the cross-entropy of the targets.
    public record Config(
            @Doc("penalty on the scale of the output logits")
            ZLoss zLoss,

            @Doc("uniform share of the target distribution, in [0, 1)")
            double labelSmoothing,

            @Doc("what makes probabilities of logits, without a penalty on their scale; the exponential when null")
            @Nullable
            Softmax softmax) {
        public Config {
            if (softmax == Softmax.STABLEMAX && !(zLoss instanceof ZLoss.None)) {
                throw new IllegalArgumentException(
                        "zLoss must be none with softmax: stablemax, whose probabilities have no log Z, but was "
                                + zLoss);
            }
            if (!(labelSmoothing >= 0 && labelSmoothing < 1)) {
                throw new IllegalArgumentException("labelSmoothing must be in [0, 1) but was " + labelSmoothing);
            }
        }

        public Config(ZLoss zLoss, double labelSmoothing) {
            this(zLoss, labelSmoothing, null);
        }

        public static Config defaults() {
            return new Config(new ZLoss.None(), 0);
        }
    }

    /// What makes probabilities of logits.
    public enum Softmax {
        EXPONENTIAL,
        /// [StableMax]
        STABLEMAX
    }

    /// The loss and its parts, scalars.
    ///
    /// @param total        what training minimises
    /// @param crossEntropy its first part, label smoothing included
    /// @param zLoss        its second part, weighted; null without one
    public record Terms(
            Tensor total, Tensor crossEntropy, @Nullable Tensor zLoss) {}

    private LanguageModelLoss(Config config) {
        this.config = config;
    }

    public static LanguageModelLoss of(Config config) {
        return new LanguageModelLoss(config);
    }

    /// The loss of a batch; NaN when no position has a target.
    ///
    /// @param logits  `[.., V]`, such as `[B, T, V]`
    /// @param targets `[..]` INT64 in `[0, V)`, or [#IGNORED]
    public Terms of(Tensor logits, Tensor targets) {
        var y = logits.reshape(-1, logits.size(-1)); // [n, V]
        var t = targets.reshape(-1); // [n]
        var rows = rows(y, t);
        var valid = t.ne(IGNORED).to(DType.FLOAT32); // [n]
        var count = valid.sum();
        var crossEntropy = rows.crossEntropy().mul(valid).sum().div(count);
        var scale = rows.scale();
        if (scale == null) {
            return new Terms(crossEntropy, crossEntropy, null);
        }
        var zLoss = penalty(scale.square().mul(valid).sum(), count, t.numel());
        return new Terms(crossEntropy.add(zLoss), crossEntropy, zLoss);
    }

    /// What there is of each row, whether it has a target or not.
    ///
    /// @param crossEntropy `[n]`
    /// @param scale        what the penalty squares, `[n]`; null without one
    private record Rows(Tensor crossEntropy, @Nullable Tensor scale) {}

    /// Calculates part after part, so that what is made on the way stays in the processor's cache.
    private Rows rows(Tensor y, Tensor t) {
        var sizes = sizes(y.size(0), Math.max(1, PART / y.size(1)));
        var logits = y.split(sizes, 0);
        var targets = t.split(sizes, 0);
        var crossEntropies = new ArrayList<Tensor>();
        var scales = new ArrayList<Tensor>();
        for (var i = 0; i < sizes.length; i++) {
            var part = part(logits[i].to(DType.FLOAT32), targets[i]);
            crossEntropies.add(part.crossEntropy());
            if (part.scale() != null) {
                scales.add(part.scale());
            }
        }
        return new Rows(joined(crossEntropies), scales.isEmpty() ? null : joined(scales));
    }

    private static long[] sizes(long rows, long perPart) {
        var sizes = new long[(int) ((rows + perPart - 1) / perPart)];
        Arrays.fill(sizes, perPart);
        if (sizes.length > 0) {
            sizes[sizes.length - 1] = rows - perPart * (sizes.length - 1);
        }
        return sizes;
    }

    private static Tensor joined(List<Tensor> parts) {
        return parts.size() == 1 ? parts.getFirst() : Tensors.cat(parts, 0);
    }

    private Rows part(Tensor y, Tensor t) {
        return switch (config.zLoss()) {
            case ZLoss.None _ -> new Rows(crossEntropy(y, t), null);
            case ZLoss.MaxZ _ -> {
                var largest = y.detach().argmax(1).unsqueeze(1);
                yield new Rows(crossEntropy(y, t), y.gather(1, largest).squeeze(1));
            }
            case ZLoss.LogZSquared _ -> withLogZ(y, t);
        };
    }

    private Tensor crossEntropy(Tensor y, Tensor t) {
        if (config.softmax() == Softmax.STABLEMAX) {
            var index = t.maskedFill(t.eq(IGNORED), 0).unsqueeze(1); // [n, 1]
            var logP = StableMax.logProbabilities(y); // [n, V]
            return smoothed(logP.gather(1, index).squeeze(1).neg(), logP).to(DType.FLOAT32);
        }
        return Functional.crossEntropyEach(y, t, IGNORED, config.labelSmoothing());
    }

    /// Takes log Z from the log-probabilities that the cross-entropy needs anyway: `log Z = y_t - log p_t`.
    private Rows withLogZ(Tensor y, Tensor t) {
        var index = t.maskedFill(t.eq(IGNORED), 0).unsqueeze(1); // [n, 1]
        var logP = y.logSoftmax(1); // [n, V]
        var negative = logP.gather(1, index).squeeze(1).neg(); // [n]
        var logZ = y.gather(1, index).squeeze(1).add(negative); // [n]
        return new Rows(smoothed(negative, logP), logZ);
    }

    /// Cross-entropy with the configured share of the uniform distribution in its target.
    private Tensor smoothed(Tensor negative, Tensor logP) {
        return config.labelSmoothing() == 0
                ? negative
                : negative.lerp(logP.mean(false, 1).neg(), config.labelSmoothing());
    }

    private Tensor penalty(Tensor sum, Tensor count, long all) {
        return switch (config.zLoss()) {
            case ZLoss.None _ -> throw new AssertionError("no penalty, no scale");
            case ZLoss.LogZSquared(var coefficient, var countIgnored) ->
                mean(sum.mul(coefficient), countIgnored, count, all);
            case ZLoss.MaxZ(var coefficient, var countIgnored) -> mean(sum.mul(coefficient), countIgnored, count, all);
        };
    }

    private static Tensor mean(Tensor sum, boolean countIgnored, Tensor count, long all) {
        return countIgnored ? sum.div((double) all) : sum.div(count);
    }
}
