package io.evenkeel.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.evenkeel.random.RandomStream;
import io.evenkeel.tensor.Autograd;
import io.evenkeel.tensor.Functional;
import io.evenkeel.tensor.OneThread;
import io.evenkeel.tensor.Scope;
import io.evenkeel.tensor.Tensor;
import io.evenkeel.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@ExtendWith(OneThread.class)
class SmallNetworksTest {
    private final RandomStream random = RandomStream.of(8, "networks");

    /// The loss after some steps of gradient descent.
    private static double trained(
            Layer network, Parameters parameters, Tensor x, Tensor classes, double lr, int steps) {
        var loss = Double.NaN;
        for (var i = 0; i < steps; i++) {
            try (var _ = Scope.open()) {
                parameters.zeroGradients();
                var total = Functional.crossEntropy(Precision.full(network.forward(x)), classes, -100, 0);
                total.backward();
                loss = total.item();
                try (var _ = Autograd.noGrad()) {
                    parameters.values().add_(parameters.gradients(), -lr);
                }
            }
        }
        return loss;
    }

    @ParameterizedTest
    @EnumSource
    void anMlpLearnsExclusiveOr(Precision precision) {
        for (var norm : List.of(new Norm.None(), LayerNorm.Config.defaults(), BatchNorm.Config.defaults())) {
            var config = new Mlp.Config(List.of(16, 16), Activation.RELU, norm, 0);
            var mlp = new Mlp(config, 2, 2, precision, random);
            try (var parameters = Parameters.materialize(mlp, random);
                    var _ = Scope.open()) {
                var x = Tensors.of(new float[] {0, 0, 0, 1, 1, 0, 1, 1}, 4, 2);
                var classes = Tensors.of(new long[] {0, 1, 1, 0}, 4);
                assertThat(trained(mlp, parameters, x, classes, 0.1, 200)).isLessThan(0.2);
            }
        }
    }

    @Test
    void anMlpFlattensImagesAndReportsItsHiddenUnits() {
        var mlp = new Mlp(Mlp.Config.defaults(), 12, 5, Precision.FP32, random);
        try (var parameters = Parameters.materialize(mlp, random);
                var _ = Scope.open()) {
            var seen = new ArrayList<String>();
            mlp.observeWith((module, what, value) -> seen.add(module + " " + what + Arrays.toString(value.shape())));
            assertThat(mlp.forward(Tensors.ones(3, 1, 3, 4)).shape()).containsExactly(3, 5);
            assertThat(seen)
                    .containsExactly("layers.hidden0 hidden[3, 256]", "layers.hidden1 hidden[3, 256]", " logits[3, 5]");
            assertThat(parameters.count()).isEqualTo(12 * 256 + 256 + 256 * 256 + 256 + 256 * 5 + 5);
        }
    }

    /// He et al. give 0.27 million parameters for 20 layers; shortcuts here are projections.
    @Test
    void resNet20HasItsSize() {
        var config = new ConvNet.Config(List.of(16, 32, 64), 3, true, Activation.RELU, BatchNorm.Config.defaults());
        var net = new ConvNet(config, 3, 10, Precision.FP32);
        try (var parameters = Parameters.materialize(net, random);
                var _ = Scope.open()) {
            assertThat(parameters.count()).isEqualTo(272_474);
            assertThat(net.forward(Tensors.ones(2, 3, 32, 32)).shape()).containsExactly(2, 10);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aConvNetTellsStripesApart(Precision precision) {
        for (var residual : List.of(true, false)) {
            for (var norm : List.of(BatchNorm.Config.defaults(), new GroupNorm.Config(2, 1e-5))) {
                var config = new ConvNet.Config(List.of(4, 8), 1, residual, Activation.RELU, norm);
                var net = new ConvNet(config, 1, 2, precision);
                try (var parameters = Parameters.materialize(net, random);
                        var _ = Scope.open()) {
                    var across = Tensors.arange(8).remainder(2).view(1, 1, 8, 1).expand(4, 1, 8, 8);
                    var along = across.transpose(2, 3);
                    var x = Tensors.cat(List.of(across, along), 0)
                            .to(io.evenkeel.tensor.DType.FLOAT32)
                            .add(Tensors.normal(random, 0, 0.1, 8, 1, 8, 8));
                    var classes = Tensors.of(new long[] {0, 0, 0, 0, 1, 1, 1, 1}, 8);
                    assertThat(trained(net, parameters, x, classes, 0.1, 40)).isLessThan(0.3);
                }
            }
        }
    }

    @Test
    void aConvNetReportsChannelsLast() {
        var net = new ConvNet(ConvNet.Config.defaults(), 1, 10, Precision.FP32);
        try (var parameters = Parameters.materialize(net, random);
                var _ = Scope.open()) {
            var seen = new ArrayList<String>();
            net.observeWith((module, what, value) -> seen.add(module + " " + what + Arrays.toString(value.shape())));
            net.forward(Tensors.ones(2, 1, 28, 28));
            assertThat(seen)
                    .contains(
                            "layers.stage1.block0 hidden[2, 14, 14, 32]",
                            "layers.stage2.block0 residual[2, 7, 7, 64]",
                            " logits[2, 10]");
            assertThat(parameters
                            .get("layers.stage1.block0.shortcut.conv.weight")
                            .shape())
                    .containsExactly(32, 16, 1, 1);
        }
    }

    @Test
    void refusesConfigurationsThatCannotBe() {
        assertThatThrownBy(() -> new Mlp.Config(List.of(3, 0), Activation.RELU, new Norm.None(), 0))
                .hasMessage("hidden must be widths >= 1 but was [3, 0]");
        assertThatThrownBy(() -> new ConvNet.Config(List.of(), 1, true, Activation.RELU, new Norm.None()))
                .hasMessage("channels must be at least one, each >= 1, but was []");
        assertThatThrownBy(() -> new ConvNet.Config(List.of(4), 1, true, Activation.RELU, LayerNorm.Config.defaults()))
                .hasMessage("norm must be batchnorm, groupnorm or none but was layernorm");
    }
}
