package io.evenkeel.probe;

import io.evenkeel.tensor.DType;
import io.evenkeel.tensor.Scope;
import io.evenkeel.tensor.Tensor;

/// How alike two representations of the same examples are: linear centred kernel alignment (Kornblith et al.,
/// "Similarity of neural network representations revisited", 2019).
public final class Cka {
    private Cka() {}

    /// `|Yc^T Xc|^2 / (|Xc^T Xc| |Yc^T Yc|)`, Frobenius norms, columns centred: 1 for representations equal up to
    /// rotation and scale, 0 for orthogonal ones. NaN when one does not vary or an element is not finite.
    ///
    /// @param x `[n, p]`, a row an example
    /// @param y `[n, q]`
    public static double linear(Tensor x, Tensor y) {
        try (var _ = Scope.open()) {
            var xc = centred(x);
            var yc = centred(y);
            var cross = yc.transpose(0, 1).matmul(xc).norm().item();
            var ofX = xc.transpose(0, 1).matmul(xc).norm().item();
            var ofY = yc.transpose(0, 1).matmul(yc).norm().item();
            return cross * cross / (ofX * ofY);
        }
    }

    private static Tensor centred(Tensor x) {
        var doubles = x.detach().to(DType.FLOAT64);
        return doubles.sub(doubles.mean(true, 0));
    }
}
