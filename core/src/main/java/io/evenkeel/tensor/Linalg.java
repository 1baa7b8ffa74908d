package io.evenkeel.tensor;

import org.bytedeco.pytorch.StringViewOptional;
import org.bytedeco.pytorch.global.torch;

/// Decompositions of matrices `[.., m, n]`.
public final class Linalg {
    private Linalg() {}

    /// Singular values, largest first, `[.., min(m, n)]`.
    public static Tensor svdvals(Tensor matrix) {
        return Tensor.op("svdvals", () -> torch.linalg_svdvals(matrix.at()), matrix);
    }

    /// `matrix = u diag(s) vh`.
    ///
    /// @param u  `[.., m, k]` with `k = min(m, n)`
    /// @param s  singular values, largest first, `[.., k]`
    /// @param vh `[.., k, n]`
    public record Svd(Tensor u, Tensor s, Tensor vh) {}

    /// The reduced singular value decomposition.
    public static Svd svd(Tensor matrix) {
        try {
            var usv = torch.linalg_svd(matrix.at(), false, new StringViewOptional());
            return new Svd(
                    Tensor.wrapElement(usv.get0()), Tensor.wrapElement(usv.get1()), Tensor.wrapElement(usv.get2()));
        } catch (RuntimeException e) {
            throw TensorException.of("svd", e, matrix);
        }
    }

    /// Eigenvalues of a symmetric matrix, smallest first; only the lower triangle is read.
    public static Tensor eigvalsh(Tensor matrix) {
        return Tensor.op("eigvalsh", () -> torch.linalg_eigvalsh(matrix.at()), matrix);
    }

    /// An orthonormal basis and the rest.
    ///
    /// @param q orthonormal columns
    /// @param r upper triangular
    public record Qr(Tensor q, Tensor r) {}

    /// The reduced QR decomposition.
    public static Qr qr(Tensor matrix) {
        try {
            var qr = torch.linalg_qr(matrix.at());
            return new Qr(Tensor.wrapElement(qr.get0()), Tensor.wrapElement(qr.get1()));
        } catch (RuntimeException e) {
            throw TensorException.of("qr", e, matrix);
        }
    }
}
