package io.evenkeel.number;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.evenkeel.number.NumberFormat.Binary;
import io.evenkeel.tensor.Scope;
import io.evenkeel.tensor.Tensors;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Reference checks of the estimators.
///
/// @paper P68
class SurrogateTest {
    private static double slope(Surrogate surrogate, double z) {
        try (var _ = Scope.open()) {
            return surrogate.slope(Tensors.of(new float[] {(float) z}, 1)).item();
        }
    }

    private static double value(Surrogate surrogate, double z) {
        try (var _ = Scope.open()) {
            return surrogate.value(Tensors.of(new double[] {z}, 1)).item();
        }
    }

    private static Surrogate.Power power(double o) {
        return new Surrogate.Power(o, 0.1, 1.5);
    }

    @Test
    void slopesOfThePowerAreThePublishedOnes() {
        for (var z : new double[] {0.01, 0.1, 0.5, 1, 1.5}) {
            assertThat(slope(power(1), z)).isCloseTo(1, within(1e-6));
        }
        var second =
                new double[][] {{0.2, 1.118034}, {0.5, 0.707107}, {1, 0.5}, {1.5, 0.408248}, {0.05, 3.162278}, {1.6, 0}
                };
        var third = new double[][] {{0.2, 0.974673}, {0.5, 0.529134}, {1, 0.333333}, {1.5, 0.254381}, {0.05, 4.641589}};
        for (var sign : new int[] {1, -1}) {
            for (var each : second) {
                assertThat(slope(power(2), sign * each[0])).isCloseTo(each[1], within(1e-5));
            }
            for (var each : third) {
                assertThat(slope(power(3), sign * each[0])).isCloseTo(each[1], within(1e-5));
            }
        }
    }

    @Test
    void errorsFallWithThePower() {
        var expected = new double[][] {{1, 0.5625}, {2, 0.25}, {3, 0.136929}, {10, 0.016757}};
        for (var each : expected) {
            assertThat(Math.pow(1 - value(power(each[0]), 0.25), 2)).isCloseTo(each[1], within(1e-6));
        }
    }

    /// Between the bounds, slopes are those of the functions.
    @Test
    void slopesAreDerivatives() {
        for (var surrogate : List.of(
                new Surrogate.StraightThrough(1),
                power(2),
                power(3),
                new Surrogate.Tanh(0.3),
                new Surrogate.Tanh(4),
                new Surrogate.Parabola())) {
            for (var z : new double[] {-0.9, -0.3, 0.2, 0.7}) {
                var difference = (value(surrogate, z + 1e-5) - value(surrogate, z - 1e-5)) / 2e-5;
                assertThat(slope(surrogate, z)).as("%s at %s", surrogate, z).isCloseTo(difference, within(1e-4));
            }
        }
    }

    @Test
    void signsWithAScaleHaveBothGradients() {
        try (var _ = Scope.open()) {
            var w = Tensors.of(new float[] {0.5f, -1, 0, 2}, 4).requiresGrad(true);
            var binary = new Binary(power(2), true).through(w, null, null);
            assertThat(binary.toFloats()).containsExactly(0.875f, -0.875f, 0, 0.875f);
            binary.mul(Tensors.of(new float[] {1, 2, 3, 4}, 4)).sum().backward();
            var gradient = w.grad();
            // slope of the estimator times the scale, plus sign / 4 times the sum of signs times gradients,
            // 1 - 2 + 4
            assertThat(gradient == null ? new double[0] : gradient.toDoubles())
                    .containsExactly(
                            new double[] {0.707107 * 0.875 + 0.75, 2 * 0.5 * 0.875 - 0.75, 3 * 3.162278 * 0.875, 0.75},
                            within(1e-4));
        }
    }
}
