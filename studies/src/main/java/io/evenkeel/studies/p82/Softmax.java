package io.evenkeel.studies.p82;

import io.evenkeel.loss.StableMax;
import io.evenkeel.tensor.DType;
import io.evenkeel.tensor.Tensor;

/// Cross-entropy whose probabilities are computed in one of several ways.
enum Softmax {
    FP16(DType.FLOAT16),
    FP32(DType.FLOAT32),
    FP64(DType.FLOAT64),
    /// [StableMax]
    STABLEMAX(DType.FLOAT64);

    private final DType dtype;

    Softmax(DType dtype) {
        this.dtype = dtype;
    }

    /// Losses of each row, `[n]`, with the sum of exponentials and what follows from it in the type.
    ///
    /// @param smoothing share of the uniform distribution in the target
    Tensor losses(Tensor logits, Tensor targets, double smoothing) {
        var logs = logs(logits);
        var right = logs.gather(1, targets.unsqueeze(1)).squeeze(1).neg();
        return (smoothing == 0 ? right : right.lerp(logs.mean(false, 1).neg(), smoothing)).to(DType.FLOAT32);
    }

    private Tensor logs(Tensor logits) {
        if (this == STABLEMAX) {
            return StableMax.logProbabilities(logits);
        }
        var z = shifted(logits);
        return z.sub(z.exp().sum(true, 1).log());
    }

    private Tensor shifted(Tensor logits) {
        var z = logits.to(dtype);
        return z.sub(z.detach().amax(true, 1));
    }

    /// Share of rows whose sum of exponentials is exactly 1: what their target has no gradient from any more.
    double collapsed(Tensor logits) {
        return this == STABLEMAX
                ? 0
                : shifted(logits).exp().sum(false, 1).eq(1).to(DType.FLOAT32).mean().item();
    }
}
