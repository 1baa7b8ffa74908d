package io.evenkeel.probe;

import io.evenkeel.metric.Readings;
import io.evenkeel.nn.Parameter;
import io.evenkeel.random.RandomStream;
import io.evenkeel.tensor.Tensor;
import io.evenkeel.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/// Spectral norm of each weight matrix by power iteration on `W^T W`, and its stable rank `|W|_F^2 / |W|_2^2`. The
/// vector is kept from one measurement to the next, so that few iterations follow a slowly changing matrix. Weights of
/// more than two dimensions count as `[out, rest]`.
///
/// @paper P49 the spectral norms of the query and key weights bound attention's logits
final class SpectralNorms implements Probe.Gradients {
    private static final int FIRST_ITERATIONS = 30;
    private static final int ITERATIONS = 3;

    private static final About ABOUT = new About(
            "spectral-norms",
            "spectral norm and stable rank of each weight matrix",
            200,
            false,
            List.of("weight/spectral_norm/*", "weight/stable_rank/*"));

    private final TensorState vectors = new TensorState();

    @Override
    public About about() {
        return ABOUT;
    }

    @Override
    public void measure(StepView view, Readings readings) {
        var names = new ArrayList<String>();
        var matrices = new ArrayList<Tensor>();
        var directions = new ArrayList<Tensor>();
        var norms = new ArrayList<Tensor>();
        for (var parameter : view.parameters().all()) {
            if (isMatrix(parameter)) {
                var matrix = matrix(parameter); // [m, n]
                var direction = iterate(parameter.name(), matrix); // [n]
                names.add(parameter.name());
                matrices.add(matrix);
                directions.add(direction);
                norms.add(matrix.matmul(direction).norm());
            }
        }
        var spectral = Scalars.read(norms);
        var frobenius = Scalars.norms(matrices);
        for (var i = 0; i < spectral.length; i++) {
            readings.put("weight/spectral_norm/" + names.get(i), spectral[i]);
            if (spectral[i] != 0) {
                var ratio = frobenius[i] / spectral[i];
                readings.put("weight/stable_rank/" + names.get(i), ratio * ratio);
            }
            if (Double.isFinite(spectral[i]) && spectral[i] > 0) {
                vectors.put(names.get(i), directions.get(i));
            }
        }
    }

    static boolean isMatrix(Parameter parameter) {
        return parameter.shape().length >= 2;
    }

    static Tensor matrix(Parameter parameter) {
        return parameter.value().detach().reshape(parameter.shape()[0], -1);
    }

    private Tensor iterate(String name, Tensor matrix) {
        var kept = vectors.get(name);
        var vector = kept != null
                ? kept
                : Tensors.randn(RandomStream.of(0, "probe/spectral-norms").split(name), matrix.size(1));
        for (var i = 0; i < (kept != null ? ITERATIONS : FIRST_ITERATIONS); i++) {
            var next = matrix.transpose(0, 1).matmul(matrix.matmul(vector));
            vector = next.div(next.norm().clampMin(Float.MIN_NORMAL));
        }
        return vector;
    }

    @Override
    public JsonNode state() {
        return vectors.layout();
    }

    @Override
    public void restore(JsonNode state) {
        vectors.restore(state);
    }

    @Override
    public Map<String, Tensor> tensors() {
        return vectors.tensors();
    }

    @Override
    public void close() {
        vectors.close();
    }
}
