package io.evenkeel.studies.p02;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.evenkeel.config.ConfigReader;
import io.evenkeel.detect.Straggler;
import io.evenkeel.metric.Readings;
import io.evenkeel.metric.SeriesNames;
import io.evenkeel.nn.Decoder;
import io.evenkeel.nn.Parameters;
import io.evenkeel.nn.Precision;
import io.evenkeel.random.RandomStream;
import io.evenkeel.simulate.Interval;
import io.evenkeel.tensor.Autograd;
import io.evenkeel.tensor.Scope;
import io.evenkeel.tensor.Tensors;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Reference checks of the specification; the one step of LAMB is in the tests of update rules.
///
/// @paper P02
class MegaScaleTest {
    @Test
    void bubbles() {
        assertThat(Pipeline.bubble(8, 1, 8)).isEqualTo(0.875);
        assertThat(Pipeline.bubble(8, 1, 32)).isEqualTo(0.21875);
    }

    @Test
    void youngsInterval() {
        assertThat(new Interval.Young().seconds(30, 21_600)).isCloseTo(1138.4, within(0.05));
    }

    private static double[] logits(String mask) {
        var config = ConfigReader.read(
                List.of("width=16", "depth=1", "heads=2", "attention.mask=" + mask), Decoder.Config.defaults());
        var random = RandomStream.of(1, "model");
        try (var _ = Scope.open()) {
            var model = new Decoder(config, 12, 20, Precision.FP32, random);
            try (var _ = Parameters.materialize(model, random);
                    var _ = Autograd.noGrad()) {
                return model.logits(Tensors.randint(RandomStream.of(2, "tokens"), 12, 2, 20)).toDoubles();
            }
        }
    }

    @Test
    void aWindowOfAllIsFullAttention() {
        assertThat(logits("{type: sliding-window, window: 20}")).containsExactly(logits("{type: causal}"), within(1e-6));
        assertThat(logits("{type: sliding-window, window: 2}")).isNotEqualTo(logits("{type: causal}"));
    }

    /// A window of one gives each position its own value: what comes before does not matter.
    @Test
    void aWindowOfOneSeesItselfOnly() {
        var config = ConfigReader.read(
                List.of("width=16", "depth=1", "heads=2", "attention.mask={type: sliding-window, window: 1}"),
                Decoder.Config.defaults());
        var random = RandomStream.of(1, "model");
        try (var _ = Scope.open()) {
            var model = new Decoder(config, 12, 20, Precision.FP32, random);
            try (var _ = Parameters.materialize(model, random);
                    var _ = Autograd.noGrad()) {
                var same = Tensors.of(new long[] {3, 5, 7, 3, 5, 7, 1, 7}, 1, 8);
                var found = model.logits(same);
                assertThat(found.select(1, 2).sub(found.select(1, 7)).abs().amax().item()).isLessThan(1e-5);
            }
        }
    }

    private static boolean flagged(double slow, long seed, int steps) {
        var random = RandomStream.of(seed, "times");
        var detector = new Straggler(Straggler.Config.defaults());
        for (var step = 1; step <= steps; step++) {
            var readings = new Readings(step, step);
            for (var rank = 0; rank < 16; rank++) {
                var mean = rank == 7 ? slow : 1;
                readings.put(SeriesNames.WORKER_STEP_MILLIS + "/" + rank, 1000 * (mean + 0.01 * random.nextGaussian()));
            }
            if (!detector.observe(readings).isEmpty()) {
                return true;
            }
        }
        return false;
    }

    /// One of 16 ranks is a tenth slower: seen within 20 steps; of 1,000 clean runs fewer than ten are alarmed.
    @Test
    void stragglers() {
        assertThat(flagged(1.1, 1, 20)).isTrue();
        var alarms = 0;
        for (var seed = 1L; seed <= 1000; seed++) {
            alarms += flagged(1, seed, 20) ? 1 : 0;
        }
        assertThat(alarms).isLessThan(10);
    }
}
