package io.evenkeel.statistic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class LeastSquaresTest {
    @Test
    void pointsOnALine() {
        assertThat(LeastSquares.of(new double[] {0, 1, 2}, new double[] {1, 3, 5}))
                .isEqualTo(new LeastSquares(2, 1, 1));
    }

    /// Anscombe's first set: slope 0.5001, intercept 3.0001, r2 0.6665.
    @Test
    void anscombe() {
        var line = LeastSquares.of(
                new double[] {10, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5},
                new double[] {8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68});
        assertThat(line.slope()).isCloseTo(0.500091, within(1e-6));
        assertThat(line.intercept()).isCloseTo(3.000091, within(1e-6));
        assertThat(line.r2()).isCloseTo(0.666542, within(1e-6));
    }

    @Test
    void needsTwoPlaces() {
        assertThatThrownBy(() -> LeastSquares.of(new double[] {1, 1}, new double[] {1, 2}))
                .hasMessageContaining("two different");
        assertThatThrownBy(() -> LeastSquares.of(new double[] {1}, new double[] {1, 2}))
                .hasMessageContaining("1 values");
    }
}
