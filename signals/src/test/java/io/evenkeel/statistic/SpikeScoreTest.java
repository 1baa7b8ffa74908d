package io.evenkeel.statistic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/// @paper P03
class SpikeScoreTest {
    private static double[] alternating(int at, double value) {
        var series = new double[1000];
        for (var t = 0; t < series.length; t++) {
            series[t] = t % 2 == 0 ? 1 : -1;
        }
        series[at] = value;
        return series;
    }

    @Test
    void theReferenceExample() {
        assertThat(SpikeScore.of(alternating(900, 8)).percent()).isCloseTo(0.1, within(1e-12));
        assertThat(SpikeScore.of(alternating(900, 6.9)).percent()).isZero();
    }

    @Test
    void aConstantSeriesHasNone() {
        var series = new double[100];
        series[50] = 5;
        assertThat(SpikeScore.of(series).spikes()).isZero();
    }

    @Test
    void theFirstValuesHaveNothingToBeComparedWith() {
        assertThat(SpikeScore.of(alternating(5, 100)).spikes()).isZero();
    }

    @Test
    void whatIsNotFiniteIsASpikeAndMovesNoMean() {
        assertThat(SpikeScore.of(alternating(500, Double.NaN)).spikes()).isEqualTo(1);
    }

    @Test
    void wrongInputIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> SpikeScore.of(new double[3], 5, 7));
    }
}
