package io.evenkeel.detect.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.evenkeel.metric.Readings;
import io.evenkeel.metric.SeriesNames;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class PublishedRulesTest {
    /// Indices of the losses at which the rule alarms.
    private static List<Integer> alarms(AlarmRule rule, double... loss) {
        var alarms = new ArrayList<Integer>();
        for (var i = 0; i < loss.length; i++) {
            if (rule.alarms(new Readings(i, Double.NaN).put(SeriesNames.LOSS, loss[i]))) {
                alarms.add(i);
            }
        }
        return alarms;
    }

    private static double[] alternating(int points) {
        var loss = new double[points];
        Arrays.setAll(loss, i -> i % 2 == 0 ? 1 : -1);
        return loss;
    }

    /// Mean 0 and population sigma 1 over 32 alternating values: 6 is not beyond six sigma, 6.001 is; the spike
    /// then widens the window and hides the next.
    @Test
    void sixSigma() {
        var loss = alternating(80);
        loss[20] = 100;
        assertThat(alarms(PublishedRules.sixSigma(32), loss))
                .as("window not full")
                .isEmpty();
        loss = alternating(80);
        loss[40] = 6;
        assertThat(alarms(PublishedRules.sixSigma(32), loss)).isEmpty();
        loss[40] = 6.001;
        loss[44] = 7;
        assertThat(alarms(PublishedRules.sixSigma(32), loss))
                .as("the second is hidden")
                .containsExactly(40);
        var constant = new double[80];
        constant[50] = 1000;
        assertThat(alarms(PublishedRules.sixSigma(32), constant))
                .as("no sigma, no score")
                .isEmpty();
        var rule = PublishedRules.sixSigma(4);
        for (var i = 0; i < 8; i++) {
            rule.alarms(new Readings(i, Double.NaN).put(SeriesNames.GRAD_NORM, i % 2));
        }
        assertThat(rule.alarms(new Readings(8, Double.NaN).put(SeriesNames.GRAD_NORM, 4)))
                .as("mean 0.5, sigma 0.5: 4 is seven sigma away")
                .isTrue();
    }

    @Test
    void ratioToWeightedMean() {
        assertThat(alarms(PublishedRules.ratioToWeightedMean(1.25, 0.9), 4, 5, 5.2, 5.0))
                .containsExactly(2);
        // Mean 4.1 after 5: 5.125 is the bound.
        assertThat(alarms(PublishedRules.ratioToWeightedMean(1.25, 0.9), 4, 5, 5.12))
                .isEmpty();
    }

    @Test
    void windowedMeanWithPatience() {
        var loss = new double[40];
        Arrays.fill(loss, 1);
        Arrays.fill(loss, 20, 25, 8);
        assertThat(alarms(PublishedRules.windowedMean(2, 8, 4), loss))
                .as("the mean of a short window follows")
                .isEmpty();
        assertThat(alarms(PublishedRules.windowedMean(2, 20, 4), loss)).containsExactly(24);
        loss[22] = 1;
        assertThat(alarms(PublishedRules.windowedMean(2, 20, 4), loss)).isEmpty();
    }

    @Test
    void relativeTolerance() {
        assertThat(alarms(PublishedRules.relativeTolerance(2.0, 10), 1, 1, 2.9, 3.9, 1, 9))
                .containsExactly(5);
        assertThat(alarms(PublishedRules.multipleOfMean(2.0, 10), 1, 1, 2, 2, 1))
                .containsExactly(2, 3);
    }

    @Test
    void earlyMaximum() {
        assertThat(alarms(PublishedRules.earlyMaximum(10, 3), 2, 50, 3, 499, 500))
                .containsExactly(4);
    }

    @Test
    void whatIsNotFiniteIsAnAlarmOfItsOwnStepOnly() {
        for (var rule : List.of(
                PublishedRules.sixSigma(4),
                PublishedRules.ratioToWeightedMean(1.25, 0.9),
                PublishedRules.windowedMean(2, 4, 1),
                PublishedRules.relativeTolerance(2, 4),
                PublishedRules.earlyMaximum(10, 3))) {
            assertThat(alarms(rule, 1, 1, 1, 1, 1, Double.NaN, 1, 1)).containsExactly(5);
        }
    }
}
