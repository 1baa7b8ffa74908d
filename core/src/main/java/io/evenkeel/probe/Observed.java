package io.evenkeel.probe;

import io.evenkeel.tensor.Tensor;

/// Tells the values apart that modules report (see [io.evenkeel.nn.Observer]).
final class Observed {
    static final String RESIDUAL = "residual";
    static final String HIDDEN = "hidden";
    static final String PROBABILITIES = "probabilities";
    static final String LOG_DECAY = "log_decay";
    private static final String LOGITS = "logits";
    private static final int ATTENTION_DIMS = 4;

    private Observed() {}

    /// Whether it is the logits of attention, `[B, H, T, T]`.
    static boolean isAttentionLogits(String what, Tensor value) {
        return what.equals(LOGITS) && value.dim() == ATTENTION_DIMS;
    }

    /// Whether it is the logits of an output head, `[.., V]`.
    static boolean isOutputLogits(String what, Tensor value) {
        return what.equals(LOGITS) && value.dim() != ATTENTION_DIMS;
    }

    /// A value as rows, `[n, last]`.
    static Tensor rows(Tensor value) {
        return value.reshape(-1, value.size(-1));
    }
}
