package io.evenkeel.probe;

import io.evenkeel.random.RandomStream;
import io.evenkeel.tensor.DType;
import io.evenkeel.tensor.Linalg;
import io.evenkeel.tensor.Scope;
import io.evenkeel.tensor.Tensor;
import io.evenkeel.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/// The largest eigenvalue of a symmetric operator that is known by its products with vectors: Lanczos' method with
/// full re-orthogonalisation, restarted from the best vector found.
///
/// It needs fewer products than power iteration, and finds the largest eigenvalue even where a negative one is larger
/// in magnitude.
///
/// @param basis       vectors of one cycle, >= 1: the memory it takes
/// @param maxProducts products in all, >= 1
/// @param tolerance   residual over eigenvalue at which it is content
public record Lanczos(int basis, int maxProducts, double tolerance) {
    /// Off-diagonal below which, relative to the operator's scale, a basis spans an invariant subspace of FLOAT32
    /// vectors.
    private static final double BREAKDOWN = 1e-6;

    public Lanczos {
        if (basis < 1 || maxProducts < 1) {
            throw new IllegalArgumentException(
                    "basis and maxProducts must be >= 1 but were " + basis + " and " + maxProducts);
        }
    }

    /// What was found.
    ///
    /// @param largest  the largest eigenvalue, never above the true one but for rounding; NaN when a product is not
    ///                 finite
    /// @param residual `|A x - largest x|`: an eigenvalue lies within that distance
    /// @param vector   the eigenvector `x`, `[n]`, length 1; not finite when `largest` is not
    /// @param products how many products it took
    public record Result(double largest, double residual, Tensor vector, int products) {
        boolean isFinite() {
            return Double.isFinite(largest);
        }
    }

    /// Runs from a start vector (not zero, any length). The result's vector belongs to the open scope.
    public Result largest(UnaryOperator<Tensor> operator, Tensor start) {
        try (var scope = Scope.open()) {
            var result = cycle(operator, start, Math.min(basis, maxProducts));
            while (result.isFinite()
                    && result.residual() > tolerance * Math.abs(result.largest())
                    && result.products() < maxProducts) {
                var next = cycle(operator, result.vector(), Math.min(basis, maxProducts - result.products()));
                result =
                        new Result(next.largest(), next.residual(), next.vector(), result.products() + next.products());
            }
            scope.keep(result.vector());
            return result;
        }
    }

    private Result cycle(UnaryOperator<Tensor> operator, Tensor start, int length) {
        try (var scope = Scope.open()) {
            var vectors = new ArrayList<Tensor>();
            var diagonal = new ArrayList<Double>();
            var offDiagonal = new ArrayList<Double>();
            vectors.add(start.div(start.norm()));
            while (true) {
                var q = vectors.getLast();
                var w = operator.apply(q);
                var alpha = w.dot(q).item();
                diagonal.add(alpha);
                // Twice is enough (Giraud et al. 2005): the first pass leaves rounding errors of its
                // size.
                for (var pass = 0; pass < 2; pass++) {
                    for (var vector : vectors) {
                        w = w.sub(vector.mul(vector.dot(w)));
                    }
                }
                var beta = w.norm().item();
                offDiagonal.add(beta);
                if (!Double.isFinite(alpha) || !Double.isFinite(beta)) {
                    return new Result(Double.NaN, Double.NaN, scope.keep(w), diagonal.size());
                }
                if (diagonal.size() == length || beta <= BREAKDOWN * scale(diagonal, offDiagonal)) {
                    break;
                }
                vectors.add(w.div(beta));
            }
            return ritz(scope, vectors, diagonal, offDiagonal);
        }
    }

    /// Gershgorin's bound of the magnitude of the tridiagonal matrix.
    private static double scale(List<Double> diagonal, List<Double> offDiagonal) {
        var scale = 0.0;
        for (var i = 0; i < diagonal.size(); i++) {
            var below = i == 0 ? 0 : offDiagonal.get(i - 1);
            var above = i == diagonal.size() - 1 ? 0 : offDiagonal.get(i);
            scale = Math.max(scale, Math.abs(diagonal.get(i)) + below + above);
        }
        return scale;
    }

    /// Eigenvalues of the operator within the span of `vectors`. The tridiagonal matrix is shifted to be positive
    /// semi-definite, so that its singular values are its eigenvalues.
    private static Result ritz(Scope scope, List<Tensor> vectors, List<Double> diagonal, List<Double> offDiagonal) {
        var size = diagonal.size();
        var shift = scale(diagonal, offDiagonal);
        var matrix = new double[size * size];
        for (var i = 0; i < size; i++) {
            matrix[i * size + i] = diagonal.get(i) + shift;
            if (i > 0) {
                matrix[i * size + i - 1] = offDiagonal.get(i - 1);
                matrix[(i - 1) * size + i] = offDiagonal.get(i - 1);
            }
        }
        var svd = Linalg.svd(Tensors.of(matrix, size, size));
        var largest = svd.s().select(0, 0).item() - shift;
        var weights = svd.u().select(1, 0).toDoubles();
        var vector = vectors.getFirst().mul(weights[0]);
        for (var i = 1; i < size; i++) {
            vector.add_(vectors.get(i), weights[i]);
        }
        return new Result(
                largest,
                offDiagonal.getLast() * Math.abs(weights[size - 1]),
                scope.keep(vector.div_(vector.norm())),
                size);
    }

    /// A start vector with a part in every direction, the same for every run.
    static Tensor start(String name, long size, DType dtype) {
        return Tensors.randn(RandomStream.of(0, "probe/" + name), size).to(dtype);
    }
}
