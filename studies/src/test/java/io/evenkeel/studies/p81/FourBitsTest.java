package io.evenkeel.studies.p81;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

/// What the study counts; the reference checks of the optimizers and of the formats are with them.
///
/// @paper P81
class FourBitsTest {
    @Test
    void spikesAreNormsBeyondFiveMedians() {
        var norms = new double[200];
        Arrays.fill(norms, 2);
        norms[10] = 100;
        norms[100] = 10.1;
        norms[150] = 9.9;
        assertThat(FourBits.spikes(norms)).isEqualTo(1);
    }
}
