package io.evenkeel.statistic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class SpearmanTest {
    @Test
    void ofRanks() {
        assertThat(Spearman.of(new double[] {1, 2, 10}, new double[] {-5, 0, 1e9}))
                .isEqualTo(1);
        assertThat(Spearman.of(new double[] {1, 2, 3, 4}, new double[] {4, 3, 2, 1}))
                .isEqualTo(-1);
        // 1 - 6 (1 + 1) / (4 15)
        assertThat(Spearman.of(new double[] {1, 2, 3, 4}, new double[] {1, 3, 2, 4}))
                .isCloseTo(0.8, within(1e-12));
        // ties share ranks: those of y are 0.5, 0.5, 2
        assertThat(Spearman.of(new double[] {1, 2, 3}, new double[] {5, 5, 6}))
                .isCloseTo(Math.sqrt(3) / 2, within(1e-12));
        assertThat(Spearman.of(new double[] {1, 2}, new double[] {7, 7})).isNaN();
        assertThatThrownBy(() -> Spearman.of(new double[1], new double[1]))
                .hasMessageStartingWith("x and y must be equally long");
    }
}
