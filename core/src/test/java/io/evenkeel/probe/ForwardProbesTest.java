package io.evenkeel.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.evenkeel.data.Batch;
import io.evenkeel.metric.Readings;
import io.evenkeel.metric.SeriesNames;
import io.evenkeel.random.RandomStream;
import io.evenkeel.tensor.DType;
import io.evenkeel.tensor.Tensor;
import io.evenkeel.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongFunction;
import org.junit.jupiter.api.Test;

class ForwardProbesTest extends ScopedTest {
    /// Readings of a probe when the module `m` reports values in a forward pass.
    private static Readings observe(Probe probe, Batch batch, Map<String, Tensor> values) {
        try (var model = new Fixture(new long[] {2})) {
            var reporter = model.reporter("m");
            return Fixture.run(probe, model.view(0, List.of(batch), _ -> {
                values.forEach(reporter::report);
                return Tensors.zeros(1);
            }));
        }
    }

    private static Readings observe(Probe probe, String what, Tensor value) {
        return observe(probe, Fixture.batch(1), Map.of(what, value));
    }

    @Test
    void activationsOfANormalSampleHaveItsMoments() {
        var x = Tensors.randn(RandomStream.of(1, "x"), 4, 50, 500).mul(3);
        var readings = observe(new Activations(), "residual", x);
        assertThat(readings.get("activation/rms/m")).isCloseTo(3, within(0.03));
        assertThat(readings.get("activation/kurtosis/m")).isCloseTo(3, within(0.1));
        assertThat(readings.get("activation/max/m")).isEqualTo(x.abs().amax().item());
        // The median magnitude of a standard normal is 0.6745.
        assertThat(readings.get("activation/massive_ratio/m"))
                .isCloseTo(x.abs().amax().item() / (3 * 0.6745), within(0.1));
        assertThat(readings.get("activation/massive_share/m")).isZero();
    }

    @Test
    void kurtosisOfSignsIsOneAndOfASpikeItsReciprocalShare() {
        var signs = Tensors.of(new float[] {5, -5, 5, -5}, 1, 2, 2);
        var readings = observe(new Activations(), "residual", signs);
        assertThat(readings.get("activation/kurtosis/m")).isCloseTo(1, within(1e-6));
        assertThat(readings.get("activation/rms/m")).isCloseTo(5, within(1e-6));
        // One of n elements 1, the others 0: p = 1/n, kurtosis (1 - 3 p + 3 p^2) / (p (1 - p))
        var spike = new float[1000];
        spike[7] = 1e15f;
        var huge = observe(new Activations(), "residual", Tensors.of(spike, 1, 10, 100));
        assertThat(huge.get("activation/kurtosis/m")).isCloseTo((1 - 3e-3 + 3e-6) / (1e-3 * (1 - 1e-3)), within(0.1));
        assertThat(huge.get("activation/rms/m")).isCloseTo(1e15 / Math.sqrt(1000), within(1e9));
    }

    /// Behind a rectifier most elements may be zero; that makes none of the others infinitely large.
    @Test
    void mostlyZeroActivationsHaveAFiniteRatio() {
        var values = new float[1000];
        for (var i = 0; i < 250; i++) {
            values[i] = 2;
        }
        var readings = observe(new Activations(), "residual", Tensors.of(values, 1, 10, 100));
        assertThat(readings.get("activation/massive_ratio/m"))
                .as("2 over an RMS of 1")
                .isCloseTo(2, within(1e-6));
        assertThat(readings.get("activation/massive_share/m")).isZero();
    }

    @Test
    void massiveActivationsAreCounted() {
        var values = new float[1000];
        Arrays.fill(values, 1);
        values[3] = -2000;
        values[4] = 1500;
        values[5] = 900;
        var readings = observe(new Activations(), "residual", Tensors.of(values, 1, 10, 100));
        assertThat(readings.get("activation/massive_share/m")).isCloseTo(0.002, within(1e-9));
        assertThat(readings.get("activation/massive_ratio/m")).isEqualTo(2000);
    }

    @Test
    void activationsThatAreNotFiniteReadAsNan() {
        var readings = observe(new Activations(), "residual", Tensors.of(new float[] {1, Float.NaN, 3, 4}, 1, 2, 2));
        assertThat(readings.get("activation/rms/m")).isNaN();
        assertThat(readings.get("activation/max/m")).isNaN();
    }

    @Test
    void unitsThatAreSilentOnTheWholeBatchAreDead() {
        // Four units over two positions: silent, alive, alive, faint.
        var hidden = Tensors.of(new float[] {0, 1, -2, 0.02f, 0, -3, 2, 0}, 1, 2, 4);
        var readings = observe(new DeadUnits(), "hidden", hidden);
        assertThat(readings.get("activation/dead/m")).isEqualTo(0.25);
        assertThat(readings.get("activation/dormant/m")).isEqualTo(0.5);
        assertThat(observe(new DeadUnits(), "hidden", Tensors.zeros(1, 2, 4)).get("activation/dead/m"))
                .isEqualTo(1);
    }

    @Test
    void uniformAttentionHasTheEntropyOfItsMaskAndOneHotAttentionNone() {
        // Head 0 uniform over the past, head 1 on itself; T = 4.
        var logits = Tensors.zeros(2, 2, 4, 4)
                .add(Tensors.full(Double.NEGATIVE_INFINITY, DType.FLOAT32, 4, 4).triu(1));
        var one = Tensors.of(new float[] {0, 1000}, 1, 2, 1, 1).mul(Tensors.eye(4));
        logits = logits.add(one);
        var values = new LinkedHashMap<String, Tensor>();
        values.put("logits", logits);
        values.put("probabilities", logits.softmax(-1));
        var readings = observe(new AttentionHeads(), Fixture.batch(1), values);
        var uniform = (Math.log(2) + Math.log(3) + Math.log(4)) / 4;
        assertThat(readings.get("attention/entropy/m.0")).isCloseTo(uniform, within(1e-6));
        assertThat(readings.get("attention/entropy/m.1")).isCloseTo(0, within(1e-6));
        assertThat(readings.get("attention/entropy_mean/m")).isCloseTo(uniform / 2, within(1e-6));
        assertThat(readings.get("attention/entropy_min/m")).isCloseTo(0, within(1e-6));
        assertThat(readings.get("attention/entropy_relative_mean/m")).isCloseTo(0.5, within(1e-6));
        assertThat(readings.get("attention/entropy_relative_min/m")).isCloseTo(0, within(1e-6));
        assertThat(readings.get(SeriesNames.MIN_ATTENTION_ENTROPY)).isCloseTo(0, within(1e-6));
        assertThat(readings.get(SeriesNames.MAX_ATTENTION_LOGIT)).isEqualTo(1000);
        assertThat(readings.get(SeriesNames.MAX_ATTENTION_LOGIT + "/m")).isEqualTo(1000);
    }

    @Test
    void withoutAMaskUniformAttentionIsRelativeToAllKeys() {
        var uniform = Tensors.full(1 / 8.0, DType.FLOAT32, 1, 1, 8, 8);
        var readings = observe(new AttentionHeads(), "probabilities", uniform);
        assertThat(readings.get("attention/entropy/m.0")).isCloseTo(Math.log(8), within(1e-6));
        assertThat(readings.get("attention/entropy_relative_min/m")).isCloseTo(1, within(1e-6));
        assertThat(readings.has(SeriesNames.MAX_ATTENTION_LOGIT)).isFalse();
    }

    @Test
    void theOutputLogitsOfZeroHaveLogZOfTheVocabularysLogarithm() {
        var readings = observe(new OutputLogits(), "logits", Tensors.zeros(2, 3, 64));
        assertThat(readings.get(SeriesNames.LOG_Z)).isCloseTo(Math.log(64), within(1e-6));
        assertThat(readings.get("logits/log_z_rms")).isCloseTo(Math.log(64), within(1e-6));
        var shifted =
                observe(new OutputLogits(), "logits", Tensors.zeros(2, 3, 64).sub(100));
        assertThat(shifted.get(SeriesNames.LOG_Z)).isCloseTo(Math.log(64) - 100, within(1e-4));
        assertThat(shifted.get("logits/mean")).isEqualTo(-100);
        assertThat(shifted.get("logits/max")).isEqualTo(100);
    }

    @Test
    void softmaxCollapsesWhenTheGapExceedsTheMantissa() {
        // @paper P82: 1 + e^-17 == 1 in float32, 1 + e^-16 != 1. The fourth position has no target.
        var logits = Tensors.of(new float[] {17, 0, 16, 0, 0, 17, 40, 0}, 1, 4, 2);
        var targets = Tensors.of(new long[] {0, 0, 0, -100}, 1, 4);
        var readings =
                observe(new SoftmaxCollapse(), Fixture.batch(Tensors.zeros(1, 4), targets), Map.of("logits", logits));
        assertThat(readings.get("softmax/saturated")).isCloseTo(2 / 3.0, within(1e-6));
        assertThat(readings.get("softmax/zero_gradient")).isCloseTo(1 / 3.0, within(1e-6));
        assertThat(readings.get("softmax/zero_loss")).isCloseTo(1 / 3.0, within(1e-6));
        // Of six elements only the first target's is exactly zero.
        assertThat(readings.get("softmax/zero_elements")).isCloseTo(1 / 6.0, within(1e-6));
        var underflow = Tensors.of(new float[] {200, 0, 0}, 1, 1, 3);
        var all = observe(
                new SoftmaxCollapse(),
                Fixture.batch(Tensors.zeros(1, 1), Tensors.of(new long[] {0}, 1, 1)),
                Map.of("logits", underflow));
        assertThat(all.get("softmax/zero_elements")).isEqualTo(1);
    }

    @Test
    void roundingToHalfPrecisionOverflowsAndUnderflows() {
        var x = Tensors.of(new float[] {0, 1, 65519, 65520, 1e-8f, 2e-8f, 6e-8f, -1e30f}, 1, 2, 4);
        var readings = observe(new PrecisionRange(), "residual", x);
        assertThat(readings.get("precision/float16_overflow/m")).isEqualTo(2 / 8.0);
        // 2^-25 = 2.98e-8 rounds to zero.
        assertThat(readings.get("precision/float16_underflow/m")).isCloseTo(2 / 7.0, within(1e-6));
        assertThat(readings.get("precision/bfloat16_overflow/m")).isZero();
        assertThat(readings.get("precision/bfloat16_underflow/m")).isZero();
        // The gradient of the fixture is zero everywhere.
        assertThat(readings.get("precision/float16_underflow/gradient")).isZero();
        var infinite = observe(new PrecisionRange(), "residual", Tensors.of(new float[] {1f / 0f, 1}, 1, 1, 2));
        assertThat(infinite.get("precision/float16_overflow/m")).isZero();
    }

    @Test
    void positionsThatAreAllEqualHaveRankOne() {
        var same = Tensors.randn(RandomStream.of(1, "row"), 1, 1, 16).repeat(2, 8, 1);
        assertThat(observe(new ActivationRank(), "residual", same).get("rank/activation/m"))
                .isCloseTo(1, within(1e-4));
        var identity = Tensors.eye(16).view(2, 8, 16);
        assertThat(observe(new ActivationRank(), "residual", identity).get("rank/activation/m"))
                .isCloseTo(16, within(1e-6));
    }

    @Test
    void driftIsMeasuredOnTheSameExamplesFromOneCheckpointToTheNext() {
        try (var model = new Fixture(new long[] {4, 4});
                var probe = new RepresentationDrift()) {
            var weight = model.p(0).value().detach();
            weight.copy_(Tensors.eye(4));
            var reporter = model.reporter("m");
            var seen = new ArrayList<float[]>();
            var random = RandomStream.of(3, "inputs");
            LongFunction<Readings> checkpoint = step -> {
                var batch = Fixture.batch(Tensors.randn(random, 6, 4), Tensors.zeros(6));
                return Fixture.run(probe, model.view(step, List.of(batch), b -> {
                    seen.add(b.inputs().toFloats());
                    reporter.report("residual", b.inputs().matmul(weight));
                    return Tensors.zeros(1);
                }));
            };
            assertThat(checkpoint.apply(0).has("drift/cka/m")).isFalse();
            // A rotation is no drift.
            weight.copy_(Tensors.eye(4).roll(1, 0).mul(2));
            assertThat(checkpoint.apply(1).get("drift/cka/m")).isCloseTo(1, within(1e-6));
            // Dropping three of four directions is.
            weight.copy_(Tensors.eye(4).mul(Tensors.of(new float[] {1, 0, 0, 0}, 4)));
            assertThat(checkpoint.apply(2).get("drift/cka/m")).isLessThan(0.9);
            weight.fill_(Double.NaN);
            assertThat(checkpoint.apply(3).get("drift/cka/m")).isNaN();
            weight.copy_(Tensors.eye(4).mul(Tensors.of(new float[] {1, 0, 0, 0}, 4)));
            assertThat(checkpoint.apply(4).get("drift/cka/m")).isCloseTo(1, within(1e-6));
            assertThat(seen).allSatisfy(inputs -> assertThat(inputs).containsExactly(seen.getFirst()));
        }
    }
}
