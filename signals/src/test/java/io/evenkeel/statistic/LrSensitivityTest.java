package io.evenkeel.statistic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/// @paper P40
class LrSensitivityTest {
    @Test
    void theReferenceExample() {
        var s = LrSensitivity.of(new double[] {3.2, 3.0, 3.1, 7.9, Double.POSITIVE_INFINITY}, 8.0);
        assertThat(s.value()).isCloseTo(2.04, within(1e-12));
        assertThat(s.best()).isEqualTo(3.0);
        assertThat(s.bestAt()).isEqualTo(1);
        assertThat(s.diverged()).isEqualTo(1);
    }

    @Test
    void equalLossesHaveNone() {
        assertThat(LrSensitivity.of(new double[] {2, 2, 2}, 4).value()).isZero();
    }

    @Test
    void itLiesBetweenZeroAndWhatThereIsToLose() {
        var s = LrSensitivity.of(new double[] {1, Double.NaN, 9, Double.NaN}, 4);
        assertThat(s.value()).isBetween(0.0, 3.0);
        assertThat(s.diverged()).isEqualTo(3);
    }

    @Test
    void aModelAtChanceEverywhereHasNone() {
        assertThat(LrSensitivity.of(new double[] {Double.NaN, 5}, 4).value()).isZero();
    }

    @Test
    void wrongInputIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> LrSensitivity.of(new double[0], 1));
        assertThatIllegalArgumentException().isThrownBy(() -> LrSensitivity.of(new double[] {1}, Double.NaN));
    }
}
