package io.evenkeel.studies.p60;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.evenkeel.random.RandomStream;
import io.evenkeel.tensor.Autograd;
import io.evenkeel.tensor.Scope;
import io.evenkeel.tensor.Tensor;
import io.evenkeel.tensor.Tensors;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Reference checks of linear stability and of the two models.
///
/// @paper P60
class StableMinimaTest {
    /// Gradients of 1 and 2 in one dimension: 2 m / (m2 / B + (1 - 1 / B) m^2) with m = 2.5 and m2 = 8.5.
    @Test
    void criticalRatesInOneDimension() {
        var scalar = new LinearNoise(new double[][] {{1}, {2}});
        assertThat(scalar.trace()).isEqualTo(2.5);
        assertThat(scalar.criticalRate(1)).isCloseTo(0.58824, within(1e-5));
        assertThat(scalar.criticalRate(2)).isCloseTo(0.67797, within(1e-5));
        assertThat(scalar.criticalRate(4)).isCloseTo(0.73394, within(1e-5));
        assertThat(scalar.criticalRate(8)).isCloseTo(0.76555, within(1e-5));
        assertThat(scalar.criticalRate(Double.POSITIVE_INFINITY)).isCloseTo(0.8, within(1e-5));
    }

    /// Orthogonal gradients of equal length: descent is stable up to 2 n / a^2, single examples up to 2 / a^2, where the bound on the
    /// trace is tight.
    @Test
    void orthogonalGradients() {
        var a = 1.5;
        var gradients = new double[4][4];
        for (var i = 0; i < 4; i++) {
            gradients[i][i] = a;
        }
        var minimum = new LinearNoise(gradients);
        assertThat(minimum.criticalRate(Double.POSITIVE_INFINITY)).isCloseTo(8 / (a * a), within(1e-4));
        assertThat(minimum.criticalRate(1)).isCloseTo(2 / (a * a), within(1e-4));
        assertThat(2 / minimum.trace()).isCloseTo(2 / (a * a), within(1e-12));
        assertThat(minimum.sharpness()).isCloseTo(a * a / 4, within(1e-9));
    }

    @Test
    void simulationAgrees() {
        var random = RandomStream.of(3, "gradients");
        var gradients = new double[8][4];
        for (var g : gradients) {
            Arrays.setAll(g, _ -> random.nextGaussian());
        }
        var minimum = new LinearNoise(gradients);
        for (var batch : new int[] {1, 8}) {
            assertThat(minimum.simulatedRate(batch, 1000, 200, 1) / minimum.criticalRate(batch)).isCloseTo(1, within(0.03));
        }
        assertThat(minimum.criticalRate(Double.POSITIVE_INFINITY) * minimum.sharpness()).isCloseTo(2, within(1e-4));
    }

    @Test
    void fewExamplesSpanLess() {
        var flat = LinearNoise.spanning(new double[][] {{1, 2, 2}, {2, 4, 4}, {0, 0, 1}});
        assertThat(flat.gradients()[0]).hasSize(2);
        assertThat(flat.trace()).isCloseTo((9 + 36 + 1) / 3.0, within(1e-12));
    }

    /// Diagonal network at a = b = sqrt(w) and inputs of ones: the trace is twice the l1 norm; scaling a up and b down keeps f.
    @Test
    void traceOfTheDiagonalNetwork() {
        var model = new DiagonalNet(5, 2000, 2, 0.5, RandomStream.of(1, "examples"));
        // E x^2 = 1
        assertThat(model.trace()).isCloseTo(2 * model.norm(), within(0.1));
        var before = model.residual(0);
        for (var j = 0; j < 5; j++) {
            model.parameters()[j] *= 2;
            model.parameters()[5 + j] /= 2;
        }
        assertThat(model.residual(0)).isCloseTo(before, within(1e-12));
        assertThat(model.trace()).isGreaterThan(2 * model.norm() + 1);
    }

    /// Gradients by hand against differences, and the trace by gradients against that by closed form.
    @Test
    void gradientsOfTheReluNetwork() {
        var model = new ReluNet(7, 3, 5, RandomStream.of(2, "examples"));
        for (var i = 0; i < 5; i++) {
            var g = model.gradient(i);
            for (var j = 0; j < model.size(); j++) {
                var p = model.parameters();
                var kept = p[j];
                p[j] = kept + 1e-6;
                var up = model.residual(i);
                p[j] = kept - 1e-6;
                var down = model.residual(i);
                p[j] = kept;
                assertThat(g[j]).isCloseTo((up - down) / 2e-6, within(1e-7));
            }
        }
        var h = new double[model.size()][model.size()];
        for (var i = 0; i < 5; i++) {
            var g = model.gradient(i);
            for (var j = 0; j < g.length; j++) {
                for (var k = 0; k < g.length; k++) {
                    h[j][k] += g[j] * g[k] / 5;
                }
            }
        }
        assertThat(model.sharpness()).isCloseTo(LinearNoise.largest(h), within(1e-8));
    }

    /// The trace by gradients is that of the Hessian where residuals are zero, by differentiating twice.
    @Test
    void traceIsThatOfTheHessianWithoutResiduals() {
        try (var _ = Scope.open()) {
            var x = Tensors.of(new double[] {0.3, -1.2, 0.7, 2.1, -0.4, 0.9}, 3, 2);
            var p = Tensors.of(new double[] {0.5, -0.8, 1.1, 0.4, -0.6}, 5).requiresGrad(true);
            var right = output(p, x).detach();
            var loss = output(p, x).sub(right).square().mean().div(2);
            var gradient = Autograd.grad(loss, List.of(p), true).getFirst();
            var trace = 0.0;
            for (var j = 0; j < 5; j++) {
                trace += Autograd.grad(gradient.select(0, j), List.of(p), true).getFirst().select(0, j).item();
            }
            var squares = 0.0;
            for (var i = 0; i < 3; i++) {
                squares += Autograd.grad(output(p, x).select(0, i), List.of(p), false).getFirst().square().sum().item();
            }
            assertThat(trace).isCloseTo(squares / 3, within(1e-8));
        }
    }

    /// Five parameters: `tanh(p0 x0 + p1 x1) p2 + p3 x0 p4`.
    private static Tensor output(Tensor p, Tensor x) {
        var x0 = x.select(1, 0);
        var x1 = x.select(1, 1);
        return x0.mul(p.select(0, 0)).add(x1.mul(p.select(0, 1))).tanh().mul(p.select(0, 2)).add(x0.mul(p.select(0, 3)).mul(p.select(0, 4)));
    }
}
