package io.evenkeel.number;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.evenkeel.nn.Initializer;
import io.evenkeel.nn.Linear;
import io.evenkeel.nn.Parameters;
import io.evenkeel.nn.Precision;
import io.evenkeel.number.NumberFormat.FloatingPoint;
import io.evenkeel.number.NumberFormat.Fp4;
import io.evenkeel.number.NumberFormat.Fp8E4m3;
import io.evenkeel.number.NumberFormat.Int4;
import io.evenkeel.number.NumberFormat.Integers;
import io.evenkeel.random.RandomStream;
import io.evenkeel.tensor.DType;
import io.evenkeel.tensor.Scope;
import io.evenkeel.tensor.Tensors;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Reference checks of simulated formats.
///
/// @paper P08
/// @paper P81
class NumberFormatTest {
    private static float[] reduce(NumberFormat format, float... values) {
        try (var _ = Scope.open()) {
            return format.reduce(Tensors.of(values, values.length), null).toFloats();
        }
    }

    private static FloatingPoint format(int exponent, int mantissa, Rounding rounding) {
        return new FloatingPoint(exponent, mantissa, rounding, true, false, false);
    }

    @Test
    void mantissasAreCutOffOrRounded() {
        assertThat(reduce(format(8, 7, Rounding.TRUNCATE), (float) Math.PI)).containsExactly(3.140625f);
        assertThat(reduce(format(8, 3, Rounding.TRUNCATE), (float) Math.PI, 0.1f, 1.1f, -1.1f))
                .containsExactly(3, 0.09375f, 1, -1);
        assertThat(reduce(format(8, 7, Rounding.NEAREST), (float) Math.PI)).containsExactly(3.140625f);
        assertThat(reduce(format(8, 3, Rounding.NEAREST), (float) Math.PI, 0.1f, 1.1f, 300))
                .containsExactly(3.25f, 0.1015625f, 1.125f, 288);
        assertThat(reduce(format(8, 2, Rounding.NEAREST), (float) Math.PI, 300, 2.25f, 2.75f))
                .containsExactly(3, 320, 2, 3);
    }

    @Test
    void rangesAreThoseOfTheFormats() {
        var e5m2 = format(5, 2, Rounding.NEAREST);
        assertThat(e5m2.largest()).isEqualTo(57344);
        assertThat(e5m2.least()).isEqualTo(6.103515625e-5);
        assertThat(format(4, 3, Rounding.NEAREST).largest()).isEqualTo(240);
        assertThat(format(4, 3, Rounding.NEAREST).least()).isEqualTo(0.015625);
        assertThat(new FloatingPoint(4, 3, Rounding.NEAREST, false, false, false).largest())
                .isEqualTo(448);
        assertThat(format(6, 3, Rounding.NEAREST).largest()).isEqualTo(4026531840.0);
        var tally = new Tally();
        try (var _ = Scope.open()) {
            var x = Tensors.of(
                    new float[] {1e9f, -1e9f, 1e-5f, 0, Float.NaN, Float.NEGATIVE_INFINITY, 60000, 58000}, 8);
            assertThat(e5m2.reduce(x, null, tally).toFloats())
                    .containsExactly(57344, -57344, 0, 0, Float.NaN, Float.NEGATIVE_INFINITY, 57344, 57344);
        }
        assertThat(tally.flushed()).isEqualTo(1 / 8.0);
        assertThat(tally.saturated()).isEqualTo(2 / 8.0);
        var subnormal = new FloatingPoint(5, 2, Rounding.NEAREST, true, true, false);
        assertThat(reduce(subnormal, 0x1p-16f, 0x1p-17f, 0x1.8p-16f, -0x1p-20f))
                .containsExactly(0x1p-16f, 0, 0x1p-15f, -0f);
    }

    @Test
    void wideFormatsAreTheTypesThatTheyName() {
        try (var _ = Scope.open()) {
            var random = RandomStream.of(1, "numbers");
            var x = Tensors.randn(random, 10_000)
                    .mul(Tensors.randn(random, 10_000).mul(10).exp());
            assertThat(reduce(format(8, 23, Rounding.TRUNCATE), x.toFloats())).isEqualTo(x.toFloats());
            assertThat(reduce(format(8, 7, Rounding.NEAREST), x.toFloats()))
                    .isEqualTo(x.to(DType.BFLOAT16).toFloats());
            var half = Tensors.randn(random, 10_000);
            assertThat(reduce(new FloatingPoint(5, 10, Rounding.NEAREST, true, true, false), half.toFloats()))
                    .isEqualTo(half.to(DType.FLOAT16).toFloats());
        }
    }

    @Test
    void aScaleUsesAllOfTheRange() {
        assertThat(reduce(new Fp8E4m3(Rounding.NEAREST), 1e-6f, 2e-6f, 0))
                .containsExactly(new float[] {1e-6f, 2e-6f, 0}, within(1e-7f));
        assertThat(reduce(new Fp8E4m3(Rounding.NEAREST), 0, 0)).containsExactly(0, 0);
        assertThat(reduce(new Fp8E4m3(Rounding.NEAREST), 448 * 1024f, 1024f)).containsExactly(448 * 1024f, 1024f);
    }

    @Test
    void groupsOfIntegersHaveTheirOwnScale() {
        assertThat(reduce(new Int4(4, Rounding.NEAREST), -1, 0, 1, 2, 30, 30))
                .containsExactly(new float[] {-1, 0, 1, 2, 30, 30}, within(1e-3f));
        assertThat(reduce(new Int4(4, Rounding.NEAREST), -1, 0.29f, 1, 2))
                .containsExactly(new float[] {-1, 0.2f, 1, 2}, within(1e-6f));
        assertThat(reduce(new Int4(4, Rounding.TRUNCATE), -1, 0.39f, -0.39f, 2))
                .containsExactly(new float[] {-1, 0.2f, -0.2f, 2}, within(1e-6f));
        assertThatThrownBy(() -> new Integers(1, 4, Rounding.NEAREST)).hasMessage("bits must be in [2, 8] but was 1");
        assertThatThrownBy(() -> new Int4(0, Rounding.NEAREST)).hasMessage("group must be >= 1 but was 0");
    }

    @Test
    void gridsOfFourBits() {
        var uniform = new Fp4(Fp4.Grid.UNIFORM, 8, 2, Rounding.NEAREST);
        assertThat(reduce(uniform, 100, -50, 4, 1.2f, -2.7f, 0.4f, 3.6f, 0))
                .containsExactly(100, -50, 4, 1, -3, 0, 4, 0);
        var e2m1 = new Fp4(Fp4.Grid.E2M1, 8, 0, Rounding.NEAREST);
        assertThat(reduce(e2m1, 6, 4.9f, -5.1f, 0.2f, 1.3f, 2.4f, -0.3f, 3.6f))
                .containsExactly(6, 4, -6, 0, 1.5f, 2, -0.5f, 4);
        assertThat(reduce(e2m1, 0, 0)).containsExactly(0, 0);
    }

    /// The mean of what was rounded is the number, and the same draw gives the same numbers.
    @ParameterizedTest
    @EnumSource(Stochastic.class)
    void stochasticRoundingIsRightOnAverage(Stochastic each) {
        try (var _ = Scope.open()) {
            var values = new float[20_000];
            Arrays.fill(values, 0.3371f);
            values[0] = 1;
            values[1] = -1;
            var x = Tensors.of(values, values.length);
            var first = each.format.reduce(x, RandomStream.of(1, "rounding"));
            assertThat(each.format.reduce(x, RandomStream.of(1, "rounding")).toFloats())
                    .isEqualTo(first.toFloats());
            assertThat(first.narrow(0, 2, values.length - 2).mean().item()).isCloseTo(0.3371, within(0.003));
            assertThat(Arrays.stream(first.toDoubles()).distinct().count()).isGreaterThan(2);
        }
    }

    enum Stochastic {
        INT(new Int4(20_000, Rounding.STOCHASTIC)),
        FP4(new Fp4(Fp4.Grid.E2M1, 20_000, 0, Rounding.STOCHASTIC)),
        FLOAT(format(5, 2, Rounding.STOCHASTIC)),
        SUBNORMAL(new FloatingPoint(2, 1, Rounding.STOCHASTIC, true, true, false));

        @SuppressWarnings("ImmutableEnumChecker") // records of numbers are immutable
        private final NumberFormat format;

        Stochastic(NumberFormat format) {
            this.format = format;
        }
    }

    /// Forward and backward by hand: both operands of all three products are reduced.
    @Test
    void linearLayersMultiplyReducedOperands() {
        var coarse = format(8, 1, Rounding.NEAREST);
        var layer = new Linear(2, 1, false, Initializer.ZEROS, Precision.FP32);
        try (var parameters = Parameters.materialize(layer, RandomStream.of(1, "init"));
                var _ = Scope.open()) {
            parameters.get("weight").value().detach().copy_(Tensors.of(new float[] {1.3f, -2.2f}, 1, 2));
            layer.reduce(new Reduction(coarse, coarse, coarse, RandomStream.of(1, "rounding")));
            var x = Tensors.of(new float[] {1.2f, 3.3f}, 1, 2).requiresGrad(true);
            var y = layer.forward(x);
            // weights 1.5, -2; inputs 1, 3
            assertThat(y.item()).isEqualTo(1.5 - 6);
            y.mul(2.2).sum().backward();
            assertThat(parameters.get("weight").gradient().toFloats()).containsExactly(2, 6);
            var grad = x.grad();
            assertThat(grad == null ? null : grad.toFloats()).containsExactly(3, -4);
        }
    }
}
