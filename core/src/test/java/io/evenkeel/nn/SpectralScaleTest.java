package io.evenkeel.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.evenkeel.random.RandomStream;
import io.evenkeel.tensor.DType;
import io.evenkeel.tensor.Linalg;
import io.evenkeel.tensor.Scope;
import io.evenkeel.tensor.Tensor;
import io.evenkeel.tensor.Tensors;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// @paper P49
class SpectralScaleTest {
    private static Linear layer(Reparametrisation how) {
        return new Linear(6, 5, false, Initializer.normal(0.3), Precision.FP32).reparametrised(how);
    }

    private static Tensor buffer(Module module) {
        var all = new TreeMap<String, Tensor>();
        module.forEachBuffer(all::put);
        return all.firstEntry().getValue();
    }

    /// A layer whose weight is given.
    private static Linear with(Reparametrisation how, Tensor weight) {
        long[] shape = weight.shape();
        return new Linear(shape[1], shape[0], false, (tensor, _) -> tensor.copy_(weight), Precision.FP32)
                .reparametrised(how);
    }

    /// The weight that the layer uses: what it makes of the unit vectors.
    private static Tensor used(Linear layer) {
        long in = layer.weight().shape()[1];
        return layer.forward(Tensors.eye(in)).transpose(0, 1);
    }

    /// diag(3, 1) from (1, 1) / sqrt 2: 82 / sqrt 820 after one iteration, then ever nearer to 3.
    @Test
    void onePowerIteration() {
        try (var _ = Scope.open()) {
            var layer = with(Reparametrisation.SPECTRAL_FIXED, Tensors.of(new float[] {3, 0, 0, 1}, 2, 2));
            try (var _ = Parameters.materialize(layer, RandomStream.of(1, "init"))) {
                buffer(layer).copy_(Tensors.full(Math.sqrt(0.5), DType.FLOAT32, 2));
                assertThat(3 / used(layer).detach().toDoubles()[0]).isCloseTo(82 / Math.sqrt(820), within(1e-6));
                for (var i = 0; i < 10; i++) {
                    used(layer);
                }
                assertThat(3 / used(layer).detach().toDoubles()[0]).isCloseTo(3, within(1e-6));
            }
        }
    }

    @Test
    void beginsExactly() {
        try (var _ = Scope.open()) {
            var layer = with(Reparametrisation.SPECTRAL_FIXED, Tensors.of(new float[] {3, 0, 0, 1}, 2, 2));
            try (var _ = Parameters.materialize(layer, RandomStream.of(1, "init"))) {
                assertThat(used(layer).detach().toDoubles())
                        .containsExactly(new double[] {1, 0, 0, 1.0 / 3}, within(1e-6));
            }
        }
    }

    /// At first it is the layer that it was.
    @Test
    void nothingChangesAtFirst() {
        try (var _ = Scope.open()) {
            var plain = new Linear(6, 5, false, Initializer.normal(0.3), Precision.FP32);
            var spectral = layer(Reparametrisation.SPECTRAL);
            try (var _ = Parameters.materialize(plain, RandomStream.of(1, "init"));
                    var _ = Parameters.materialize(spectral, RandomStream.of(1, "init"))) {
                var x = Tensors.randn(RandomStream.of(2, "x"), 4, 6);
                assertThat(spectral.forward(x)
                                .sub(plain.forward(x))
                                .abs()
                                .amax()
                                .item())
                        .isLessThan(1e-5);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void theWeightHasTheNormOfItsGain(Reparametrisation how) {
        try (var _ = Scope.open()) {
            var w = Tensors.randn(RandomStream.of(3, "w"), 5, 6);
            var layer = with(how, w);
            var larger = with(how, w.mul(7));
            try (var _ = Parameters.materialize(layer, RandomStream.of(1, "init"));
                    var _ = Parameters.materialize(larger, RandomStream.of(1, "init"))) {
                var first = how == Reparametrisation.SPECTRAL;
                var expected = first ? Linalg.svdvals(w).amax().item() : 1;
                assertThat(Linalg.svdvals(used(layer).detach()).amax().item()).isCloseTo(expected, within(1e-5));
                var scaled = used(larger).detach().div(first ? 7.0 : 1.0);
                assertThat(scaled.sub(used(layer).detach()).abs().amax().item()).isLessThan(1e-5);
            }
        }
    }

    /// Since only the direction of W counts, its gradient has no part along W.
    @Test
    void theGradientIsOrthogonal() {
        try (var _ = Scope.open()) {
            var layer = layer(Reparametrisation.SPECTRAL_FIXED);
            try (var _ = Parameters.materialize(layer, RandomStream.of(4, "init"))) {
                used(layer)
                        .mul(Tensors.randn(RandomStream.of(5, "up"), 5, 6))
                        .sum()
                        .backward();
                var weight = layer.weight();
                assertThat(weight.gradient().mul(weight.value().detach()).sum().item())
                        .isCloseTo(0, within(1e-5));
            }
        }
    }

    /// Several layers in one graph, from the first pass on.
    @Test
    void layersBehindEachOther() {
        try (var _ = Scope.open()) {
            var model = new Sequential();
            for (var i = 0; i < 3; i++) {
                model.then(
                        "layer" + i,
                        new Linear(6, 6, true, Initializer.normal(0.3), Precision.FP32)
                                .reparametrised(Reparametrisation.SPECTRAL));
            }
            try (var parameters = Parameters.materialize(model, RandomStream.of(8, "init"))) {
                model.forward(Tensors.randn(RandomStream.of(9, "x"), 4, 6))
                        .square()
                        .sum()
                        .backward();
                assertThat(parameters.gradientNorm()).isPositive().isFinite();
            }
        }
    }

    /// Evaluation, and looking on, leave the vectors as they are.
    @Test
    void onlyTrainingMovesTheVectors() {
        try (var _ = Scope.open()) {
            var layer = layer(Reparametrisation.SPECTRAL_FIXED);
            try (var _ = Parameters.materialize(layer, RandomStream.of(4, "init"))) {
                used(layer);
                layer.weight().value().detach().copy_(Tensors.randn(RandomStream.of(7, "w"), 5, 6));
                var before = buffer(layer).toDoubles();
                layer.train(false);
                used(layer);
                layer.train(true);
                layer.observeWith((_, _, _) -> {});
                used(layer);
                layer.observeWith(null);
                assertThat(buffer(layer).toDoubles()).containsExactly(before);
                used(layer);
                assertThat(buffer(layer).toDoubles()).isNotEqualTo(before);
            }
        }
    }
}
