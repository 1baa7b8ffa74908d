package io.evenkeel.optim;

/// How an Adam-like optimizer scales its update: `m / (sqrt(v / (1 - beta2^updates)) + eps)`, where `v` is the tensor
/// [#SECOND_MOMENT] of each parameter.
///
/// @param beta1   decay of the first moment, in [0, 1)
/// @param beta2   decay of the second moment, in [0, 1)
/// @param eps     added to the root
/// @param updates updates that the moments have seen; 0 before the first
public record Adaptive(double beta1, double beta2, double eps, long updates) {
    /// Name of the first moment among the tensors of an optimizer, after the parameter's name and a dot.
    public static final String FIRST_MOMENT = "first_moment";
    /// Name of the second moment.
    public static final String SECOND_MOMENT = "second_moment";

    /// What `v` is divided by: `1 - beta2^updates`.
    public double bias() {
        return 1 - Math.pow(beta2, (double) updates);
    }
}
