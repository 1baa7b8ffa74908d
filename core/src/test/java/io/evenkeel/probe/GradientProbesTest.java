package io.evenkeel.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.evenkeel.metric.SeriesNames;
import io.evenkeel.random.RandomStream;
import io.evenkeel.tensor.DType;
import io.evenkeel.tensor.Engine;
import io.evenkeel.tensor.Linalg;
import io.evenkeel.tensor.Tensors;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class GradientProbesTest extends ScopedTest {
    private static Fixture model() {
        var model = new Fixture(new long[] {2, 2}, new long[] {3});
        model.p(0).gradient().copy_(Tensors.of(new float[] {3, 0, 0, -4}, 2, 2));
        model.p(1).gradient().copy_(Tensors.of(new float[] {0, 12, 0}, 3));
        return model;
    }

    @Test
    void lossesAndTheLearningRateAreHandedOn() {
        try (var model = model()) {
            var readings = Fixture.run(new Losses(), model.view());
            assertThat(readings.get(SeriesNames.LOSS)).isEqualTo(2.5);
            assertThat(readings.get(SeriesNames.CROSS_ENTROPY)).isEqualTo(2.25);
            assertThat(readings.get(SeriesNames.LR)).isEqualTo(0.1);
        }
    }

    @Test
    void gradientNormsAreThoseOfEachTensorAndOfAll() {
        try (var model = model()) {
            var all = Fixture.run(new GradientNorm(), model.view());
            assertThat(all.get(SeriesNames.GRAD_NORM)).isEqualTo(13);
            assertThat(all.get(SeriesNames.GRAD_NONFINITE)).isZero();
            var each = Fixture.run(new GradientNorms(), model.view());
            assertThat(each.get("grad/norm/p0")).isEqualTo(5);
            assertThat(each.get("grad/norm/p1")).isEqualTo(12);
            assertThat(each.get("grad/max/p0")).isEqualTo(4);
            assertThat(each.get("grad/max")).isEqualTo(12);
            assertThat(each.has("grad/nonfinite/p0")).isFalse();
        }
    }

    @Test
    void elementsThatAreNotFiniteAreCountedWhereTheyAre() {
        try (var model = model()) {
            model.p(1).gradient().copy_(Tensors.of(new float[] {Float.NaN, 1f / 0f, 1}, 3));
            var all = Fixture.run(new GradientNorm(), model.view());
            assertThat(all.get(SeriesNames.GRAD_NORM)).isNaN();
            assertThat(all.get(SeriesNames.GRAD_NONFINITE)).isEqualTo(2);
            var each = Fixture.run(new GradientNorms(), model.view());
            assertThat(each.get("grad/nonfinite/p1")).isEqualTo(2);
            assertThat(each.has("grad/nonfinite/p0")).isFalse();
            assertThat(each.get("grad/max")).isNaN();
            // A norm beyond FLOAT32 is not an element that is not finite.
            model.p(1).gradient().fill_(3e38);
            assertThat(Fixture.run(new GradientNorm(), model.view()).get(SeriesNames.GRAD_NONFINITE))
                    .isZero();
        }
    }

    @Test
    void theUpdateIsComparedWithTheParameters() {
        try (var model = model()) {
            model.p(0).value().detach().copy_(Tensors.of(new float[] {6, 0, 0, 8}, 2, 2));
            Runnable update =
                    () -> model.parameters().values().add_(model.parameters().gradients(), -0.01);
            var values = Fixture.run(new ParameterNorms(), model.view());
            assertThat(values.get("param/norm/p0")).isEqualTo(10);
            assertThat(values.get("param/rms/p0")).isEqualTo(5);
            assertThat(values.get("param/norm/p1")).isZero();
            var all = Fixture.run(new UpdateRatio(), model.view(), update);
            var norm = Math.sqrt(5.97 * 5.97 + 8.04 * 8.04 + 0.12 * 0.12);
            assertThat(all.get(SeriesNames.UPDATE_NORM)).isCloseTo(0.13, within(1e-6));
            assertThat(all.get(SeriesNames.PARAM_NORM)).isCloseTo(norm, within(1e-5));
            assertThat(all.get("param/rms")).isCloseTo(norm / Math.sqrt(7), within(1e-5));
            assertThat(all.get(SeriesNames.UPDATE_RATIO)).isCloseTo(0.13 / norm, within(1e-6));
            model.p(1).value().detach().zero_();
            var each = Fixture.run(
                    new UpdateRatios(),
                    model.view(),
                    () -> model.p(0).value().detach().mul_(2));
            assertThat(each.get("update/ratio/p0")).isCloseTo(0.5, within(1e-6));
            assertThat(each.get("update/norm/p1")).isZero();
            assertThat(each.has("update/ratio/p1")).isFalse();
        }
    }

    @Test
    void theSecondMomentIsHeldAgainstEps() {
        try (var model = model()) {
            model.optimizer.updates = 1;
            // Bias correction divides by 1 - 0.95 = 0.05: sqrt(v) = 1e-9, 1e-7, 1, 1 against eps 1e-8.
            model.optimizer
                    .tensors()
                    .get("p0.second_moment")
                    .copy_(Tensors.of(new double[] {0.05e-18, 0.05e-14, 0.05, 0.05}, 2, 2));
            model.optimizer.tensors().get("p1.second_moment").fill_(0.05 * 4);
            var readings = Fixture.run(new SecondMoment(), model.view());
            assertThat(readings.get("optimizer/below_eps/p0")).isEqualTo(0.25);
            assertThat(readings.get("optimizer/below_eps/p1")).isZero();
            assertThat(readings.get("optimizer/below_eps")).isCloseTo(1 / 7.0, within(1e-12));
            assertThat(readings.get("optimizer/grad_rms_over_eps/p0")).isCloseTo(2.5e8, within(1.0));
            assertThat(readings.get("optimizer/grad_rms_over_eps")).isCloseTo(2.5e8, within(1.0));
            assertThat(readings.get("optimizer/rms_second_moment/p1")).isCloseTo(2, within(1e-6));
            model.optimizer.updates = 0;
            assertThat(Fixture.run(new SecondMoment(), model.view()).has("optimizer/below_eps"))
                    .isFalse();
        }
    }

    @Test
    void theSpectralNormIsTheLargestSingularValueAndFollowsTheMatrix() {
        try (var model = new Fixture(new long[] {9, 6}, new long[] {4, 2, 3}, new long[] {5});
                var probe = new SpectralNorms()) {
            var random = RandomStream.of(2, "w");
            model.p(0).value().detach().normal_(random, 0, 1);
            model.p(1).value().detach().normal_(random, 0, 1);
            for (var step = 0; step < 12; step++) {
                Fixture.run(probe, model.view());
            }
            var readings = Fixture.run(probe, model.view());
            for (var i = 0; i < 2; i++) {
                var matrix = SpectralNorms.matrix(model.p(i));
                var largest = Linalg.svdvals(matrix).amax().item();
                assertThat(readings.get("weight/spectral_norm/p" + i)).isCloseTo(largest, within(1e-3 * largest));
                assertThat(readings.get("weight/stable_rank/p" + i))
                        .isCloseTo(Math.pow(matrix.norm().item() / largest, 2), within(0.01));
            }
            assertThat(readings.has("weight/spectral_norm/p2")).isFalse();
            model.p(0).value().detach().fill_(Double.NaN);
            assertThat(Fixture.run(probe, model.view()).get("weight/spectral_norm/p0"))
                    .isNaN();
            model.p(0).value().detach().copy_(Tensors.ones(9).outer(Tensors.ones(6)));
            var rankOne = Fixture.run(probe, model.view());
            assertThat(rankOne.get("weight/spectral_norm/p0")).isCloseTo(Math.sqrt(54), within(1e-4));
            assertThat(rankOne.get("weight/stable_rank/p0")).isCloseTo(1, within(1e-4));
            model.p(0).value().detach().zero_();
            assertThat(Fixture.run(probe, model.view()).get("weight/spectral_norm/p0"))
                    .isZero();
            model.p(0).value().detach().fill_(1);
            assertThat(Fixture.run(probe, model.view()).get("weight/spectral_norm/p0"))
                    .isCloseTo(Math.sqrt(54), within(1e-4));
        }
    }

    @Test
    void matricesHaveAnEffectiveRank() {
        try (var model = new Fixture(new long[] {5, 5}, new long[] {5})) {
            model.p(0).value().detach().copy_(Tensors.eye(5));
            var readings = Fixture.run(new WeightRank(), model.view());
            assertThat(readings.get("rank/weight/p0")).isCloseTo(5, within(1e-9));
            assertThat(readings.has("rank/weight/p1")).isFalse();
        }
    }

    @Test
    void memoryIsWhatTheProcessHolds() {
        try (var model = model()) {
            var before = Engine.nativeBytes();
            var big = Tensors.full(1, DType.FLOAT64, 4_000_000);
            var readings = Fixture.run(new Memory(), model.view());
            assertThat(readings.get("memory/heap_bytes")).isBetween(1e6, 1e11);
            assertThat(readings.get("memory/native_bytes")).isGreaterThanOrEqualTo((double) before);
            assertThat(readings.get("memory/rss_bytes")).isGreaterThan((double) big.nbytes());
        }
    }

    @Test
    void everyNanosecondBelongsToOnePhaseAndMeansAreOverFinishedSteps() {
        var clock = new AtomicLong();
        var times = new StepTimes(clock::get);
        for (var step = 0; step < 2; step++) {
            clock.addAndGet(1_000_000);
            try (var _ = times.during(StepTimes.Phase.FORWARD)) {
                clock.addAndGet(10_000_000);
                try (var _ = times.during(StepTimes.Phase.PROBES)) {
                    clock.addAndGet(4_000_000);
                }
                clock.addAndGet(step * 4_000_000L);
            }
            times.endStep();
        }
        // Time of a step that has not ended does not count yet.
        clock.addAndGet(99);
        var means = times.drain();
        assertThat(means.get(StepTimes.Phase.FORWARD)).isEqualTo(12);
        assertThat(means.get(StepTimes.Phase.PROBES)).isEqualTo(4);
        assertThat(means.get(StepTimes.Phase.OTHER)).isEqualTo(1);
        assertThat(means.get(StepTimes.Phase.DATA)).isZero();
        assertThat(times.drain()).isEmpty();
    }
}
