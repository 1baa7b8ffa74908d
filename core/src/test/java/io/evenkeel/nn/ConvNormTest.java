package io.evenkeel.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.evenkeel.nn.ConvNorm.Mode;
import io.evenkeel.random.RandomStream;
import io.evenkeel.tensor.DType;
import io.evenkeel.tensor.Functional.Window;
import io.evenkeel.tensor.Scope;
import io.evenkeel.tensor.Tensor;
import io.evenkeel.tensor.Tensors;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Reference checks of convolutions with batch norms.
///
/// @paper P37
class ConvNormTest {
    private static final BatchNorm.Config NORM = BatchNorm.Config.defaults();

    private static ConvNorm layer(long in, long out, long size, Mode mode) {
        return new ConvNorm(
                new Kernel(in, out, size, Window.PLAIN), NORM, mode, Initializer.kaiming(in), Precision.FP32);
    }

    private static Map<String, Tensor> tensors(Module module) {
        var tensors = new HashMap<String, Tensor>();
        module.forEachParameter(
                (name, parameter) -> tensors.put(name, parameter.value().detach()));
        module.forEachBuffer(tensors::put);
        return tensors;
    }

    private static void set(Module module, String name, double value) {
        var tensor = tensors(module).get(name);
        if (tensor == null) {
            throw new AssertionError(name);
        }
        tensor.fill_(value);
    }

    /// W = 2, mean 4, variance 9 - eps, beta 1; gamma 3 gives 7 for x = 5, gamma 6 gives 13 with gradients 10, 2
    /// and 1.
    @Test
    void byHand() {
        for (var gamma : new double[] {3, 6}) {
            for (var mode : new Mode[] {Mode.EVAL, Mode.TUNE}) {
                var layer = layer(1, 1, 1, mode);
                try (var parameters = Parameters.materialize(layer, RandomStream.of(1, "init"));
                        var _ = Scope.open()) {
                    set(layer, "conv.weight", 2);
                    set(layer, "norm.weight", gamma);
                    set(layer, "norm.bias", 1);
                    set(layer, "norm.running_mean", 4);
                    set(layer, "norm.running_var", 9 - 1e-5);
                    var y = layer.forward(Tensors.full(5, DType.FLOAT32, 1, 1, 1, 1));
                    assertThat(y.item()).isCloseTo(gamma == 3 ? 7 : 13, within(2e-6));
                    y.sum().backward();
                    assertThat(parameters.get("conv.weight").gradient().item()).isCloseTo(gamma / 3 * 5, within(1e-5));
                    assertThat(parameters.get("norm.weight").gradient().item()).isCloseTo(2, within(1e-5));
                    assertThat(parameters.get("norm.bias").gradient().item()).isEqualTo(1);
                }
            }
        }
    }

    /// A layer whose norm has seen data, in another mode; the statistics stay as they are.
    @Test
    void tuneIsEvalInOutputsAndGradients() {
        try (var _ = Scope.open()) {
            var random = RandomStream.of(2, "x");
            var layer = layer(3, 5, 3, Mode.TRAIN);
            try (var parameters = Parameters.materialize(layer, RandomStream.of(1, "init"))) {
                for (var i = 0; i < 5; i++) {
                    layer.forward(Tensors.randn(random, 8, 3, 9, 9).mul(3).add(1));
                }
                var x = Tensors.randn(random, 4, 3, 9, 9);
                var mean = tensors(layer).get("norm.running_mean");
                var before = mean == null ? null : mean.copy();
                layer.mode(Mode.EVAL);
                var eval = layer.forward(x);
                eval.square().sum().backward();
                var gradients = parameters.gradients().copy();
                parameters.zeroGradients();
                layer.mode(Mode.TUNE);
                var tune = layer.forward(x);
                tune.square().sum().backward();
                assertThat(tune.sub(eval).abs().amax().item())
                        .isLessThan(1e-5 * eval.abs().amax().item());
                assertThat(parameters.gradients().sub(gradients).abs().amax().item())
                        .isLessThan(1e-5 * gradients.abs().amax().item());
                assertThat(mean == null ? null : mean.toFloats()).isEqualTo(before == null ? null : before.toFloats());

                var deployed = layer(3, 5, 3, Mode.DEPLOY);
                try (var _ = Parameters.materialize(deployed, RandomStream.of(3, "init"))) {
                    deployed.deploy(layer);
                    assertThat(deployed.forward(x).sub(eval).abs().amax().item())
                            .isLessThan(1e-5 * eval.abs().amax().item());
                    assertThatThrownBy(() -> deployed.mode(Mode.TUNE))
                            .hasMessageStartingWith("mode must not change to or from deploy");
                }
            }
        }
    }

    /// After a step of size eta on `W`, the folded weights have moved by `c^2 eta` times the folded gradient.
    @Test
    void aStepMovesFoldedWeightsByTheSquareOfTheCoefficient() {
        try (var _ = Scope.open()) {
            var layer = layer(1, 2, 1, Mode.TUNE);
            var plain = layer(1, 2, 1, Mode.DEPLOY);
            try (var parameters = Parameters.materialize(layer, RandomStream.of(1, "init"));
                    var folded = Parameters.materialize(plain, RandomStream.of(1, "init"))) {
                set(layer, "norm.running_var", 0.25);
                plain.deploy(layer);
                var x = Tensors.randn(RandomStream.of(2, "x"), 4, 1, 2, 2);
                layer.forward(x).square().sum().backward();
                plain.forward(x).square().sum().backward();
                var c = layer.coefficients().detach().toDoubles();
                var own = parameters.get("conv.weight").gradient().toDoubles();
                var deployed = folded.get("conv.weight").gradient().toDoubles();
                for (var i = 0; i < 2; i++) {
                    assertThat(c[i]).isCloseTo(2, within(1e-4));
                    assertThat(c[i] * own[i]).isCloseTo(c[i] * c[i] * deployed[i], within(1e-3));
                }
            }
        }
    }

    @Test
    void aChannelWithoutAScaleLearnsItsScale() {
        try (var _ = Scope.open()) {
            var layer = layer(1, 1, 1, Mode.TUNE);
            try (var parameters = Parameters.materialize(layer, RandomStream.of(1, "init"))) {
                set(layer, "norm.weight", 0);
                layer.forward(Tensors.full(5, DType.FLOAT32, 1, 1, 1, 1)).sum().backward();
                assertThat(parameters.get("conv.weight").gradient().item()).isZero();
                assertThat(parameters.get("norm.weight").gradient().item()).isNotZero();
            }
        }
    }
}
