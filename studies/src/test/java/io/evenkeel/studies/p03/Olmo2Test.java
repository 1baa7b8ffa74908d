package io.evenkeel.studies.p03;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.evenkeel.data.Batch;
import io.evenkeel.data.RepeatedNgrams;
import io.evenkeel.loss.LanguageModelLoss;
import io.evenkeel.random.RandomStream;
import io.evenkeel.schedule.Decay;
import io.evenkeel.statistic.SpikeScore;
import io.evenkeel.tensor.Scope;
import io.evenkeel.tensor.Tensors;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// Reference checks of the specification; those of z-loss, norms and scores are with their classes.
///
/// @paper P03
class Olmo2Test {
    @Test
    void linearDecayOfTheSecondStage() {
        assertThat(6.1499e-5 * new Decay(Decay.Shape.LINEAR, 0, 1000, 0).factor(499)).isCloseTo(3.07495e-5, within(1e-12));
    }

    @Test
    void spikeScores() {
        var series = IntStream.range(0, 1000).mapToDouble(t -> t % 2 == 0 ? 1 : -1).toArray();
        series[900] = 8;
        assertThat(SpikeScore.of(series).spikes()).isEqualTo(1);
        series[900] = 6.9;
        assertThat(SpikeScore.of(series).spikes()).isZero();
        var constant = new double[1000];
        constant[900] = 8;
        assertThat(SpikeScore.of(constant).spikes()).isZero();
    }

    private static Batch letters(int rows, int context) {
        var random = RandomStream.of(1, "letters");
        var inputs = new long[rows * context];
        var targets = new long[rows * context];
        for (var row = 0; row < rows; row++) {
            var text = random.longs(context + 1L, 0, 200).toArray();
            System.arraycopy(text, 0, inputs, row * context, context);
            System.arraycopy(text, 1, targets, row * context, context);
        }
        return new Batch(Tensors.of(inputs, rows, context), Tensors.of(targets, rows, context), List.of());
    }

    /// Rows that were made dirty repeat, their targets are their next inputs, and the filter finds exactly them.
    @Test
    void dirtIsFilteredOut() {
        try (var _ = Scope.open()) {
            var filter = new RepeatedNgrams(13, 9);
            var dirty = letters(400, 128);
            new DirtyStream(0.1, null, RandomStream.of(2, "dirt")).soil(List.of(dirty));
            var filtered = letters(400, 128);
            new DirtyStream(0.1, filter, RandomStream.of(2, "dirt")).soil(List.of(filtered));
            var inputs = dirty.inputs().toLongs();
            var targets = dirty.targets().toLongs();
            var ignored = filtered.targets().toLongs();
            var repeated = 0;
            for (var row = 0; row < 400; row++) {
                var from = row * 128;
                var in = filter.in(Arrays.copyOfRange(inputs, from, from + 128));
                repeated += in ? 1 : 0;
                assertThat(ignored[from] == LanguageModelLoss.IGNORED).isEqualTo(in);
                for (var i = 0; i < 127; i++) {
                    assertThat(targets[from + i]).isEqualTo(inputs[from + i + 1]);
                }
            }
            assertThat(repeated).isBetween(25, 60);
        }
    }

    /// Every line of sums is right, and the targets are the next bytes.
    @Test
    void sumsAreRight() {
        try (var _ = Scope.open();
                var batch = new Sums(RandomStream.of(4, "sums")).batch(2, 128)) {
            var inputs = batch.inputs().toLongs();
            var targets = batch.targets().toLongs();
            for (var row = 0; row < 2; row++) {
                var text = new StringBuilder().append((char) inputs[row * 128]);
                for (var i = 0; i < 128; i++) {
                    text.append((char) targets[row * 128 + i]);
                    if (i < 127) {
                        assertThat(targets[row * 128 + i]).isEqualTo(inputs[row * 128 + i + 1]);
                    }
                }
                var lines = text.toString().split("\n");
                assertThat(lines.length).isGreaterThan(8);
                for (var line : Arrays.asList(lines).subList(0, lines.length - 1)) {
                    var parts = line.split("[+=]");
                    assertThat(parts).hasSize(3);
                    assertThat(Integer.parseInt(parts[0]) + Integer.parseInt(parts[1])).isEqualTo(Integer.parseInt(parts[2]));
                }
            }
        }
    }
}
