package io.evenkeel.detect;

import static io.evenkeel.detect.Replays.healthyLoss;
import static io.evenkeel.detect.Replays.values;
import static org.assertj.core.api.Assertions.assertThat;

import io.evenkeel.metric.Readings;
import io.evenkeel.metric.SeriesNames;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;

class JudgeTest {
    private static Judge.Judgement of(double... loss) {
        var run = new ArrayList<Readings>();
        for (var i = 0; i < loss.length; i++) {
            run.add(new Readings(i + 1, Double.NaN).put(SeriesNames.LOSS, loss[i]));
        }
        return Judge.of(run);
    }

    @Test
    void healthy() {
        for (var seed = 0; seed < 10; seed++) {
            var judgement = of(healthyLoss(500, seed));
            assertThat(judgement.verdict()).isEqualTo(Verdict.HEALTHY);
            assertThat(judgement.confidence()).isBetween(0.9, 0.95);
        }
    }

    @Test
    void unknownWithFewPoints() {
        var judgement = of(healthyLoss(19, 1));
        assertThat(judgement.verdict()).isEqualTo(Verdict.UNKNOWN);
        assertThat(judgement.confidence()).isZero();
        assertThat(judgement.reason()).isEqualTo("19 points are too few to tell");
        assertThat(of().verdict()).isEqualTo(Verdict.UNKNOWN);
    }

    @Test
    void deadByNanAtOnceAndByStandingStill() {
        assertThat(of(2, Double.NaN, Double.NaN, Double.NaN).verdict()).isEqualTo(Verdict.DEAD);
        var nan = healthyLoss(300, 2);
        java.util.Arrays.fill(nan, 250, 300, Double.NaN);
        var judgement = of(nan);
        assertThat(judgement.verdict()).isEqualTo(Verdict.DEAD);
        assertThat(judgement.since()).isEqualTo(251);
        assertThat(of(values(300, _ -> 6.9)).verdict()).isEqualTo(Verdict.DEAD);
    }

    @Test
    void divergedDamagedRecovered() {
        var diverged = healthyLoss(400, 3);
        var damaged = diverged.clone();
        var recovered = diverged.clone();
        for (var t = 200; t < 400; t++) {
            diverged[t] += Math.min(7, 0.2 * (t - 200));
            damaged[t] += Math.min(2, 0.2 * (t - 200));
            recovered[t] += t < 300 ? Math.min(5, 0.2 * (t - 200)) : 0;
        }
        var judgement = of(diverged);
        assertThat(judgement.verdict()).isEqualTo(Verdict.DIVERGED);
        assertThat(judgement.since()).isBetween(200L, 212L);
        assertThat(of(damaged).verdict()).isEqualTo(Verdict.DAMAGED);
        assertThat(of(recovered).verdict()).isEqualTo(Verdict.RECOVERED);
    }

    @Test
    void oneNanIsRecovered() {
        var loss = healthyLoss(300, 4);
        loss[100] = Double.NaN;
        assertThat(of(loss).verdict()).isEqualTo(Verdict.RECOVERED);
    }

    @Test
    void watchAtAWarningThatHoldsAndHealthyAgainWhenItIsOld() {
        var judge = new Judge(Judge.Config.defaults());
        var detectors = Detectors.defaults();
        var loss = healthyLoss(1500, 5);
        for (var t = 0; t < loss.length; t++) {
            var readings = new Readings(t, Double.NaN).put(SeriesNames.LOSS, loss[t]);
            if (t >= 300 && t < 320) {
                readings.put("activation/dead/b0", 0.7);
            }
            judge.observe(readings, detectors.observe(readings));
            if (t == 350) {
                assertThat(judge.judgement().verdict()).isEqualTo(Verdict.WATCH);
                assertThat(judge.judgement().reason()).contains("70 % of its units dead");
            }
        }
        assertThat(judge.judgement().verdict()).isEqualTo(Verdict.HEALTHY);
    }

    @Test
    void aGradientSpikeAloneIsNoDamage() {
        var judge = new Judge(Judge.Config.defaults());
        var detectors = Detectors.defaults();
        var loss = healthyLoss(100, 6);
        for (var t = 0; t < loss.length; t++) {
            var readings = new Readings(t, Double.NaN)
                    .put(SeriesNames.LOSS, loss[t])
                    .put(SeriesNames.GRAD_NORM, t == 99 ? 1e4 : 1 + 0.01 * (t % 7));
            judge.observe(readings, detectors.observe(readings));
        }
        assertThat(judge.judgement().verdict()).isEqualTo(Verdict.WATCH);
    }
}
