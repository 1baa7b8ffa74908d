package io.evenkeel.nn;

/// How deep post-norm models scale the residual stream (alpha, in `norm(alpha x + f(x))`) and their first weights
/// (beta,
/// see [Init.Deepnorm]) with the number of layers N.
///
/// @paper P25
public enum DeepNorm {
    /// alpha `(2N)^(1/2)`, beta `(2N)^(-1/2)`: GLM-130B
    GLM,
    /// alpha `(2N)^(1/4)`, beta `(8N)^(-1/4)`: the decoder of "DeepNet" (Wang et al., 2022)
    DEEPNET;

    public double alpha(int layers) {
        return switch (this) {
            case GLM -> Math.sqrt(2.0 * layers);
            case DEEPNET -> Math.pow(2.0 * layers, 0.25);
        };
    }

    public double beta(int layers) {
        return switch (this) {
            case GLM -> 1 / Math.sqrt(2.0 * layers);
            case DEEPNET -> Math.pow(8.0 * layers, -0.25);
        };
    }
}
