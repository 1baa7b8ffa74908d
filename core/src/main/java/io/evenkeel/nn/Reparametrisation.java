package io.evenkeel.nn;

/// What a linear layer multiplies its weight `W` by: `g / s(W)`, with `s` the spectral norm.
///
/// @paper P49
public enum Reparametrisation {
    /// g is trained and begins at `s(W)`, so that nothing changes at first
    SPECTRAL,
    /// g is trained and begins at 1
    SPECTRAL_UNIT,
    /// g is 1: spectral normalisation
    SPECTRAL_FIXED
}
