package io.evenkeel.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.evenkeel.InputException;
import io.evenkeel.random.RandomStream;
import io.evenkeel.schedule.Decay.Shape;
import io.evenkeel.schedule.Wsd.Segment;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class ScheduleTest {
    private static final double EXACT = 1e-15;

    /// The factor of update number `t`, which papers count from 1.
    private static double at(Schedule schedule, long t) {
        return schedule.factor(t - 1);
    }

    private static double[] all(Schedule schedule, long updates) {
        return LongStream.rangeClosed(1, updates)
                .mapToDouble(t -> at(schedule, t))
                .toArray();
    }

    @Test
    void warmUpReachesOneInItsLastUpdate() {
        assertThat(all(new Warmup(4, new Constant()), 6)).containsExactly(0.25, 0.5, 0.75, 1, 1, 1);
        assertThat(all(new Warmup(1, new Constant()), 2)).containsExactly(1, 1);
    }

    @Test
    void linearReachesItsFloorInTheLastUpdate() {
        var schedule = new Schedule.Config(2L, new Course.Linear(0.2)).build(10);
        assertThat(all(schedule, 12))
                .containsExactly(
                        new double[] {0.5, 1, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.2, 0.2}, within(EXACT));
    }

    @Test
    void cosineHasItsMiddleAtHalfTime() {
        var schedule = new Schedule.Config(0L, new Course.Cosine(0.1)).build(100);
        assertThat(at(schedule, 50)).isCloseTo(0.55, within(EXACT));
        // floor + (1 - floor) (1 + cos(pi / 4)) / 2
        assertThat(at(schedule, 25)).isCloseTo(0.1 + 0.9 * 0.8535533905932737, within(EXACT));
        assertThat(at(schedule, 100)).isEqualTo(0.1);
    }

    @Test
    void squareRootFallsFastAtFirst() {
        var decay = new Decay(Shape.SQRT, 0, 100, 0);
        assertThat(at(decay, 25)).isEqualTo(0.5);
        assertThat(at(decay, 64)).isCloseTo(0.2, within(EXACT));
        assertThat(at(decay, 100)).isZero();
    }

    @Test
    void inverseSqrtFallsBehindItsTimescale() {
        var schedule = new Schedule.Config(4L, new InverseSqrt.Config(null)).build(1000);
        assertThat(all(schedule, 4)).containsExactly(0.25, 0.5, 0.75, 1);
        assertThat(at(schedule, 16)).isEqualTo(0.5);
        assertThat(at(schedule, 400)).isEqualTo(0.1);
        assertThat(at(new Schedule.Config(4L, new InverseSqrt.Config(100L)).build(1000), 100))
                .isEqualTo(1);
    }

    /// Reference checks of P61: peak 1, floor 0.1, D = 100.
    @Test
    void inverseDecayHasThePublishedValues() {
        var decay = new Decay(Shape.INVERSE, 1, 100, 0.1);
        var published = new double[][] {{0, 0.9174}, {1, 0.9174}, {25, 0.3077}, {50, 0.1818}, {75, 0.1290}, {100, 0.1}};
        for (var value : published) {
            assertThat(at(decay, 1 + (long) value[0])).isCloseTo(value[1], within(5e-5));
        }
    }

    /// Reference check of P61: T = (10, 20), W = 2, D = 20 % of a segment.
    @Test
    void wsdSGoesBackToThePeakFromTheDecayedWeights() {
        var config = new Wsd.Config(List.of(10L, 20L), 0.2, Shape.INVERSE, 0.1, 0);
        var factors = all(new Schedule.Config(2L, config).build(20), 20);
        assertThat(factors)
                .containsExactly(
                        new double[] {
                            0.5, 1, 1, 1, 1, 1, 1, 2 / 11.0, 2 / 11.0, 0.1, 1, 1, 1, 1, 1, 1, 1, 2 / 11.0, 2 / 11.0, 0.1
                        },
                        within(EXACT));
        var jumps = LongStream.range(1, 20)
                .filter(i -> factors[(int) i] - factors[(int) i - 1] > 0.5)
                .count();
        assertThat(jumps).isEqualTo(1);
    }

    @Test
    void wsdWithOneBudgetIsPlainWsdAndWithoutDecayConstant() {
        var one = new Wsd.Config(List.of(50L), 0.1, Shape.LINEAR, 0.1, 0);
        var none = new Wsd.Config(List.of(), 0.1, Shape.LINEAR, 0.1, 0);
        assertThat(new Schedule.Config(5L, one).build(50)).isEqualTo(new Schedule.Config(5L, none).build(50));
        var constant = new Schedule.Config(0L, new Wsd.Config(List.of(), 0, Shape.INVERSE, 0.1, 0)).build(30);
        assertThat(all(constant, 40)).containsOnly(1);
    }

    @Test
    void wsdReWarmsFromWhereItsDecayEnded() {
        var wsd = new Wsd(List.of(new Segment(4, 0, 2), new Segment(12, 4, 2)), Shape.LINEAR, 0.2);
        assertThat(all(wsd, 14))
                .containsExactly(
                        new double[] {1, 1, 0.6, 0.2, 0.4, 0.6, 0.8, 1, 1, 1, 0.6, 0.2, 0.2, 0.2}, within(EXACT));
        var noDecay = new Wsd(List.of(new Segment(4, 0, 0), new Segment(8, 2, 0)), Shape.LINEAR, 0.2);
        assertThat(all(noDecay, 10)).containsOnly(1);
    }

    @Test
    void cyclicCosineIsAWsdThatDecaysAllTheTime() {
        var config = new Wsd.Config(List.of(10L, 30L), 1, Shape.COSINE, 0.1, 0);
        var cyclic = new Schedule.Config(2L, config).build(30);
        var first = new Schedule.Config(2L, new Course.Cosine(0.1)).build(10);
        var second = new Schedule.Config(0L, new Course.Cosine(0.1)).build(20);
        for (var t = 1; t <= 30; t++) {
            assertThat(at(cyclic, t)).isEqualTo(t <= 10 ? at(first, t) : at(second, t - 10));
        }
    }

    @Test
    void reWarmingAndScalingStack() {
        var warm = new Rewarmed(new Constant(), 10, 4, 0.2);
        assertThat(LongStream.rangeClosed(9, 15).mapToDouble(warm::factor).toArray())
                .containsExactly(new double[] {1, 0.2, 0.4, 0.6, 0.8, 1, 1}, within(EXACT));
        var stacked = new Scaled(new Rewarmed(warm, 12, 2, 0.5), 13, 0.1);
        assertThat(stacked.factor(11)).isEqualTo(warm.factor(11));
        assertThat(stacked.factor(12)).isCloseTo(0.6 * 0.5, within(EXACT));
        assertThat(stacked.factor(13)).isCloseTo(0.8 * 0.75 * 0.1, within(EXACT));
        assertThat(stacked.factor(20)).isCloseTo(0.1, within(EXACT));
    }

    @Test
    void partsLongerThanTheRunAreRefused() {
        assertRefused(
                new Schedule.Config(11L, new Constant()),
                "schedule.warmupSteps must be <= 10, the steps of the run, but was 11");
        assertRefused(
                new Schedule.Config(0L, new Wsd.Config(List.of(5L, 20L), 0.1, Shape.LINEAR, 0.1, 0)),
                "schedule.budgets must end at 10, the steps of the run, but were [5, 20]");
        assertRefused(
                new Schedule.Config(0L, new Wsd.Config(List.of(6L, 10L), 0.1, Shape.LINEAR, 0.1, 5)),
                "schedule.rewarmupSteps must be <= 4, the updates from 6 to budget 10, but was 5");
        assertRefused(
                new Schedule.Config(7L, new Wsd.Config(List.of(6L, 10L), 0.1, Shape.LINEAR, 0.1, 0)),
                "schedule.warmupSteps must be <= 6, the updates from 0 to budget 6, but was 7");
        assertRefused(
                new Schedule.Config(3L, new InverseSqrt.Config(2L)),
                "schedule.timescale must be >= 3, the steps of the warm-up, but was 2");
    }

    private static void assertRefused(Schedule.Config config, String message) {
        assertThatThrownBy(() -> config.build(10))
                .isInstanceOf(InputException.class)
                .hasMessage(message);
    }

    @Test
    void wrongValuesAreRefusedByName() {
        assertThatThrownBy(() -> new Schedule.Config(-1L, new Constant()))
                .hasMessage("warmupSteps must be >= 0 but was -1");
        assertThatThrownBy(() -> new Course.Cosine(1.5)).hasMessage("floor must be in [0, 1] but was 1.5");
        assertThatThrownBy(() -> new Course.Linear(Double.NaN)).hasMessage("floor must be in [0, 1] but was NaN");
        assertThatThrownBy(() -> new Wsd.Config(List.of(), 0.1, Shape.INVERSE, 0, 0))
                .hasMessage("floor must be > 0 and <= 1 for an inverse decay but was 0.0");
        assertThatThrownBy(() -> new Wsd.Config(List.of(5L, 5L), 0.1, Shape.LINEAR, 0, 0))
                .hasMessage("budgets must be >= 1 and ascending but were [5, 5]");
        assertThatThrownBy(() -> new Wsd.Config(List.of(), 1.1, Shape.LINEAR, 0, 0))
                .hasMessage("decayFraction must be in [0, 1] but was 1.1");
        assertThatThrownBy(() -> new Wsd(List.of(new Segment(4, 0, 5)), Shape.LINEAR, 0))
                .hasMessageStartingWith("segments must have room");
    }

    @Test
    void theDefaultsFitRunsOfEveryLength() {
        for (var total : new long[] {1, 2, 19, 20, 1000}) {
            var factors = all(Schedule.Config.defaults().build(total), total);
            assertThat(factors[factors.length - 1]).isEqualTo(0.1);
        }
    }

    /// Over drawn configurations: factors lie in [0, 1], are the same at every call and in every order, and without
    /// segments go up only in the warm-up and move little from one update to the next.
    @Test
    void propertiesOfDrawnSchedules() {
        var random = RandomStream.of(3, "schedules");
        for (var trial = 0; trial < 300; trial++) {
            var total = 200 + random.nextInt(2000);
            var warmup = (long) random.nextInt(100);
            var course = course(random);
            var schedule = new Schedule.Config(warmup, course).build(total);
            var factors = all(schedule, total + 10L);
            assertThat(all(new Schedule.Config(warmup, course).build(total), total + 10L))
                    .isEqualTo(factors);
            var order = random.nextInt(total);
            assertThat(schedule.factor(order)).as("%s", schedule).isEqualTo(factors[order]);
            for (var i = 0; i < factors.length; i++) {
                assertThat(factors[i]).as("%s at %d", schedule, i).isBetween(0.0, 1.0);
                if (i > 0 && i + 1 > warmup) {
                    assertThat(factors[i]).as("%s at %d", schedule, i).isLessThanOrEqualTo(factors[i - 1] + EXACT);
                    if (!(course instanceof Wsd.Config)) {
                        // at most pi / 2 of a share of the decay, or timescale >= 1 of an
                        // inverse root
                        assertThat(factors[i - 1] - factors[i])
                                .as("%s at %d", schedule, i)
                                .isLessThan(0.3);
                    }
                }
            }
        }
    }

    private static Course course(RandomStream random) {
        var floor = 0.01 + 0.5 * random.nextDouble();
        var shapes = List.of(Shape.values());
        var courses = new ArrayList<Course>(List.of(
                new Course.Cosine(floor),
                new Course.Linear(floor),
                new Constant(),
                new InverseSqrt.Config(null),
                new Wsd.Config(List.of(), random.nextDouble(), shapes.get(random.nextInt(shapes.size())), floor, 0)));
        return courses.get(random.nextInt(courses.size()));
    }
}
