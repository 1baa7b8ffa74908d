package io.evenkeel.statistic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.evenkeel.testing.Property;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class SlidingWindowTest {
    @Test
    void agreesWithSortingAtEveryPoint() {
        Property.check(100, random -> {
            int capacity = 1 + random.nextInt(40);
            var window = new SlidingWindow(capacity);
            var all = new double[120];
            for (var i = 0; i < all.length; i++) {
                // Many ties, and both zeros.
                all[i] = random.nextInt(5) == 0 ? -0.0 : Math.rint(4 * random.nextGaussian()) / 2;
                window.add(all[i]);
                var last = Arrays.copyOfRange(all, Math.max(0, i + 1 - capacity), i + 1);
                assertThat(window.values()).containsExactly(last);
                assertThat(window.recent(0)).isEqualTo(all[i]);
                assertThat(window.median()).isEqualTo(Sample.median(last));
                assertThat(window.quantile(0.3)).isEqualTo(Sample.quantile(last, 0.3));
                assertThat(window.medianAbsoluteDeviation()).isEqualTo(Sample.medianAbsoluteDeviation(last));
                assertThat(window.max()).isEqualTo(Sample.quantile(last, 1));
                assertThat(window.min()).isEqualTo(Sample.quantile(last, 0));
            }
        });
    }

    @Test
    void emptyHasNoStatistics() {
        var window = new SlidingWindow(3);
        assertThat(window.median()).isNaN();
        assertThat(window.medianAbsoluteDeviation()).isNaN();
        assertThat(window.max()).isNaN();
        assertThatThrownBy(() -> window.recent(0)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void takesOnlyFiniteValuesAndSaysSo() {
        var window = new SlidingWindow(3);
        assertThatThrownBy(() -> window.add(Double.NaN)).hasMessage("value must be finite but was NaN");
        assertThat(window.size()).isZero();
        assertThatThrownBy(() -> new SlidingWindow(0)).hasMessage("capacity must be >= 1 but was 0");
    }

    /// Type 7 of R: `quantile(c(1, 2, 4, 8), 0.4)` is 2.4; the deviations from the median 3 are 1, 1, 2, 5.
    @Test
    void knownSample() {
        assertThat(Sample.quantile(new double[] {8, 1, 4, 2}, 0.4)).isCloseTo(2.4, within(1e-12));
        assertThat(Sample.medianAbsoluteDeviation(8, 1, 4, 2)).isEqualTo(1.5);
        assertThat(Sample.median()).isNaN();
    }

    @Test
    void continuesFromItsState() {
        var window = new SlidingWindow(5);
        for (var i = 0; i < 13; i++) {
            window.add(i * 7 % 5);
        }
        var copy = new SlidingWindow(5);
        copy.restore(window.state());
        window.add(2.5);
        copy.add(2.5);
        assertThat(copy.values()).containsExactly(window.values());
        assertThat(copy.median()).isEqualTo(window.median());
        assertThatThrownBy(() -> new SlidingWindow(4).restore(window.state()))
                .hasMessage("state must hold <= 4 values but held 5");
    }
}
