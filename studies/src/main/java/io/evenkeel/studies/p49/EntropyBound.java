package io.evenkeel.studies.p49;

/// The least entropy of a row of attention whose logits have a given spectral norm.
///
/// @paper P49 with `b = exp(-s sqrt(T / (T - 1)))`: `ln(1 + (T - 1) b) + s sqrt(T (T - 1)) b / (1 + (T - 1) b)`, attained
///            by one key that is ahead of all others
final class EntropyBound {
    private EntropyBound() {}

    /// Nats.
    ///
    /// @param keys T, `>= 2`
    /// @param norm s, `>= 0`
    static double of(int keys, double norm) {
        var t = (double) keys;
        var b = Math.exp(-norm * Math.sqrt(t / (t - 1)));
        return Math.log1p((t - 1) * b) + norm * Math.sqrt(t * (t - 1)) * b / (1 + (t - 1) * b);
    }
}
