package io.evenkeel.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.evenkeel.train.SkippedData.Stretch;
import org.junit.jupiter.api.Test;

class SkippedDataTest {
    private static final long EXAMPLES = 4;

    @Test
    void countsOnWithoutSkips() {
        var data = new SkippedData(EXAMPLES);
        assertThat(data.position(0)).isZero();
        assertThat(data.position(25)).isEqualTo(100);
    }

    @Test
    void leavesOutTheDataOfSteps() {
        var data = new SkippedData(EXAMPLES);
        assertThat(data.skipSteps(3, 5)).containsExactly(new Stretch(8, 20));
        assertThat(data.position(1)).isEqualTo(4);
        assertThat(data.position(2)).isEqualTo(20);
        assertThat(data.position(3)).isEqualTo(24);
    }

    @Test
    void leavesOutMoreWhenItComesThereAgain() {
        var data = new SkippedData(EXAMPLES);
        data.skipSteps(3, 5);
        // Step 3 now takes 20 to 24 and step 4 takes 24 to 28.
        assertThat(data.skipSteps(3, 4)).containsExactly(new Stretch(20, 28));
        assertThat(data.position(2)).isEqualTo(28);
        data.skipSteps(1, 1);
        assertThat(data.position(0)).isEqualTo(4);
        assertThat(data.position(1)).isEqualTo(28);
    }

    @Test
    void splitsAStretchAroundOneSkippedBefore() {
        var data = new SkippedData(EXAMPLES);
        data.skipSteps(3, 3);
        assertThat(data.skipSteps(2, 3)).containsExactly(new Stretch(4, 8), new Stretch(12, 16));
        assertThat(data.position(1)).isEqualTo(16);
    }

    @Test
    void continuesFromSavedStretches() {
        var data = new SkippedData(EXAMPLES);
        data.skipSteps(3, 5);
        var restored = new SkippedData(EXAMPLES);
        restored.restore(data.stretches());
        for (var step = 0L; step < 20; step++) {
            assertThat(restored.position(step)).isEqualTo(data.position(step));
        }
    }
}
