package io.evenkeel.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.evenkeel.random.RandomStream;
import io.evenkeel.tensor.Autograd;
import io.evenkeel.tensor.DType;
import io.evenkeel.tensor.Functional;
import io.evenkeel.tensor.Scope;
import io.evenkeel.tensor.Tensor;
import io.evenkeel.tensor.Tensors;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Reference checks of the scan and of its block.
///
/// @paper P87
class SelectiveScanTest {
    private static Tensor of(double value, long... shape) {
        return Tensors.full(value, DType.FLOAT32, shape);
    }

    @Test
    void halves() {
        try (var _ = Scope.open()) {
            var ones = of(1, 1, 3, 1);
            var steps = SelectiveScan.Steps.of(ones, ones, of(-Math.log(2), 1, 1), ones);
            var states = SelectiveScan.states(steps);
            assertThat(states.toDoubles()).containsExactly(new double[] {1, 1.5, 1.75}, within(1e-6));
            assertThat(SelectiveScan.output(states, ones, ones, of(0, 1)).toDoubles())
                    .containsExactly(new double[] {1, 1.5, 1.75}, within(1e-6));
        }
    }

    private static SelectiveScan.Steps random(long length, long seed) {
        var random = RandomStream.of(seed, "scan");
        return SelectiveScan.Steps.of(
                Tensors.randn(random, 2, length, 3).to(DType.FLOAT64),
                Tensors.uniform(random, 0.001, 0.5, 2, length, 3).to(DType.FLOAT64),
                Tensors.uniform(random, -4, -0.5, 3, 4).to(DType.FLOAT64),
                Tensors.randn(random, 2, length, 4).to(DType.FLOAT64));
    }

    /// Chunks give the states of one step after the other, and their gradients.
    @ParameterizedTest
    @ValueSource(longs = {1, 3, 4, 5, 16, 17})
    void chunksAreTheSame(long chunk) {
        try (var _ = Scope.open()) {
            var steps = random(16, 1);
            var log = steps.logFactors().detach().requiresGrad(true);
            var inputs = steps.inputs().detach().requiresGrad(true);
            var weights = Tensors.randn(RandomStream.of(2, "w"), 2, 16, 3, 4).to(DType.FLOAT64);
            var plain = SelectiveScan.states(new SelectiveScan.Steps(log, inputs));
            var expected = Autograd.grad(plain.mul(weights).sum(), List.of(log, inputs), false);
            var chunked = SelectiveScan.states(new SelectiveScan.Steps(log, inputs), chunk);
            var gradients = Autograd.grad(chunked.mul(weights).sum(), List.of(log, inputs), false);
            assertThat(chunked.sub(plain).abs().amax().item()).isLessThan(1e-12);
            for (var i = 0; i < 2; i++) {
                assertThat(gradients.get(i).sub(expected.get(i)).abs().amax().item())
                        .isLessThan(1e-11);
            }
        }
    }

    /// With constant steps the scan is a convolution with powers of the factor.
    @Test
    void constantStepsAreAConvolution() {
        try (var _ = Scope.open()) {
            var x = Tensors.randn(RandomStream.of(3, "x"), 1, 9, 1);
            var states = SelectiveScan.states(SelectiveScan.Steps.of(x, of(0.1, 1, 9, 1), of(-1, 1, 1), of(1, 1, 9, 1)))
                    .toDoubles();
            var inputs = x.toDoubles();
            for (var t = 0; t < 9; t++) {
                var sum = 0.0;
                for (var j = 0; j <= t; j++) {
                    sum += 0.1 * inputs[j] * Math.exp(-0.1 * (t - j));
                }
                assertThat(states[t]).isCloseTo(sum, within(1e-6));
            }
        }
    }

    @Test
    void stepSizesBeginWhereTheyShould() {
        try (var _ = Scope.open()) {
            var bias = MambaBlock.inverseSoftplus(Tensors.of(new double[] {0.01}, 1));
            assertThat(bias.item()).isCloseTo(-4.600166, within(1e-6));
            assertThat(Functional.softplus(bias).item()).isCloseTo(0.01, within(1e-6));
        }
    }

    /// What comes later does not change what was, and factors are in [0, 1] for any input.
    @Test
    void blocksAreCausalAndDoNotOverflow() {
        var block = new MambaBlock(8, 4, 4, Precision.FP32);
        try (var parameters = Parameters.materialize(block, RandomStream.of(1, "init"));
                var _ = Scope.open()) {
            var x = Tensors.randn(RandomStream.of(2, "x"), 2, 10, 8);
            var changed = x.copy();
            changed.narrow(1, 6, 1).fill_(3);
            var before = block.forward(x).narrow(1, 0, 6).toFloats();
            assertThat(block.forward(changed).narrow(1, 0, 6).toFloats()).isEqualTo(before);
            assertThat(block.forward(changed).narrow(1, 6, 4).toFloats())
                    .isNotEqualTo(block.forward(x).narrow(1, 6, 4).toFloats());
            var factors = block.selection(x.mul(1e4)).steps().logFactors().exp();
            assertThat(factors.amax().item()).isLessThanOrEqualTo(1);
            assertThat(factors.amin().item()).isGreaterThanOrEqualTo(0);
            var delta = block.selection(of(0, 1, 5, 8)).delta();
            assertThat(delta.amin().item()).isBetween(0.9e-3, 0.1001);
            assertThat(delta.amax().item()).isBetween(0.9e-3, 0.1001);
            block.forward(x).square().sum().backward();
            assertThat(parameters
                            .gradients()
                            .isfinite()
                            .to(DType.FLOAT32)
                            .amin()
                            .item())
                    .isEqualTo(1);
            assertThat(parameters.get("log_a").gradient().norm().item()).isPositive();
        }
    }
}
