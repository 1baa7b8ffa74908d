package io.evenkeel.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.evenkeel.random.RandomStream;
import io.evenkeel.tensor.DType;
import io.evenkeel.tensor.Scope;
import io.evenkeel.tensor.Tensors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// @paper P25
class WeightQuantiserTest {
    @Test
    void aRowInFourBits() {
        try (var _ = Scope.open()) {
            var quantised = new WeightQuantiser(4).quantise(Tensors.of(new double[] {0.72, -1.4, 0.05, 0.33}, 1, 4));
            assertThat(quantised.scales().item()).isCloseTo(0.2, within(1e-7));
            assertThat(quantised.integers().to(DType.FLOAT64).toDoubles()).containsExactly(4, -7, 0, 2);
            assertThat(quantised.weights().toDoubles()).containsExactly(new double[] {0.8, -1.4, 0, 0.4}, within(1e-6));
        }
    }

    @Test
    void aRowOfZerosStaysZero() {
        try (var _ = Scope.open()) {
            assertThat(new WeightQuantiser(4)
                            .quantise(Tensors.zeros(2, 3))
                            .weights()
                            .toDoubles())
                    .containsOnly(0);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 4, 8})
    void theErrorIsAtMostHalfAScale(int bits) {
        try (var _ = Scope.open()) {
            var weights = Tensors.randn(RandomStream.of(3, "weights"), 20, 50);
            var quantised = new WeightQuantiser(bits).quantise(weights);
            var error = quantised
                    .weights()
                    .sub(weights)
                    .abs()
                    .div(quantised.scales())
                    .amax()
                    .item();
            assertThat(error).isLessThanOrEqualTo(0.5 + 1e-5);
        }
    }

    @Test
    void packingGoesBothWays() {
        var all = new byte[15];
        for (var i = 0; i < all.length; i++) {
            all[i] = (byte) (i - 7);
        }
        assertThat(WeightQuantiser.pack(all)).hasSize(8);
        assertThat(WeightQuantiser.unpack(WeightQuantiser.pack(all), all.length))
                .isEqualTo(all);
    }

    @Test
    void refusesOtherBits() {
        assertThatThrownBy(() -> new WeightQuantiser(1)).hasMessage("bits must be in [2, 8] but was 1");
    }
}
