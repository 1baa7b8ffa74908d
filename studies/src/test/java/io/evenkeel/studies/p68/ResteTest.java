package io.evenkeel.studies.p68;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.evenkeel.number.Surrogate;
import org.junit.jupiter.api.Test;

/// Reference checks of the ramp; those of the estimators are with them.
///
/// @paper P68
class ResteTest {
    @Test
    void rampOfThePower() {
        assertThat(Reste.ramp(0, 3)).isEqualTo(1);
        assertThat(Reste.ramp(0.25, 3)).isCloseTo(1.152241, within(1e-6));
        assertThat(Reste.ramp(0.5, 3)).isCloseTo(1.585786, within(1e-6));
        assertThat(Reste.ramp(0.75, 3)).isCloseTo(2.234633, within(1e-6));
        assertThat(Reste.Estimator.TANH.at(0, 1)).isEqualTo(new Surrogate.Tanh(0.1));
        assertThat(((Surrogate.Tanh) Reste.Estimator.TANH.at(1, 1)).t()).isCloseTo(10, within(1e-9));
    }
}
