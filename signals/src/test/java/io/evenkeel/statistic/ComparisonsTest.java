package io.evenkeel.statistic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.evenkeel.random.RandomStream;
import io.evenkeel.statistic.TimeToThreshold.Observation;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ComparisonsTest {
    private static RandomStream random(long seed) {
        return RandomStream.of(seed, "comparison");
    }

    /// Hollander and Wolfe, "Nonparametric statistical methods", 1973: lightness of tuna and panel score, 26
    /// concordant of 36 pairs.
    @Test
    void tauOfThePublishedExample() {
        var x = new double[] {44.4, 45.9, 41.9, 53.3, 44.7, 44.1, 50.7, 45.2, 60.1};
        var y = new double[] {2.6, 3.1, 2.5, 5.0, 3.6, 4.0, 5.2, 2.8, 3.8};
        assertThat(KendallTau.of(x, y).tau()).isCloseTo((26 - 10) / 36.0, within(1e-12));
        assertThat(KendallTau.of(x, x).tau()).isEqualTo(1);
    }

    /// Two ties in x, one in y: of 6 pairs 4 untied in x, 5 in y; concordant 3, discordant 1.
    @Test
    void tauAllowsForTies() {
        var tau = KendallTau.of(new double[] {1, 1, 2, 2}, new double[] {1, 2, 2, 3})
                .tau();
        assertThat(tau).isCloseTo(3 / Math.sqrt(4 * 5), within(1e-12));
        assertThat(KendallTau.of(new double[] {1, 1}, new double[] {1, 2}).tau())
                .isNaN();
        assertThatThrownBy(() -> KendallTau.of(new double[1], new double[1])).hasMessageContaining("length >= 2");
    }

    /// Five differences of one sign: 2 of the 32 sign patterns are as far.
    @Test
    void exactSignFlips() {
        var left = new double[] {1, 2, 3, 4, 5};
        var right = new double[] {1.1, 2.3, 3.2, 4.4, 5.5};
        var comparison = PairedComparison.of(left, right, random(1));
        assertThat(comparison.pValue()).isEqualTo(2 / 32.0);
        assertThat(comparison.mean()).isCloseTo(0.3, within(1e-12));
        assertThat(comparison.low()).isBetween(0.1, 0.3);
        assertThat(comparison.high()).isBetween(0.3, 0.5);
        assertThat(comparison.low90()).isGreaterThanOrEqualTo(comparison.low());
        assertThat(PairedComparison.of(left, right, random(1)))
                .as("same stream")
                .isEqualTo(comparison);
        assertThatThrownBy(() -> PairedComparison.of(left, new double[] {1, 2, Double.NaN, 4, 5}, random(1)))
                .hasMessageContaining("finite");
    }

    /// Sampled sign flips agree with the normal approximation where that is good.
    @Test
    void sampledSignFlips() {
        var normal = random(2);
        var left = new double[60];
        var right = new double[60];
        for (var i = 0; i < 60; i++) {
            left[i] = normal.nextGaussian();
            right[i] = left[i] + 0.3 + normal.nextGaussian();
        }
        var comparison = PairedComparison.of(left, right, random(3));
        var squares = 0.0;
        for (var i = 0; i < 60; i++) {
            squares += (right[i] - left[i]) * (right[i] - left[i]);
        }
        double z = comparison.mean() * 60 / Math.sqrt(squares);
        assertThat(comparison.pValue()).isCloseTo(2 * (1 - Normal.cdf(Math.abs(z))), within(0.02));
    }

    /// The 95 % interval holds the truth in about that share of samples; a bootstrap of 20 is a little short.
    @Test
    void theIntervalCoversTheTruth() {
        var normal = random(4);
        var covered = 0;
        for (var trial = 0; trial < 200; trial++) {
            var left = new double[20];
            var right = new double[20];
            for (var i = 0; i < 20; i++) {
                right[i] = 1 + normal.nextGaussian();
            }
            var comparison = PairedComparison.of(left, right, random(100 + trial));
            covered += comparison.low() <= 1 && 1 <= comparison.high() ? 1 : 0;
        }
        assertThat(covered / 200.0).isBetween(0.87, 0.98);
    }

    @Test
    void equivalenceNeedsAnIntervalInsideTheMargin() {
        var left = new double[12];
        var right = new double[12];
        for (var i = 0; i < 12; i++) {
            left[i] = i;
            right[i] = i + (i % 2 == 0 ? 0.01 : -0.01);
        }
        var same = PairedComparison.of(left, right, random(5));
        assertThat(same.equivalentWithin(0.02)).isTrue();
        assertThat(same.equivalentWithin(0.001)).isFalse();
        assertThat(same.pValue()).isGreaterThan(0.5);
    }

    /// Freireich et al., 1963: weeks of remission under 6-mercaptopurine; the published median is 23 weeks.
    @Test
    void theMedianOfTheRemissionTrial() {
        var reached = new double[] {6, 6, 6, 7, 10, 13, 16, 22, 23};
        var ended = new double[] {6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35};
        var observations = new ArrayList<Observation>();
        for (var time : reached) {
            observations.add(new Observation(time, true));
        }
        for (var time : ended) {
            observations.add(new Observation(time, false));
        }
        var times = TimeToThreshold.of(observations);
        assertThat(times.median()).isEqualTo(23);
        assertThat(times.reached()).isEqualTo(9);
        var curve = TimeToThreshold.curve(observations);
        assertThat(curve[0]).containsExactly(new double[] {6, 18 / 21.0}, within(1e-12));
        assertThat(curve[curve.length - 1][1]).isCloseTo(0.4482, within(1e-4));
    }

    @Test
    void aRunThatNeverGetsThereIsCensored() {
        var steps = new long[] {1, 2, 3};
        assertThat(TimeToThreshold.of(steps, new double[] {3, 2, 1}, 2)).isEqualTo(new Observation(2, true));
        assertThat(TimeToThreshold.of(steps, new double[] {3, 2, Double.NaN}, 1))
                .isEqualTo(new Observation(3, false));
        assertThat(TimeToThreshold.of(List.of(new Observation(3, false))).median())
                .isInfinite();
    }
}
