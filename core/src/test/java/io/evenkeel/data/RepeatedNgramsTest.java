package io.evenkeel.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.evenkeel.loss.LanguageModelLoss;
import io.evenkeel.tensor.Scope;
import io.evenkeel.tensor.Tensors;
import java.util.Arrays;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class RepeatedNgramsTest {
    private final RepeatedNgrams filter = new RepeatedNgrams(3, 4);

    @Test
    void runsOfEveryLength() {
        assertThat(filter.in(9, 8, 5, 5, 5, 5, 7)).isTrue();
        assertThat(filter.in(9, 1, 2, 1, 2, 1, 2, 1, 2)).isTrue();
        assertThat(filter.in(1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3)).isTrue();
    }

    @Test
    void tooFewOrTooLong() {
        assertThat(filter.in(5, 5, 5, 6, 5, 5, 5)).isFalse();
        assertThat(filter.in(1, 2, 1, 2, 1, 2, 1)).isFalse();
        assertThat(filter.in(1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4)).isFalse();
        assertThat(filter.in()).isFalse();
    }

    @Test
    void theDefaultNeedsThirtyTwo() {
        var seven = LongStream.range(0, 32 * 7).map(i -> i % 7).toArray();
        assertThat(RepeatedNgrams.defaults().in(seven)).isTrue();
        assertThat(RepeatedNgrams.defaults().in(Arrays.copyOf(seven, seven.length - 1)))
                .isFalse();
    }

    @Test
    void onlyTheRowIsIgnored() {
        try (var _ = Scope.open()) {
            var inputs = Tensors.of(new long[] {1, 2, 3, 4, 5, 5, 5, 5}, 2, 4);
            var targets = Tensors.of(new long[] {2, 3, 4, 5, 5, 5, 5, 6}, 2, 4);
            assertThat(filter.ignore(inputs.memory(), targets.memory(), 0, 4)).isFalse();
            assertThat(filter.ignore(inputs.memory(), targets.memory(), 1, 4)).isTrue();
            var ignored = LanguageModelLoss.IGNORED;
            assertThat(targets.toLongs()).containsExactly(2, 3, 4, 5, ignored, ignored, ignored, ignored);
        }
    }

    @Test
    void refusesSenselessBounds() {
        assertThatThrownBy(() -> new RepeatedNgrams(0, 2)).hasMessage("maxLength must be >= 1 but was 0");
        assertThatThrownBy(() -> new RepeatedNgrams(1, 1)).hasMessage("minCount must be >= 2 but was 1");
    }
}
