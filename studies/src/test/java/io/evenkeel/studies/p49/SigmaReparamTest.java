package io.evenkeel.studies.p49;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Reference checks of the specification; those of the layer are with it.
///
/// @paper P49
class SigmaReparamTest {
    @ParameterizedTest
    @CsvSource({"4, 0, 1.38629", "4, 1, 1.22666", "4, 2, 0.79095", "16, 4, 1.01804", "64, 8, 0.17650", "256, 10, 0.12376"})
    void leastEntropy(int keys, double norm, double entropy) {
        assertThat(EntropyBound.of(keys, norm)).isCloseTo(entropy, within(5e-6));
    }

    /// The bound is the entropy of the logits that attain it.
    @ParameterizedTest
    @CsvSource({"4, 1", "16, 4", "64, 8"})
    void theBoundIsAttained(int keys, double norm) {
        var t = (double) keys;
        var first = Math.exp(norm * Math.sqrt((t - 1) / t));
        var other = Math.exp(-norm / Math.sqrt(t * (t - 1)));
        var sum = first + (t - 1) * other;
        var entropy = -first / sum * Math.log(first / sum) - (t - 1) * other / sum * Math.log(other / sum);
        assertThat(EntropyBound.of(keys, norm)).isCloseTo(entropy, within(1e-12));
    }
}
