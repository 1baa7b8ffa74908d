package io.evenkeel.statistic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/// @paper P40
class PowerLawTest {
    private static final double[] SIZES = {1, 10, 100};

    @Test
    void aQuadraticThroughAPowerLawIsThePowerLaw() {
        var y = new double[3];
        for (var i = 0; i < 3; i++) {
            y[i] = 2 * Math.sqrt(SIZES[i]);
        }
        var law = PowerLaw.fit(SIZES, y, 2);
        assertThat(law.coefficients()[2]).isCloseTo(0, within(1e-12));
        assertThat(law.at(1000)).isCloseTo(63.2455532, within(1e-6));
    }

    @Test
    void aLineIsFittedByLeastSquares() {
        var law = PowerLaw.fit(new double[] {1, Math.E, Math.E * Math.E}, new double[] {1, Math.E, Math.E}, 1);
        assertThat(law.coefficients()[1]).isCloseTo(0.5, within(1e-12));
        assertThat(law.coefficients()[0]).isCloseTo(1.0 / 6, within(1e-12));
    }

    @Test
    void wrongInputIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PowerLaw.fit(new double[] {1, 2}, new double[] {1, 2}, 2));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PowerLaw.fit(new double[] {1, 1}, new double[] {1, 2}, 1));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PowerLaw.fit(new double[] {1, 0}, new double[] {1, 2}, 1));
    }
}
