package io.evenkeel.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.evenkeel.data.Batch;
import io.evenkeel.metric.Readings;
import io.evenkeel.random.RandomStream;
import io.evenkeel.tensor.DType;
import io.evenkeel.tensor.Tensor;
import io.evenkeel.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GradientNoiseTest extends ScopedTest {
    private static final int SIZE = 40;
    private static final double SIGMA = 2;
    private static final double MEAN = 0.5;

    /// An example is a vector, its loss the inner product with the parameter: so its gradient is the vector itself,
    /// normal around `MEAN`. Then tr(Sigma) = SIZE SIGMA^2 = 160, |G|^2 = SIZE MEAN^2 = 10, and the scale is 16.
    private static Tensor loss(Fixture model, Batch batch) {
        return batch.inputs().matmul(model.p(0).value()).mean();
    }

    private static Batch batch(RandomStream random, long examples) {
        return Fixture.batch(Tensors.normal(random, MEAN, SIGMA, examples, SIZE));
    }

    private static void assertKnownAnswer(Readings readings) {
        assertThat(readings.get("noise/trace")).isCloseTo(160, within(20.0));
        assertThat(readings.get("noise/gradient_squared")).isCloseTo(10, within(2.5));
        assertThat(readings.get("noise/scale")).isCloseTo(16, within(4.0));
    }

    /// A step of micro-batches as a trainer makes it.
    private static Readings accumulate(ProbeSet probes, Fixture model, long step, List<Batch> batches) {
        var view = model.view(step, batches, b -> loss(model, b));
        model.parameters().zeroGradients();
        for (var batch : batches) {
            loss(model, batch).div(batches.size()).backward();
            probes.afterMicroBatch(step, model.parameters(), batch, view.times());
        }
        var readings = new Readings(step, Double.NaN);
        probes.afterBackward(view, readings);
        return readings;
    }

    @Test
    void microBatchesGiveTheKnownScale() {
        try (var model = new Fixture(new long[] {SIZE});
                var probes = new ProbeSet(Map.of(new GradientNoise(), 1L))) {
            var random = RandomStream.of(1, "noise");
            Readings readings = null;
            for (var step = 0L; step < 60; step++) {
                var batches = new ArrayList<Batch>();
                for (var i = 0; i < 8; i++) {
                    batches.add(batch(random, 16));
                }
                readings = accumulate(probes, model, step, batches);
            }
            assertKnownAnswer(readings);
        }
    }

    @Test
    void halvesOfOneBatchGiveTheKnownScale() {
        try (var model = new Fixture(new long[] {SIZE});
                var probes = new ProbeSet(Map.of(new GradientNoise(), 1L))) {
            var random = RandomStream.of(2, "noise");
            Readings readings = null;
            for (var step = 0L; step < 60; step++) {
                readings = accumulate(probes, model, step, List.of(batch(random, 129)));
            }
            assertKnownAnswer(readings);
        }
    }

    @Test
    void oneMeasurementFollowsTheFormula() {
        try (var model = new Fixture(new long[] {2})) {
            // Gradients (3, 0) and (0, 4) of one example each: |small|^2 = 12.5, |big|^2 = 6.25.
            var halves = List.of(
                    Fixture.batch(Tensors.of(new float[] {3, 0}, 1, 2)),
                    Fixture.batch(Tensors.of(new float[] {0, 4}, 1, 2)));
            try (var probes = new ProbeSet(Map.of(new GradientNoise(), 1L))) {
                var readings = accumulate(probes, model, 0, halves);
                // |G|^2 = (2 * 6.25 - 12.5) / 1 = 0; tr = 6.25 / (1 - 1/2) = 12.5
                assertThat(readings.get("noise/gradient_squared")).isCloseTo(0, within(1e-5));
                assertThat(readings.get("noise/trace")).isCloseTo(12.5, within(1e-5));
            }
            var both = Fixture.batch(Tensors.of(new float[] {3, 0, 3, 4}, 2, 2));
            var split = Fixture.run(new GradientNoise(), model.view(0, List.of(both), b -> loss(model, b)));
            // Gradients (3, 0), (3, 4): small 17, big 13: |G|^2 = 9, tr = 8
            assertThat(split.get("noise/gradient_squared")).isCloseTo(9, within(1e-4));
            assertThat(split.get("noise/trace")).isCloseTo(8, within(1e-4));
            assertThat(split.get("noise/scale")).isCloseTo(8 / 9.0, within(1e-5));
        }
    }

    @Test
    void nothingIsMeasuredFromOneExampleOrUnequalMicroBatchesAndNanLeavesTheAveragesAlone() {
        try (var model = new Fixture(new long[] {SIZE});
                var probes = new ProbeSet(Map.of(new GradientNoise(), 1L))) {
            var random = RandomStream.of(3, "noise");
            assertThat(accumulate(probes, model, 0, List.of(batch(random, 1))).has("noise/trace"))
                    .isFalse();
            assertThat(accumulate(probes, model, 1, List.of(batch(random, 2), batch(random, 3)))
                            .has("noise/trace"))
                    .isFalse();
            var good = accumulate(probes, model, 2, List.of(batch(random, 4), batch(random, 4)));
            var bad = Fixture.batch(Tensors.full(Double.NaN, DType.FLOAT32, 4, SIZE));
            var after = accumulate(probes, model, 3, List.of(batch(random, 4), bad));
            assertThat(after.get("noise/trace")).isEqualTo(good.get("noise/trace"));
        }
    }
}
