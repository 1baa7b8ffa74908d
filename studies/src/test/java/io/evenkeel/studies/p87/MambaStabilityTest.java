package io.evenkeel.studies.p87;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.evenkeel.loss.LanguageModelLoss;
import io.evenkeel.nn.Initializer;
import io.evenkeel.nn.Linear;
import io.evenkeel.nn.Parameters;
import io.evenkeel.nn.Precision;
import io.evenkeel.nn.SelectiveScan;
import io.evenkeel.number.NumberFormat;
import io.evenkeel.number.Rounding;
import io.evenkeel.probe.LyapunovExponents;
import io.evenkeel.random.RandomStream;
import io.evenkeel.random.RandomStreams;
import io.evenkeel.studies.common.Lora;
import io.evenkeel.tensor.DType;
import io.evenkeel.tensor.Scope;
import io.evenkeel.tensor.Tensors;
import org.junit.jupiter.api.Test;

/// Reference checks of exponents, rounding, adapters and tasks; the scan has its own.
///
/// @paper P87
class MambaStabilityTest {
    /// A step of 0.1 and A of -1, -2: the slower channel counts, and ten steps leave 1/e.
    @Test
    void theSlowestChannelIsTheExponent() {
        try (var _ = Scope.open()) {
            var log = Tensors.of(new double[] {-0.1, -0.2, -0.1, -0.2}, 2, 2);
            assertThat(LyapunovExponents.largestOfDiagonal(log)).isCloseTo(-0.1, within(1e-12));
            var impulse = Tensors.of(new double[] {1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, 1, 11, 1);
            var ones = Tensors.ones(1, 11, 1).to(DType.FLOAT64);
            var a = Tensors.full(-1, DType.FLOAT64, 1, 1);
            var states = SelectiveScan.states(SelectiveScan.Steps.of(impulse, ones.mul(0.1), a, ones)).toDoubles();
            assertThat(states[10] / states[0]).isCloseTo(0.367879, within(1e-6));
        }
    }

    @Test
    void blocksContractAndRandomRecurrencesOfRadiusAboveOneDoNot() {
        var measured = Exponents.run(3, 64, new RandomStreams(1));
        assertThat(measured.number("largest")).isNegative();
        assertThat(measured.number("misfit")).isLessThan(0.1);
        assertThat(measured.number("norm_misfit")).isLessThan(0.1);
        assertThat(measured.number("unstable")).isPositive();
        assertThat(measured.number("lstm")).isNegative();
        assertThat(measured.number("rnn")).isGreaterThan(measured.number("lstm"));
    }

    @Test
    void bfloat16RoundsToEightBits() {
        try (var _ = Scope.open()) {
            var format = new NumberFormat.FloatingPoint(8, 7, Rounding.NEAREST, true, true, false);
            assertThat(format.reduce(Tensors.of(new float[] {1.001f, 0x1.01p0f, 1.004f}, 3), null).toFloats())
                    .containsExactly(1, 1, 1.0078125f);
        }
    }

    @Test
    void adaptersBeginAtZero() {
        var layer = new Linear(5, 7, false, Initializer.lecun(5), Precision.FP32);
        var lora = new Lora(5, 7, 2, 2);
        try (var _ = Parameters.materialize(layer, RandomStream.of(1, "layer"));
                var own = Parameters.materialize(lora, RandomStream.of(2, "lora"));
                var _ = Scope.open()) {
            var x = Tensors.randn(RandomStream.of(3, "x"), 4, 5);
            var before = layer.forward(x).toFloats();
            layer.addBranch(lora::forward);
            assertThat(layer.forward(x).toFloats()).isEqualTo(before);
            own.get("up").value().detach().fill_(1);
            assertThat(layer.forward(x).toFloats()).isNotEqualTo(before);
        }
    }

    @Test
    void examplesShiftByWhatTheyShow() {
        try (var _ = Scope.open();
                var batch = Text.shifts(50, RandomStream.of(1, "shifts"))) {
            var inputs = batch.inputs().toLongs();
            var targets = batch.targets().toLongs();
            var usual = 0;
            for (var row = 0; row < 50; row++) {
                var from = row * 12;
                var shift = Math.floorMod(targets[from + 1] - inputs[from + 1], 16);
                usual += shift == 1 ? 1 : 0;
                for (var i = 0; i < 12; i++) {
                    assertThat(targets[from + i])
                            .isEqualTo(i % 2 == 0 ? LanguageModelLoss.IGNORED : (inputs[from + i] + shift) % 16);
                }
            }
            assertThat(usual).isBetween(15, 40);
            assertThat(Text.place(5)).isEqualTo(11);
        }
    }

    /// Both kinds of models see text from left to right and have about as many parameters.
    @Test
    void modelsAreCausalAndOfOneSize() {
        var counts = new long[2];
        for (var model : MambaStability.Model.values()) {
            var net = Network.of(model);
            try (var parameters = Parameters.materialize(net, RandomStream.of(1, "init"));
                    var _ = Scope.open();
                    var batch = Text.mixture(2, RandomStream.of(2, "text"))) {
                counts[model.ordinal()] = parameters.count();
                var before = net.forward(batch.inputs()).narrow(1, 0, 9).toFloats();
                var changed = batch.inputs().copy();
                changed.narrow(1, 9, 3).fill_(3);
                var after = net.forward(changed).narrow(1, 0, 9);
                assertThat(after.sub(Tensors.of(before, 2, 9, 20)).abs().to(DType.FLOAT32).amax().item()).isLessThan(1e-5);
            }
        }
        assertThat(counts[0] / (double) counts[1]).isBetween(0.9, 1.1);
    }
}
