package io.evenkeel.studies.p61;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.evenkeel.random.RandomStream;
import io.evenkeel.schedule.Decay;
import io.evenkeel.schedule.Schedule;
import io.evenkeel.schedule.Wsd;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Reference checks of the specification.
///
/// @paper P61
class WsdSTest {
    private final RiverValley valley = new RiverValley(1, 1, 0.01);

    @ParameterizedTest
    @CsvSource({"1, 0.9174", "25, 0.3077", "50, 0.1818", "75, 0.1290", "100, 0.1000"})
    void inverseDecay(long k, double factor) {
        assertThat(new Decay(Decay.Shape.INVERSE, 0, 100, 0.1).factor(k - 1)).isCloseTo(factor, within(5e-5));
    }

    @ParameterizedTest
    @CsvSource({"0.1, 0.02632", "0.5, 0.16667", "1.0, 0.5", "1.9, 9.5"})
    void hillLoss(double rate, double loss) {
        assertThat(valley.hill(valley.stationary(rate))).isCloseTo(loss, within(1e-5));
    }

    @Test
    void beyondTwoOverSteepnessItDiverges() {
        assertThat(valley.stationary(2)).isInfinite();
        assertThat(valley.simulate(2.1, 10, 500, RandomStream.of(1, "walk"))[0]).isGreaterThan(1e6);
    }

    @Test
    void simulationAgreesWithTheFormula() {
        var found = valley.simulate(0.5, 4000, 200, RandomStream.of(1, "walk"));
        assertThat(found[0]).isCloseTo(0.16667, within(0.012));
        assertThat(found[1]).isCloseTo(1.0, within(1e-12));
    }

    @ParameterizedTest
    @CsvSource({"INVERSE, 0.02805", "COSINE, 0.03188", "LINEAR, 0.04068"})
    void decays(Decay.Shape shape, double variance) {
        assertThat(valley.after(valley.stationary(0.5), 0.5, new Decay(shape, 0, 100, 0.1), 100))
                .isCloseTo(variance, within(5e-6));
    }

    @Test
    void bestDecay() {
        assertThat(RiverValley.afterBestDecay(1.0 / 3, 100)).isCloseTo(1.0 / 103, within(1e-12));
    }

    /// Budgets 10 and 20, warmup 2, decay of 20 %.
    @Test
    void twoBudgets() {
        var schedule = new Schedule.Config(2L, new Wsd.Config(List.of(10L, 20L), 0.2, Decay.Shape.INVERSE, 0.1, 0)).build(20);
        assertThat(schedule.factor(8)).isCloseTo(0.1818, within(5e-5));
        assertThat(schedule.factor(9)).isCloseTo(0.1, within(1e-9));
        assertThat(schedule.factor(10)).isEqualTo(1);
        assertThat(schedule.factor(19)).isCloseTo(0.1, within(1e-9));
    }

    /// Each checkpoint of the branching run costs what that of the other has cost.
    @Test
    void budgetsOfEqualCompute() {
        assertThat(WsdS.equalCompute(List.of(200L, 400L, 800L), 0.1)).containsExactly(200L, 380L, 762L);
    }

    @Test
    void monotonePaths() {
        assertThat(Budgets.isMonotone(new double[] {3, 2, 2, 1})).isTrue();
        assertThat(Budgets.isMonotone(new double[] {3, 2, 2.1, 1})).isFalse();
    }
}
