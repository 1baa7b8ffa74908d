package io.evenkeel.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.evenkeel.data.Batch;
import io.evenkeel.metric.SeriesNames;
import io.evenkeel.random.RandomStream;
import io.evenkeel.tensor.Autograd;
import io.evenkeel.tensor.DType;
import io.evenkeel.tensor.Engine;
import io.evenkeel.tensor.Functional;
import io.evenkeel.tensor.Linalg;
import io.evenkeel.tensor.Tensor;
import io.evenkeel.tensor.Tensors;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class CurvatureTest extends ScopedTest {
    private static final int SIZE = 12;

    /// A symmetric matrix with those eigenvalues in random directions.
    private static Tensor symmetric(RandomStream random, double... eigenvalues) {
        var q = Linalg.qr(Tensors.randn(random, eigenvalues.length, eigenvalues.length)
                        .to(DType.FLOAT64))
                .q();
        var d = Tensors.of(eigenvalues, 1, eigenvalues.length);
        return q.mul(d).matmul(q.transpose(0, 1)).to(DType.FLOAT32);
    }

    private static double[] eigenvalues() {
        var values = new double[SIZE];
        for (var i = 0; i < SIZE; i++) {
            values[i] = 0.1 * i - 0.3;
        }
        values[0] = -9;
        values[SIZE - 1] = 5;
        return values;
    }

    private static Tensor quadratic(Tensor matrix, Tensor x) {
        return x.dot(matrix.matmul(x)).div(2);
    }

    @Test
    void lanczosFindsTheLargestEigenvalueAlthoughANegativeOneIsLargerInMagnitude() {
        var matrix = symmetric(RandomStream.of(3, "a"), eigenvalues());
        var result = new Lanczos(4, 60, 1e-4).largest(matrix::matmul, Lanczos.start("test", SIZE, DType.FLOAT32));
        assertThat(result.largest()).isCloseTo(5, within(1e-4));
        assertThat(result.residual()).isLessThan(5e-4);
        assertThat(result.products()).isLessThanOrEqualTo(60);
        var image = matrix.matmul(result.vector());
        assertThat(image.sub(result.vector().mul(5)).norm().item()).isLessThan(1e-3);
        // One cycle as long as the space is exact from any start.
        assertThat(new Lanczos(SIZE, SIZE, 0)
                        .largest(matrix::matmul, Tensors.ones(SIZE))
                        .largest())
                .isCloseTo(5, within(1e-5));
    }

    @Test
    void lanczosKnowsInvariantSubspacesZeroAndWhatIsNotFinite() {
        var identity = new Lanczos(4, 8, 1e-6).largest(x -> x.mul(3), Tensors.ones(5));
        assertThat(identity.largest()).isCloseTo(3, within(1e-6));
        assertThat(identity.products()).isEqualTo(1);
        var zero = new Lanczos(4, 8, 1e-6).largest(x -> x.mul(0), Tensors.ones(5));
        assertThat(zero.largest()).isZero();
        var nan = new Lanczos(4, 8, 1e-6).largest(x -> x.mul(Double.NaN), Tensors.ones(5));
        assertThat(nan.isFinite()).isFalse();
    }

    @Test
    void productsOfTheHessianAreThoseOfTheMatrixForOnePartAndForSeveral() {
        var matrix = symmetric(RandomStream.of(4, "b"), 1, 2, 3, 4, 5, 6);
        var x = Tensors.randn(RandomStream.of(4, "x"), 2).requiresGrad(true);
        var y = Tensors.randn(RandomStream.of(4, "y"), 2, 2).requiresGrad(true);
        var unused = Tensors.ones(3).requiresGrad(true);
        Supplier<Tensor> loss = () -> quadratic(matrix, Tensors.cat(List.of(x, y.reshape(-1)), 0));
        var vector = Tensors.cat(List.of(Tensors.randn(RandomStream.of(4, "u"), 6), Tensors.ones(3)), 0);
        var expected = matrix.matmul(vector.narrow(0, 0, 6)).toFloats();
        for (var parts : List.of(
                List.of(loss),
                List.of(loss, () -> loss.get().mul(3), () -> loss.get().mul(-1)))) {
            var curvature = new LossCurvature(List.of(x, y, unused), parts);
            var product = curvature.product(vector).toFloats();
            for (var i = 0; i < 6; i++) {
                assertThat(product[i]).isCloseTo(expected[i], within(1e-5f));
            }
            assertThat(product).endsWith(0, 0, 0);
            var gradient =
                    matrix.matmul(Tensors.cat(List.of(x.detach(), y.detach().reshape(-1)), 0));
            assertThat(curvature.gradient().narrow(0, 0, 6).sub(gradient).norm().item())
                    .isLessThan(1e-5);
        }
        assertThat(x.grad()).isNull();
    }

    @Test
    void aLinearLossHasNoCurvature() {
        var x = Tensors.ones(3).requiresGrad(true);
        var curvature = new LossCurvature(List.of(x), List.of(() -> x.mul(2).sum()));
        assertThat(curvature.product(Tensors.ones(3)).toDoubles()).containsOnly(0);
        assertThat(curvature.gradient().toDoubles()).containsOnly(2);
    }

    private static Function<Batch, Tensor> loss(Fixture model, Tensor matrix) {
        return _ -> quadratic(matrix, model.p(0).value());
    }

    @Test
    void sharpnessOfAQuadraticIsItsLargestEigenvalueAgainstTwoOverTheLearningRate() {
        try (var model = new Fixture(new long[] {SIZE});
                var probe = new Sharpness()) {
            model.lr = 0.2;
            var matrix = symmetric(RandomStream.of(5, "c"), eigenvalues());
            var view = model.view(loss(model, matrix));
            for (var i = 0; i < 4; i++) {
                // Each measurement goes on from the last eigenvector.
                Fixture.run(probe, view);
            }
            var readings = Fixture.run(probe, view);
            assertThat(readings.get(SeriesNames.SHARPNESS)).isCloseTo(5, within(1e-3));
            assertThat(readings.get(SeriesNames.SHARPNESS_RATIO)).isCloseTo(0.5, within(1e-4));
        }
    }

    @Test
    void aNanDoesNotEnterTheKeptEigenvector() {
        try (var model = new Fixture(new long[] {SIZE});
                var probe = new Sharpness()) {
            var matrix = symmetric(RandomStream.of(5, "c"), eigenvalues());
            Fixture.run(probe, model.view(loss(model, matrix)));
            var before = probe.tensors().get("vector").toFloats();
            var bad = Fixture.run(probe, model.view(loss(model, matrix.mul(Double.NaN))));
            assertThat(bad.get(SeriesNames.SHARPNESS)).isNaN();
            assertThat(probe.tensors().get("vector").toFloats()).containsExactly(before);
        }
    }

    @Test
    void preconditionedSharpnessDividesByTheRootOfTheSecondMoment() {
        try (var model = new Fixture(new long[] {2});
                var probe = new PreconditionedSharpness()) {
            // H = diag(4, 6), sqrt(v) = (2, 1): P^-1/2 H P^-1/2 = diag(2, 6).
            var view = secondMoments(model, 4, 1).view(b -> {
                var x = model.p(0).value();
                return x.square().mul(Tensors.of(new float[] {2, 3}, 2)).sum();
            });
            var readings = Fixture.run(probe, view);
            assertThat(readings.get(SeriesNames.PRECONDITIONED_SHARPNESS)).isCloseTo(6, within(1e-4));
            // (2 + 2 * 0.9) / (1 - 0.9) / 0.1 = 380
            assertThat(readings.get(SeriesNames.PRECONDITIONED_SHARPNESS_RATIO)).isCloseTo(6 / 380.0, within(1e-6));
            model.optimizer.isAdaptive = false;
            assertThat(Fixture.run(probe, model.view()).has(SeriesNames.PRECONDITIONED_SHARPNESS))
                    .isFalse();
        }
    }

    /// Bias-corrected second moments, as after many updates.
    private static Fixture secondMoments(Fixture model, double... values) {
        model.optimizer.updates = 1_000_000;
        model.optimizer.tensors().get("p0.second_moment").copy_(Tensors.of(values, values.length));
        return model;
    }

    @Test
    void theTraceOfADiagonalHessianIsExactAndOfAnyWithinItsError() {
        try (var model = new Fixture(new long[] {SIZE})) {
            var matrix = symmetric(RandomStream.of(6, "d"), eigenvalues());
            var trace = -9 + 5.0;
            for (var i = 1; i < SIZE - 1; i++) {
                trace += 0.1 * i - 0.3;
            }
            var readings = Fixture.run(new HessianTrace(400), model.view(loss(model, matrix)));
            var error = readings.get("hessian/trace_standard_error");
            assertThat(error).isBetween(0.1, 1.0);
            assertThat(readings.get(SeriesNames.HESSIAN_TRACE)).isCloseTo(trace, within(4 * error));
            var diagonal = Fixture.run(
                    new HessianTrace(),
                    model.view(_ -> model.p(0).value().square().sum()));
            assertThat(diagonal.get(SeriesNames.HESSIAN_TRACE)).isCloseTo(2.0 * SIZE, within(1e-4));
            assertThat(diagonal.get("hessian/trace_standard_error")).isCloseTo(0, within(1e-4));
            assertThat(diagonal.get("hessian/trace_ratio")).isCloseTo(2.0 * SIZE * 0.1 / 2, within(1e-5));
        }
    }

    @Test
    void directionalSharpnessOfGradientDescentIsHalfTheProductWithTheLearningRate() {
        try (var model = new Fixture(new long[] {2})) {
            var x = model.p(0).value();
            x.detach().copy_(Tensors.of(new float[] {3, -1}, 2));
            // loss = (2 x0^2 + 6 x1^2) / 2, step along (0, g): curvature 6 along the update, at lr 0.1
            // ratio 0.3
            var view = model.view(_ ->
                    x.square().mul(Tensors.of(new float[] {1, 3}, 2)).sum());
            var readings = Fixture.run(
                    new DirectionalSharpness(), view, () -> x.detach().add_(Tensors.of(new float[] {0, 6}, 2), 0.1));
            assertThat(readings.get("sharpness/directional")).isCloseTo(6, within(1e-5));
            assertThat(readings.get(SeriesNames.DIRECTIONAL_SHARPNESS_RATIO)).isCloseTo(0.3, within(1e-5));
            // promised: g . d = -6 * 0.6; curvature adds 6 * 0.36 / 2
            assertThat(readings.get("sharpness/first_order")).isCloseTo(-3.6, within(1e-5));
            assertThat(readings.get("sharpness/second_order")).isCloseTo(1.08, within(1e-5));
            assertThat(Fixture.run(new DirectionalSharpness(), view).has("sharpness/directional"))
                    .isFalse();
        }
    }

    @Test
    void curvatureGoesThroughFusedAttentionAndPutsItBack() {
        assertThat(Engine.fusedAttention()).isTrue();
        try (var model = new Fixture(new long[] {1, 2, 8, 4});
                var probe = new Sharpness()) {
            model.p(0).value().detach().normal_(RandomStream.of(7, "q"), 0, 1);
            var q = model.p(0).value();
            var readings = Fixture.run(
                    probe,
                    model.view(_ -> Functional.scaledDotProductAttention(q, q, q, null, true, 0.5)
                            .square()
                            .sum()));
            assertThat(readings.get(SeriesNames.SHARPNESS)).isFinite().isPositive();
        }
        assertThat(Engine.fusedAttention()).isTrue();
    }

    @Test
    void aParameterWithoutAGradientIsNoDirection() {
        try (var model = new Fixture(new long[] {2}, new long[] {3});
                var probe = new Sharpness()) {
            model.p(1).value().requiresGrad(false);
            var readings = Fixture.run(
                    probe, model.view(_ -> model.p(0).value().square().sum()), () -> {});
            assertThat(readings.get(SeriesNames.SHARPNESS)).isCloseTo(2, within(1e-5));
            assertThat(probe.tensors().get("vector").numel()).isEqualTo(2);
        }
    }

    @Test
    void curvatureWorksWhereNoGraphIsRecorded() {
        var x = Tensors.ones(2).requiresGrad(true);
        try (var _ = Autograd.noGrad()) {
            var curvature = new LossCurvature(List.of(x), List.of(() -> x.pow(3).sum()));
            assertThat(curvature.product(Tensors.ones(2)).toDoubles()).containsOnly(6);
        }
    }
}
