package io.evenkeel.probe;

import io.evenkeel.tensor.Scope;
import io.evenkeel.tensor.Tensor;
import java.util.Map;
import java.util.function.UnaryOperator;
import tools.jackson.databind.JsonNode;

/// The largest eigenvalue of an operator that changes slowly: each search starts from the last eigenvector, so that one
/// short cycle follows it; the first, without one, takes more.
final class TopEigenvector implements AutoCloseable {
    private static final String VECTOR = "vector";
    /// Vectors of one cycle; the memory it takes in copies of the parameters.
    private static final int BASIS = 4;

    private static final int FIRST_PRODUCTS = 24;
    private static final int PRODUCTS = 4;
    private static final double TOLERANCE = 0.01;

    private final String name;
    private final TensorState kept = new TensorState();

    TopEigenvector(String name) {
        this.name = name;
    }

    /// Searches; a search that meets a value that is not finite leaves the kept vector alone.
    Lanczos.Result find(LossCurvature curvature, UnaryOperator<Tensor> operator) {
        try (var scope = Scope.open()) {
            var last = kept.get(VECTOR);
            var products = last != null ? PRODUCTS : FIRST_PRODUCTS;
            var start = last != null
                    ? last
                    : Lanczos.start(name, curvature.size(), curvature.ones().dtype());
            var result = new Lanczos(BASIS, products, TOLERANCE).largest(operator, start);
            if (result.isFinite()) {
                kept.put(VECTOR, result.vector());
            }
            scope.keep(result.vector());
            return result;
        }
    }

    JsonNode state() {
        return kept.layout();
    }

    void restore(JsonNode state) {
        kept.restore(state);
    }

    Map<String, Tensor> tensors() {
        return kept.tensors();
    }

    @Override
    public void close() {
        kept.close();
    }
}
