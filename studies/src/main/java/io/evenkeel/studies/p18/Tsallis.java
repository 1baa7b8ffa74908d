package io.evenkeel.studies.p18;

import io.evenkeel.tensor.Tensor;

/// Tsallis' entropy over its maximum, `(1 - sum (p + eps)^q) / (1 - N^(1 - q))`; for `q = 1` Shannon's over `ln N`.
///
/// @param q   index
/// @param eps added to probabilities
record Tsallis(double q, double eps) {
    private static final double SMALL = 1e-30;

    /// The paper's.
    static Tsallis usual() {
        return new Tsallis(1.1, 1e-5);
    }

    /// @param p `[.., N]`
    /// @return `[..]`, about 1 for uniform and 0 for certain rows
    Tensor of(Tensor p) {
        var n = (double) p.size(-1);
        return q == 1
                ? p.mul(p.clampMin(SMALL).log()).sum(false, -1).div(-Math.log(n))
                : p.add(eps).pow(q).sum(false, -1).rsub(1).div(1 - Math.pow(n, 1 - q));
    }
}
