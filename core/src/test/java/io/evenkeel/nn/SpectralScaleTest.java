package io.evenkeel.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.evenkeel.random.RandomStream;
import io.evenkeel.tensor.DType;
import io.evenkeel.tensor.Linalg;
import io.evenkeel.tensor.Scope;
import io.evenkeel.tensor.Tensor;
import io.evenkeel.tensor.Tensors;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// @paper P49
class SpectralScaleTest {
    private static Linear layer(Reparametrisation how) {
        return new Linear(6, 5, true, Initializer.normal(0.3), Precision.FP32).reparametrised(how);
    }

    private static Tensor buffer(Module module) {
        var all = new TreeMap<String, Tensor>();
        module.forEachBuffer(all::put);
        return all.firstEntry().getValue();
    }

    /// diag(3, 1) from (1, 1) / sqrt 2: 82 / sqrt 820 after one iteration, then ever nearer to 3.
    @Test
    void onePowerIteration() {
        try (var _ = Scope.open()) {
            var scale = new SpectralScale(Reparametrisation.SPECTRAL_FIXED, 2);
            var w = Tensors.of(new float[] {3, 0, 0, 1}, 2, 2);
            buffer(scale).copy_(Tensors.full(Math.sqrt(0.5), DType.FLOAT32, 2));
            assertThat(3 / scale.of(w).toDoubles()[0]).isCloseTo(82 / Math.sqrt(820), within(1e-6));
            for (var i = 0; i < 10; i++) {
                scale.of(w);
            }
            assertThat(3 / scale.of(w).toDoubles()[0]).isCloseTo(3, within(1e-6));
        }
    }

    @Test
    void beginsExactly() {
        try (var _ = Scope.open()) {
            var scale = new SpectralScale(Reparametrisation.SPECTRAL_FIXED, 2);
            assertThat(scale.of(Tensors.of(new float[] {3, 0, 0, 1}, 2, 2)).toDoubles())
                    .containsExactly(new double[] {1, 0, 0, 1.0 / 3}, within(1e-6));
        }
    }

    /// At first it is the layer that it was.
    @Test
    void nothingChangesAtFirst() {
        try (var _ = Scope.open()) {
            var plain = new Linear(6, 5, true, Initializer.normal(0.3), Precision.FP32);
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
            var scale = new SpectralScale(how, 6);
            try (var _ = Parameters.materialize(new Sequential().then("a", wrap(scale)), RandomStream.of(1, "init"))) {
                var expected = how == Reparametrisation.SPECTRAL
                        ? Linalg.svdvals(w).amax().item()
                        : 1;
                assertThat(Linalg.svdvals(scale.of(w)).amax().item()).isCloseTo(expected, within(1e-5));
                assertThat(scale.of(w.mul(7)).sub(scale.of(w)).abs().amax().item())
                        .isLessThan(1e-5);
            }
        }
    }

    private static Layer wrap(SpectralScale scale) {
        return new Layer() {
            {
                child("scale", scale);
            }

            @Override
            public Tensor forward(Tensor x) {
                return scale.of(x);
            }
        };
    }

    /// Since only the direction of W counts, its gradient has no part along W.
    @Test
    void theGradientIsOrthogonal() {
        try (var _ = Scope.open()) {
            var w = Tensors.randn(RandomStream.of(4, "w"), 5, 6).requiresGrad(true);
            var scale = new SpectralScale(Reparametrisation.SPECTRAL_FIXED, 6);
            scale.of(w).mul(Tensors.randn(RandomStream.of(5, "up"), 5, 6)).sum().backward();
            assertThat(Objects.requireNonNull(w.grad()).mul(w.detach()).sum().item())
                    .isCloseTo(0, within(1e-5));
        }
    }

    /// Evaluation, and looking on, leave the vectors as they are.
    @Test
    void onlyTrainingMovesTheVectors() {
        try (var _ = Scope.open()) {
            var scale = new SpectralScale(Reparametrisation.SPECTRAL_FIXED, 6);
            scale.of(Tensors.randn(RandomStream.of(6, "w"), 5, 6));
            var other = Tensors.randn(RandomStream.of(7, "w"), 5, 6);
            var before = buffer(scale).toDoubles();
            scale.train(false);
            scale.of(other);
            scale.train(true);
            scale.observeWith((_, _, _) -> {});
            scale.of(other);
            scale.observeWith(null);
            assertThat(buffer(scale).toDoubles()).containsExactly(before);
            scale.of(other);
            assertThat(buffer(scale).toDoubles()).isNotEqualTo(before);
        }
    }
}
