package io.evenkeel.optim;

import io.evenkeel.nn.Initializer;
import io.evenkeel.nn.Module;
import io.evenkeel.nn.Parameter;
import io.evenkeel.nn.Parameters;
import io.evenkeel.random.RandomStream;
import io.evenkeel.tensor.Autograd;
import io.evenkeel.tensor.Scope;
import io.evenkeel.tensor.Tensor;
import io.evenkeel.tensor.Tensors;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/// Trains one array `z` in place of all matrices and kernels (Desai and Shrivastava, "In defense of parameter sharing
/// for model-compression", 2024): weight `i` of tensor `j` is
///
///     W_j[i] = lambda_j G_j[i] z[index_j[i]]        lambda_j = sigma_j / halfWidth,   G = +-1
///
/// with `sigma_j = 1 / sqrt(inputs of an output)`. The gradient of a number of `z` is the sum of `lambda G g` over its
/// weights; when scaled, it is divided by `(sum of lambda)^2 / (count + 1e-3) + 1e-6`, so that weights move by the mean
/// of their gradients whatever
/// `halfWidth` is. Other tensors are trained as they are. At the start the matrices are overwritten by what the array
/// says.
///
/// @paper P78
final class SharedArray implements Optimizer {
    private static final int MATRIX = 2;
    private static final double SMALL = 1e-6;
    private static final double SMALL_COUNT = 1e-3;
    private static final String ARRAY = "shared.array";

    private final List<Parameter> shared;
    private final Tensor indices; // [n] INT64
    private final Tensor factors; // [n], lambda G
    private final @Nullable Tensor divisors; // [m]
    private final Parameters own;
    private final Parameter array; // [m]
    private final Optimizer ofArray;
    private final Optimizer ofRest;

    /// The array as a model of one parameter.
    private static final class Array extends Module {
        Array(long size, double halfWidth) {
            parameter("shared", Initializer.uniform(halfWidth), size);
        }
    }

    /// @param settings of the parameters of the model; those of the array are those of the first shared one
    /// @param clip     of the gradient of the array, and of that of the rest
    SharedArray(
            Sharing config, Parameters parameters, Clip clip, Function<Parameter, Optional<Chain.Settings>> settings) {
        shared = parameters.all().stream()
                .filter(parameter -> parameter.shape().length >= MATRIX
                        && settings.apply(parameter).isPresent())
                .toList();
        if (shared.isEmpty()) {
            throw new IllegalArgumentException("sharing must have a matrix or kernel to share but there is none");
        }
        try (var _ = Scope.open()) {
            var index = config.indices(shared);
            var lambdas = lambdas(config);
            var size = config.size(index.length);
            var signs = RandomStream.of(config.seed(), "signs");
            var signed = new float[index.length];
            for (var i = 0; i < signed.length; i++) {
                signed[i] = (float) (signs.nextBoolean() ? lambdas[i] : -lambdas[i]);
            }
            indices = Tensors.of(index, index.length).own();
            factors = Tensors.of(signed, signed.length).own();
            divisors = config.scaled()
                    ? Tensors.of(divisors(index, lambdas, size), size).own()
                    : null;
            own = Parameters.materialize(new Array(size, config.halfWidth()), RandomStream.of(config.seed(), "array"));
            array = own.all().getFirst();
        }
        var first = settings.apply(shared.getFirst());
        ofArray = new Chain(own, clip.build(own).stream().toList(), _ -> first);
        ofRest = new Chain(
                parameters,
                clip.build(parameters).stream().toList(),
                parameter -> shared.contains(parameter) ? Optional.empty() : settings.apply(parameter));
        recover();
    }

    private double[] lambdas(Sharing config) {
        var lambdas = new double
                [shared.stream().mapToInt(parameter -> (int) parameter.numel()).sum()];
        var from = 0;
        for (var parameter : shared) {
            var n = (int) parameter.numel();
            Arrays.fill(lambdas, from, from + n, Math.sqrt(parameter.shape()[0] / (double) n) / config.halfWidth());
            from += n;
        }
        return lambdas;
    }

    /// What the gradient of each number is divided by.
    static float[] divisors(long[] indices, double[] lambdas, int size) {
        var sums = new double[size];
        var counts = new double[size];
        for (var i = 0; i < indices.length; i++) {
            sums[(int) indices[i]] += lambdas[i];
            counts[(int) indices[i]]++;
        }
        var divisors = new float[size];
        for (var k = 0; k < size; k++) {
            divisors[k] = (float) (SMALL + sums[k] * sums[k] / (SMALL_COUNT + counts[k]));
        }
        return divisors;
    }

    @Override
    public void step(double factor, double gradientNorm) {
        try (var _ = Scope.open();
                var _ = Autograd.noGrad()) {
            var gradients = Tensors.cat(
                    shared.stream()
                            .map(parameter -> parameter.gradient().flatten(0, -1))
                            .toList(),
                    0); // [n]
            var sum = array.gradient().zero_().indexAdd(0, indices, gradients.mul(factors)); // [m]
            array.gradient().copy_(divisors == null ? sum : sum.div(divisors));
            ofArray.step(factor, own.gradientNorm());
            ofRest.step(factor, gradientNorm);
        }
        recover();
    }

    private void recover() {
        try (var _ = Scope.open();
                var _ = Autograd.noGrad()) {
            var weights = array.value().detach().indexSelect(0, indices).mul(factors); // [n]
            var from = 0L;
            for (var parameter : shared) {
                parameter
                        .value()
                        .detach()
                        .copy_(weights.narrow(0, from, parameter.numel()).view(parameter.shape()));
                from += parameter.numel();
            }
        }
    }

    @Override
    public Map<String, Tensor> tensors() {
        var tensors = new LinkedHashMap<>(ofRest.tensors());
        tensors.putAll(ofArray.tensors());
        tensors.put(ARRAY, own.values());
        return Collections.unmodifiableMap(tensors);
    }

    @Override
    public JsonNode state() {
        var state = JsonNodeFactory.instance.objectNode();
        state.set("array", ofArray.state());
        state.set("rest", ofRest.state());
        return state;
    }

    @Override
    public void restore(JsonNode state) {
        ofArray.restore(state.path("array"));
        ofRest.restore(state.path("rest"));
    }

    @Override
    public void scaleMoments(double keep) {
        ofArray.scaleMoments(keep);
        ofRest.scaleMoments(keep);
    }

    @Override
    public void close() {
        ofArray.close();
        ofRest.close();
        own.close();
        indices.close();
        factors.close();
        if (divisors != null) {
            divisors.close();
        }
    }
}
