package io.evenkeel.nn;

/// Where a block of a [Decoder] normalises. `x` is the residual stream, `f` attention or the MLP, `N` a norm with
/// parameters of its own.
///
/// @paper P34 compares them
public enum NormPlacement {
    /// `x + f(N(x))`, and a norm before the head
    PRE,
    /// `N(x + f(x))`
    POST,
    /// `x + N(f(N(x)))`, and a norm before the head
    PERI,
    /// `x + N(f(x))`, and a norm before the head
    ///
    /// @paper P03
    OUTPUT_ONLY,
    /// `N(alpha x + f(x))`, with alpha by [DeepNorm]
    ///
    /// @paper P25
    DEEPNORM,
    /// [#OUTPUT_ONLY] with norms whose scale begins at zero, so that each block begins as the identity
    ///
    /// @paper P38
    RES_POST;

    /// Whether what goes into `f` is normalised.
    boolean input() {
        return this == PRE || this == PERI;
    }

    /// Whether what comes out of `f` is normalised.
    boolean output() {
        return this == PERI || this == OUTPUT_ONLY || this == RES_POST;
    }

    /// Whether the residual stream itself is normalised.
    boolean residual() {
        return this == POST || this == DEEPNORM;
    }
}
