package io.evenkeel.simulate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.evenkeel.simulate.Policy.Replacement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.function.ToDoubleFunction;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class SimulationTest {
    private static final double HOUR = 3600;
    private static final double SPAN = 1000 * HOUR;

    /// Crashes only, seen and replaced at once: the case of the formulas.
    private static Simulation.Config plain(double mtbf, double interval, double checkpoint, double restart) {
        var policy = new Policy(
                "plain", 0, 0, 0, true, false, new Interval.Fixed(interval), 3, 0, null, 0, Replacement.ON_HAND);
        var costs = new Costs(checkpoint, 0, 0, restart, 0, 0, 0, 0, 0);
        return new Simulation.Config(100, SPAN, 1, Faults.crashesOnly(100 * mtbf), costs, policy);
    }

    private static double[] ratios(Simulation.Config config, int seeds) {
        return LongStream.range(0, seeds)
                .mapToDouble(seed -> Simulation.run(config, seed).ratio())
                .toArray();
    }

    private static double mean(Simulation.Config config, int seeds, ToDoubleFunction<Simulation.Result> value) {
        return LongStream.range(0, seeds)
                .mapToObj(seed -> Simulation.run(config, seed))
                .mapToDouble(value)
                .average()
                .orElseThrow();
    }

    /// Time to failure, checkpoint and restart over more than two orders of magnitude: the difference from Daly's
    /// complete model is within four standard errors everywhere, and so is their sum of squares.
    @Test
    void agreesWithDalysModelOfCrashes() {
        int seeds = 30;
        double squares = 0;
        int cases = 0;
        for (var mtbf : new double[] {1800, 4 * HOUR, 24 * HOUR}) {
            for (var checkpoint : new double[] {5, 60, 300}) {
                for (var times : new double[] {0.4, 1, 2.5}) {
                    var interval = Math.rint(times * new Interval.Young().seconds(checkpoint, mtbf));
                    var ratios = ratios(plain(mtbf, interval, checkpoint, 120), seeds);
                    var mean = Arrays.stream(ratios).average().orElseThrow();
                    var variance = Arrays.stream(ratios)
                                    .map(r -> (r - mean) * (r - mean))
                                    .sum()
                            / (seeds - 1);
                    var expected = Interval.expectedRatio(interval, checkpoint, 120, mtbf);
                    // The horizon cuts the last interval: up to one of them is seen before its
                    // checkpoint is paid.
                    var edge = (interval + checkpoint) / SPAN;
                    var error = Math.sqrt(variance / seeds);
                    assertThat(mean)
                            .as("mtbf %s checkpoint %s interval %s", mtbf, checkpoint, interval)
                            .isCloseTo(expected, within(4 * error + edge));
                    squares += Math.pow((mean - expected) / (error + edge / 4), 2);
                    cases++;
                }
            }
        }
        assertThat(squares / cases)
                .as("mean square of the standardised differences")
                .isLessThan(2);
    }

    @Test
    void losesAboutWhatYoungsFirstOrderSays() {
        var mtbf = 48 * HOUR;
        var interval = Math.rint(new Interval.Young().seconds(20, mtbf));
        var waste = 1 - mean(plain(mtbf, interval, 20, 0), 40, Simulation.Result::ratio);
        var young = 20 / interval + interval / (2 * mtbf);
        assertThat(waste).isCloseTo(young, within(0.06 * young));
    }

    @Test
    void hasItsOptimumNearDalys() {
        var mtbf = 2 * HOUR;
        double cost = 60;
        var daly = new Interval.Daly().seconds(cost, mtbf);
        var ratios = new ArrayList<Double>();
        var factors = new double[] {0.25, 0.5, 1, 2, 4};
        for (var factor : factors) {
            ratios.add(mean(plain(mtbf, Math.rint(daly * factor), cost, 60), 20, Simulation.Result::ratio));
        }
        assertThat(ratios.get(2)).isGreaterThan(ratios.get(1)).isGreaterThan(ratios.get(3));
        assertThat(ratios.get(1)).isGreaterThan(ratios.get(0));
        assertThat(ratios.get(3)).isGreaterThan(ratios.get(4));
    }

    @Test
    void losesOnlyCheckpointsWithoutFailures() {
        var config = plain(Double.POSITIVE_INFINITY, 900, 100, 50);
        var result = Simulation.run(config, 3);
        assertThat(result.ratio()).isCloseTo(0.9, within(1e-4));
        assertThat(result.failures() + result.recoveries() + result.rollbacks()).isZero();
        assertThat(result.lostSeconds()).isZero();
        var never = config.policy(config.policy().interval(new Interval.Young()));
        assertThat(Simulation.run(never, 3).ratio()).isEqualTo(1);
    }

    @Test
    void writesBehindTrainingWithoutStanding() {
        var base = plain(Double.POSITIVE_INFINITY, 900, 0, 0);
        var costs = new Costs(10, 90, 0, 0, 0, 0, 0, 0, 0);
        var behind =
                new Policy("behind", 0, 0, 0, true, true, new Interval.Fixed(900), 3, 0, null, 0, Replacement.ON_HAND);
        assertThat(Simulation.run(base.costs(costs), 1).ratio()).isCloseTo(0.9, within(1e-4));
        assertThat(Simulation.run(base.costs(costs).policy(behind), 1).ratio()).isCloseTo(900.0 / 910, within(1e-4));
        // More often than it can be written: the next one begins when the last is done.
        var often = base.costs(costs).policy(behind.interval(new Interval.Fixed(1)));
        assertThat(often.intervalSteps()).isEqualTo(90);
    }

    @Test
    void isTheSameForTheSameSeedAndItsPartsAddUp() {
        for (var policy : Policy.all()) {
            for (int workers : new int[] {8, 12_288}) {
                var config = Simulation.Config.defaults().policy(policy).workers(workers);
                var result = Simulation.run(config, 7);
                assertThat(Simulation.run(config, 7)).isEqualTo(result);
                assertThat(result.seconds()).isCloseTo(config.horizonSeconds(), within(1e-3));
                assertThat(result.lostSeconds()).isGreaterThan(-1e-6);
                assertThat(result.slowSeconds()).isGreaterThan(-1e-3);
                assertThat(Simulation.run(config, 8)).isNotEqualTo(result);
            }
        }
    }

    @Test
    void isWorseWithMoreWorkersMoreFailuresAndDearerCheckpoints() {
        var base = Simulation.Config.defaults();
        for (var policy : Policy.all()) {
            var config = base.policy(policy);
            var large = mean(config, 3, Simulation.Result::ratio);
            assertThat(large).as(policy.name()).isLessThan(mean(config.workers(64), 3, Simulation.Result::ratio));
            var rarer =
                    config.faults(Faults.defaults().mtbf(10 * Faults.defaults().mtbfSeconds()));
            assertThat(large).isLessThan(mean(rarer, 3, Simulation.Result::ratio));
            var dear = config.costs(new Costs(60, 600, 570, 30, 120, 30, 1800, 86_400, 0.01));
            assertThat(large).isGreaterThan(mean(dear, 3, Simulation.Result::ratio));
        }
    }

    @Test
    void gainsByEveryPartOfThePolicy() {
        var base = Simulation.Config.defaults();
        var ratios = Policy.all().stream()
                .map(policy -> mean(base.policy(policy), 4, Simulation.Result::ratio))
                .toList();
        for (int i = 1; i < 5; i++) {
            assertThat(ratios.get(i)).as(Policy.all().get(i).name()).isGreaterThan(ratios.get(i - 1));
        }
        assertThat(ratios.get(5)).as("waiting for workers").isLessThan(ratios.get(3));
    }

    @Test
    void agreesBetweenExponentialAndWeibullOfShapeOneOnly() {
        var base = plain(4 * HOUR, 1200, 60, 120);
        var young = base.faults(base.faults().shape(0.5));
        var exponential = mean(base, 20, Simulation.Result::failures);
        assertThat(exponential).isCloseTo(250, within(10.0));
        // Of shape below 1, new workers fail more: with all new at the start there are more failures at first.
        assertThat(mean(young, 20, Simulation.Result::failures)).isGreaterThan(1.2 * exponential);
        assertThat(Math.exp(Workers.logGamma(1.5))).isCloseTo(Math.sqrt(Math.PI) / 2, within(1e-10));
        assertThat(Math.exp(Workers.logGamma(5))).isCloseTo(24, within(1e-9));
    }

    /// A batch that a detector sees before its update costs that step only; one that it sees later costs the way
    /// back.
    @Test
    void theGuardDropsWhatItSeesInTimeAndGoesBackOtherwise() {
        var spikes = new Faults(Double.POSITIVE_INFINITY, 1, 1, 0, 0, 0, 0.1, 30_000, 1, 20, 0.25);
        var config = Simulation.Config.defaults().faults(spikes);
        var dropped = Simulation.run(config, 1);
        assertThat(dropped.droppedSteps()).isBetween(5, 30);
        assertThat(dropped.rollbacks()).isZero();
        assertThat(dropped.lostSeconds()).isCloseTo(6.3 * dropped.droppedSteps(), within(1e-3));
        var late = new Faults(Double.POSITIVE_INFINITY, 1, 1, 0, 0, 0, 0.1, 60_000, 0, 20, 0.25);
        var back = Simulation.run(config.faults(late), 1);
        assertThat(back.rollbacks()).isBetween(2, 20);
        assertThat(back.halts()).isZero();
        assertThat(back.lostSeconds() / back.rollbacks())
                .isLessThan(2 * 6.3 * config.faults(late).intervalSteps());
        assertThat(back.recoverySeconds()).isCloseTo(120.0 * back.rollbacks(), within(120.0));
    }

    /// Without a guard and an archive, damage seen after all kept checkpoints have it costs the training.
    @Test
    void retentionWithoutHealthCanLoseEverything() {
        var corruption = new Faults(12_288 * 100 * HOUR, 1, 0, 0, 0, 1, 0.1, Double.POSITIVE_INFINITY, 0, 400, 0);
        var base = Simulation.Config.defaults().faults(corruption);
        var blind = new Policy(
                "blind", 20, 60, 1200, true, true, new Interval.Fixed(300), 2, 0, null, 0, Replacement.SPARES);
        var lost = mean(base.policy(blind), 5, Simulation.Result::lostRatio);
        var guarded = mean(
                base.policy(Policy.guardedSpares().interval(new Interval.Fixed(300))), 5, Simulation.Result::lostRatio);
        assertThat(lost).isGreaterThan(0.3);
        assertThat(guarded).isLessThan(lost);
    }

    @Test
    void retentionKeepsTheNewestTheHealthyAndTheArchived() {
        var saved = new Saved(2, 30);
        for (long step = 10; step <= 100; step += 10) {
            saved.add(new Saved.Checkpoint(step, null), at -> at <= 50);
        }
        assertThat(saved.newest().step()).isEqualTo(100);
        assertThat(saved.newest(99, any -> true))
                .extracting(Saved.Checkpoint::step)
                .isEqualTo(90L);
        assertThat(saved.newest(80, at -> at <= 50))
                .extracting(Saved.Checkpoint::step)
                .isEqualTo(50L);
        assertThat(saved.newest(49, any -> true))
                .extracting(Saved.Checkpoint::step)
                .isEqualTo(30L);
        saved.dropAfter(20);
        assertThat(saved.newest().step()).isZero();
        assertThat(saved.newest(5, at -> false)).isNull();
    }

    @Test
    void anElasticJobGoesOnWithFewerWorkers() {
        var faults = Faults.crashesOnly(1000 * HOUR);
        var costs = new Costs(5, 120, 570, 30, 120, 30, 1800, 10 * 86_400, 0.01);
        var base = new Simulation.Config(8, 30 * 86_400, 6.3, faults, costs, Policy.guardedElastic());
        var elastic = mean(base, 10, Simulation.Result::ratio);
        var waiting = mean(base.policy(Policy.guardedSpares()), 10, Simulation.Result::ratio);
        assertThat(elastic).isGreaterThan(waiting);
        assertThat(mean(base, 10, Simulation.Result::slowSeconds)).isGreaterThan(86_400);
    }

    @Test
    void checksItsConfiguration() {
        assertThatThrownBy(() -> Simulation.Config.defaults().workers(0)).hasMessage("workers must be >= 1 but was 0");
        assertThatThrownBy(() -> new Faults(1, 1, 0.5, 0, 0, 0, 0.1, 1, 0, 1, 0))
                .hasMessageEndingWith("must be 1 but was 0.5");
        assertThatThrownBy(() -> new Costs(-1, 0, 0, 0, 0, 0, 0, 0, 0))
                .hasMessage("snapshotSeconds must be >= 0 and finite but was -1.0");
    }
}
