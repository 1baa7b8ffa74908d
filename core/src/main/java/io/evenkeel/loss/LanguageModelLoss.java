package io.evenkeel.loss;

import io.evenkeel.config.Doc;
import io.evenkeel.tensor.DType;
import io.evenkeel.tensor.Functional;
import io.evenkeel.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/// Cross-entropy of the next token (or of a class) in nats, with label smoothing and a penalty on the scale of the
/// logits. Computed in FLOAT32 whatever the type of the logits; means are over positions with a target.
///
/// B batch, T positions, V vocabulary, n = B T.
public final class LanguageModelLoss {
    /// A target that does not count.
    public static final long IGNORED = -100;

    private final Config config;

    /// What is added to the cross-entropy of the targets.
    public record Config(
            @Doc("penalty on the scale of the output logits")
            ZLoss zLoss,

            @Doc("uniform share of the target distribution, in [0, 1)")
            double labelSmoothing) {
        public Config {
            if (!(labelSmoothing >= 0 && labelSmoothing < 1)) {
                throw new IllegalArgumentException("labelSmoothing must be in [0, 1) but was " + labelSmoothing);
            }
        }

        public static Config defaults() {
            return new Config(new ZLoss.None(), 0);
        }
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
        var y = logits.reshape(-1, logits.size(-1)).to(DType.FLOAT32); // [n, V]
        var t = targets.reshape(-1); // [n]
        return switch (config.zLoss()) {
            case ZLoss.None _ -> {
                var crossEntropy = Functional.crossEntropy(y, t, IGNORED, config.labelSmoothing());
                yield new Terms(crossEntropy, crossEntropy, null);
            }
            case ZLoss.MaxZ(var coefficient, var countIgnored) -> {
                var crossEntropy = Functional.crossEntropy(y, t, IGNORED, config.labelSmoothing());
                var largest = y.gather(1, y.detach().argmax(1).unsqueeze(1)).squeeze(1); // [n]
                yield terms(crossEntropy, penalty(largest, t, coefficient, countIgnored));
            }
            case ZLoss.LogZSquared(var coefficient, var countIgnored) -> withLogZ(y, t, coefficient, countIgnored);
        };
    }

    /// Takes log Z from the log-probabilities that the cross-entropy needs anyway: `log Z = y_t - log p_t`.
    private Terms withLogZ(Tensor y, Tensor t, double coefficient, boolean countIgnored) {
        var valid = t.ne(IGNORED).to(DType.FLOAT32); // [n]
        var index = t.maskedFill(t.eq(IGNORED), 0).unsqueeze(1); // [n, 1]
        var logP = y.logSoftmax(1); // [n, V]
        var negative = logP.gather(1, index).squeeze(1).neg(); // [n]
        var logZ = y.gather(1, index).squeeze(1).add(negative); // [n]
        var each = config.labelSmoothing() == 0
                ? negative
                : negative.lerp(logP.mean(false, 1).neg(), config.labelSmoothing());
        var crossEntropy = each.mul(valid).sum().div(valid.sum());
        return terms(crossEntropy, penalty(logZ, t, coefficient, countIgnored));
    }

    private static Tensor penalty(Tensor scale, Tensor t, double coefficient, boolean countIgnored) {
        var valid = t.ne(IGNORED).to(DType.FLOAT32);
        var sum = scale.square().mul(valid).sum().mul(coefficient);
        return countIgnored ? sum.div((double) t.numel()) : sum.div(valid.sum());
    }

    private static Terms terms(Tensor crossEntropy, Tensor zLoss) {
        return new Terms(crossEntropy.add(zLoss), crossEntropy, zLoss);
    }
}
