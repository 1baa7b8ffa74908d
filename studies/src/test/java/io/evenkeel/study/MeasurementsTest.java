package io.evenkeel.study;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MeasurementsTest {
    @Test
    void numbersOfTheMachineAreKeptAndNotCompared() {
        var first = new Measurements().put("loss", 1.5).put(Measurements.MACHINE + "millis", 12);
        var second = new Measurements().put("loss", 1.5).put(Measurements.MACHINE + "millis", 19);
        assertThat(first).isEqualTo(second).hasSameHashCodeAs(second);
        assertThat(Measurements.of(second.json()).number("machine/millis")).isEqualTo(19);
        assertThat(first).isNotEqualTo(new Measurements().put("loss", 1.6).put("machine/millis", 12));
        assertThat(first).isNotEqualTo(new Measurements().put("loss", 1.5).put("losses", 1.5, 1.4));
    }
}
