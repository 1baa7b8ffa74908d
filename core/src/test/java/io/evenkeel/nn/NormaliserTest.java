package io.evenkeel.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.evenkeel.tensor.Scope;
import io.evenkeel.tensor.Tensors;
import java.util.Objects;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Rows of logits and their weights, by hand.
///
/// @paper P45
class NormaliserTest {
    private static final double MASKED = Double.NEGATIVE_INFINITY;

    private static double[] weights(Normaliser normaliser, double... logits) {
        try (var _ = Scope.open()) {
            return normaliser.weights(Tensors.of(logits, 1, logits.length)).toDoubles();
        }
    }

    private static Normaliser sharpened(double power) {
        return new Normaliser.Softplus(1e-8, power);
    }

    private static void assertRow(double[] found, double... expected) {
        assertThat(found).containsExactly(expected, within(5.1e-5));
    }

    @Test
    void softplusShares() {
        assertRow(weights(sharpened(0), 3.4593, 0.7687, -1.1531, 1.9218), 0.5006, 0.1649, 0.0393, 0.2952);
        assertRow(weights(sharpened(0), 0, 1, 2), 0.1677, 0.3177, 0.5146);
        assertRow(weights(sharpened(0), 10, 20), 0.3333, 0.6667);
        assertRow(weights(sharpened(0), 0), 1);
    }

    @Test
    void onlyMoreThanItsShareSurvives() {
        assertRow(weights(sharpened(1), 3.4593, 0.7687, -1.1531, 1.9218), 0.8471, 0, 0, 0.1529);
        assertRow(weights(sharpened(3), 3.4593, 0.7687, -1.1531, 1.9218), 0.9942, 0, 0, 0.0058);
        assertRow(weights(sharpened(15), 3.4593, 0.7687, -1.1531, 1.9218), 1, 0, 0, 0);
        assertRow(weights(sharpened(1), 2, 2.5, 3, 0), 0.0106, 0.3292, 0.6602, 0);
        assertRow(weights(sharpened(3), 2, 2.5, 3, 0), 0, 0.1103, 0.8897, 0);
        assertRow(weights(sharpened(15), 2, 2.5, 3, 0), 0, 2.9e-5, 1, 0);
    }

    @Test
    void tiesStay() {
        for (var power : new double[] {1, 3, 15}) {
            assertRow(weights(sharpened(power), -1, 0, 2, 2), 0, 0, 0.5, 0.5);
        }
    }

    /// Rows of fewer than four keys have no offset, and masked keys do not count.
    @Test
    void firstRows() {
        var half = Math.log(16) * Math.log(2) * 0.5;
        assertRow(weights(sharpened(3), half, -half), 0.9842, 0.0158);
        assertRow(weights(sharpened(3), half, -half, MASKED, MASKED), 0.9842, 0.0158, 0, 0);
        assertRow(weights(sharpened(15), 1, MASKED), 1, 0);
    }

    /// A row in which nothing has more than its share keeps its shares.
    @Test
    void uniformRows() {
        assertRow(weights(sharpened(15), 1, 1, 1, 1, 1), 0.2, 0.2, 0.2, 0.2, 0.2);
    }

    @Test
    void neitherLongRowsNorLargeLogitsOverflow() {
        var row = DoubleStream.concat(
                        DoubleStream.of(1000),
                        DoubleStream.generate(() -> -1000).limit(999))
                .toArray();
        var found = weights(sharpened(15), row);
        assertThat(found[0]).isCloseTo(1, within(1e-6));
        assertThat(DoubleStream.of(found).sum()).isCloseTo(1, within(1e-6));
    }

    /// Central differences of a weighted sum of the weights.
    @Test
    void gradientOfTheSharpened() {
        var logits = new double[] {2, 2.5, 3, 0, 1.2};
        var upstream = new double[] {0.3, -1, 0.5, 2, 0.7};
        try (var _ = Scope.open()) {
            var z = Tensors.of(logits, 1, 5).requiresGrad(true);
            sharpened(3).weights(z).mul(Tensors.of(upstream, 1, 5)).sum().backward();
            var gradient = Objects.requireNonNull(z.grad()).toDoubles();
            for (var i = 0; i < logits.length; i++) {
                var step = 1e-3;
                var up = logits.clone();
                up[i] += step;
                var down = logits.clone();
                down[i] -= step;
                var difference = 0.0;
                var high = weights(sharpened(3), up);
                var low = weights(sharpened(3), down);
                for (var k = 0; k < upstream.length; k++) {
                    difference += upstream[k] * (high[k] - low[k]) / (2 * step);
                }
                assertThat(gradient[i]).isCloseTo(difference, within(2e-5));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Normaliser.Mapped.Map.class)
    void maskedKeysGetNothing(Normaliser.Mapped.Map map) {
        assertThat(weights(new Normaliser.Mapped(map, false, 1e-8), 1, MASKED)[1])
                .isZero();
        assertThat(weights(new Normaliser.Mapped(map, true, 1e-8), 1, MASKED))
                .containsExactly(new double[] {1, 0}, within(1e-6));
    }

    @Test
    void maps() {
        assertRow(
                weights(new Normaliser.Mapped(Normaliser.Mapped.Map.EXP, true, 1e-8), 0, 1, 2), 0.0900, 0.2447, 0.6652);
        assertRow(weights(new Normaliser.Mapped(Normaliser.Mapped.Map.RELU2, false, 1e-8), -3, 2), 0, 4);
        assertRow(weights(new Normaliser.Mapped(Normaliser.Mapped.Map.ELU_PLUS_ONE, false, 1e-8), -1, 2), 0.36788, 3);
    }

    /// 70000 / 32 = 2187.5 is kept as 2188; 70000 itself is infinite in half precision.
    @Test
    void halfPrecision() {
        var plain = new Normaliser.HalfSoftmax(Normaliser.HalfSoftmax.Form.PLAIN, 1);
        var relaxed = Normaliser.HalfSoftmax.defaults();
        assertThat(weights(plain, 70_000, 0)[0]).isNaN();
        assertRow(weights(relaxed, 70_000, 0), 1, 0);
        assertRow(weights(relaxed, 1, 2, MASKED), 0.26894, 0.73106, 0);
        assertRow(weights(new Normaliser.HalfSoftmax(Normaliser.HalfSoftmax.Form.SCALED, 4), 1, 2), 0.26894, 0.73106);
    }

    @Test
    void refusesNegativePowers() {
        assertThatThrownBy(() -> sharpened(-1)).hasMessage("power must be >= 0 but was -1.0");
    }
}
