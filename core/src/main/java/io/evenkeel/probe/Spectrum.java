package io.evenkeel.probe;

import io.evenkeel.tensor.DType;
import io.evenkeel.tensor.Linalg;
import io.evenkeel.tensor.Scope;
import io.evenkeel.tensor.Tensor;

/// Summaries of the singular values `s` of a matrix.
public final class Spectrum {
    private Spectrum() {}

    /// `exp(-sum p ln p)` with `p = s / sum s` (Roy and Vetterli, "The effective rank", 2007): 1 for a matrix of
    /// rank one, `k` for `k` equal singular values. The columns are not centred, so vectors that all become equal
    /// show as rank one. NaN for a matrix of zeros or with an element that is not finite.
    ///
    /// @param matrix `[m, n]`
    public static double effectiveRank(Tensor matrix) {
        try (var _ = Scope.open()) {
            var values = singularValues(matrix);
            var sum = 0.0;
            for (var value : values) {
                sum += value;
            }
            var entropy = 0.0;
            for (var value : values) {
                var p = value / sum;
                entropy -= p > 0 ? p * Math.log(p) : 0;
            }
            return sum > 0 ? Math.exp(entropy) : Double.NaN;
        }
    }

    /// Singular values as roots of the eigenvalues of the smaller Gram matrix, in double precision: the entropy
    /// does not feel what squaring loses (below 1e-8 of the largest). Empty when an element is not finite.
    private static double[] singularValues(Tensor matrix) {
        var x = matrix.detach().to(DType.FLOAT64); // [m, n]
        var gram = x.size(0) < x.size(1)
                ? x.matmul(x.transpose(0, 1))
                : x.transpose(0, 1).matmul(x);
        if (!Double.isFinite(gram.sum().item())) {
            return new double[0];
        }
        var values = Linalg.eigvalsh(gram).toDoubles();
        for (var i = 0; i < values.length; i++) {
            values[i] = Math.sqrt(Math.max(0, values[i]));
        }
        return values;
    }
}
