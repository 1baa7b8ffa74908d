package io.evenkeel.simulate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class IntervalTest {
    /// The reference number for MegaScale's study: checkpoint cost 30 s, time between failures 6 h.
    @Test
    void youngAtThirtySecondsAndSixHours() {
        assertThat(new Interval.Young().seconds(30, 21_600)).isCloseTo(1138.4, within(0.05));
    }

    /// Captions of figures 3 to 5 of Daly 2006: a checkpoint of 5 minutes, time between failures of 24 h, 6 h and
    /// 15
    /// minutes.
    @Test
    void dalyAtThePublishedPoints() {
        var daly = new Interval.Daly();
        assertThat(daly.seconds(5, 24 * 60)).isCloseTo(117, within(0.5));
        assertThat(daly.seconds(5, 6 * 60)).isCloseTo(57, within(0.5));
        assertThat(daly.seconds(5, 15)).isCloseTo(9.1, within(0.05));
        assertThat(daly.seconds(31, 15)).isEqualTo(15);
    }

    @Test
    void dalyIsTheOptimumOfHisModel() {
        for (var cost : new double[] {0.1, 1, 5, 20}) {
            var optimum = new Interval.Daly().seconds(cost, 60);
            var there = Interval.expectedRatio(optimum, cost, 3, 60);
            for (var factor = 0.2; factor < 5; factor *= 1.05) {
                assertThat(Interval.expectedRatio(optimum * factor, cost, 3, 60))
                        .isLessThan(there + 5e-4);
            }
        }
    }

    @Test
    void refusesAnIntervalOfNothing() {
        assertThatThrownBy(() -> new Interval.Fixed(0)).hasMessage("seconds must be > 0 but was 0.0");
    }
}
