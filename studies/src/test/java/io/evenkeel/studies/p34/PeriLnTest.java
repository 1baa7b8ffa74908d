package io.evenkeel.studies.p34;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.evenkeel.config.ConfigReader;
import io.evenkeel.nn.Decoder;
import io.evenkeel.nn.Parameters;
import io.evenkeel.nn.Precision;
import io.evenkeel.random.RandomStream;
import io.evenkeel.tensor.DType;
import io.evenkeel.tensor.Functional;
import io.evenkeel.tensor.Scope;
import io.evenkeel.tensor.Tensor;
import io.evenkeel.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// Reference checks of the specification.
///
/// @paper P34
class PeriLnTest {
    private static Tensor norm(Tensor x) {
        return x.div(x.square().mean(true, -1).sqrt());
    }

    @Test
    void aBlockByHand() {
        try (var _ = Scope.open()) {
            var x = Tensors.of(new double[] {3, 4}, 1, 2);
            assertThat(norm(x).toDoubles()).containsExactly(new double[] {0.8485281, 1.1313708}, within(1e-6));
            assertThat(x.add(norm(norm(x))).toDoubles()).containsExactly(new double[] {3.8485281, 5.1313708}, within(1e-6));
            assertThat(x.add(norm(x).mul(2)).toDoubles()).containsExactly(new double[] {4.6970563, 6.2627417}, within(1e-6));
            assertThat(x.add(norm(norm(x).mul(2))).toDoubles())
                    .containsExactly(new double[] {3.8485281, 5.1313708}, within(1e-6));
        }
    }

    /// 16 sublayers add a mean square of one each, when branches are not correlated with the stream.
    @Test
    void powerGrowsByOneASublayer() {
        var config = ConfigReader.read(
                List.of("width=256", "depth=8", "heads=4", "normPlacement=peri", "norm.type=rmsnorm", "init.type=lecun"),
                Decoder.Config.defaults());
        var random = RandomStream.of(1, "model");
        try (var _ = Scope.open()) {
            var model = new Decoder(config, 50, 32, Precision.FP32, random);
            try (var _ = Parameters.materialize(model, random)) {
                var powers = new ArrayList<Double>();
                model.observeWith((_, what, value) -> {
                    if (what.equals("residual")) {
                        powers.add(value.square().mean().item());
                    }
                });
                model.logits(Tensors.randint(random, 50, 4, 32));
                assertThat(powers).hasSize(8);
                for (var block = 0; block < 8; block++) {
                    var expected = 2.0 * (block + 1);
                    assertThat(powers.get(block)).isCloseTo(expected, within(0.25 * expected));
                }
            }
        }
    }

    /// A larger output projection changes nothing but its own gradient, which it divides.
    @Test
    void theScaleOfABranchCancels() {
        var random = RandomStream.of(2, "draws");
        try (var _ = Scope.open()) {
            var h = Tensors.randn(random, 1, 8).to(DType.FLOAT64);
            var start = Tensors.randn(random, 8, 6).to(DType.FLOAT64);
            var upstream = Tensors.randn(random, 1, 6).to(DType.FLOAT64);
            var one = gradient(h, start, upstream, 1);
            var seven = gradient(h, start, upstream, 7);
            assertThat(seven.mul(7).sub(one).abs().amax().item()).isLessThan(1e-12);
        }
    }

    private static Tensor gradient(Tensor h, Tensor start, Tensor upstream, double scale) {
        var w = start.mul(scale).detach().requiresGrad(true);
        norm(h.matmul(w)).mul(upstream).sum().backward();
        return Objects.requireNonNull(w.grad());
    }

    /// J a = 0: the norm takes the branch's own direction out of the gradient.
    @Test
    void theJacobianAnnihilatesItsInput() {
        try (var _ = Scope.open()) {
            var a = Tensors.randn(RandomStream.of(3, "a"), 1, 9).to(DType.FLOAT64).requiresGrad(true);
            norm(a).mul(Tensors.randn(RandomStream.of(4, "u"), 1, 9).to(DType.FLOAT64)).sum().backward();
            assertThat(Objects.requireNonNull(a.grad()).mul(a.detach()).sum().item()).isCloseTo(0, within(1e-12));
        }
    }

    /// Proposition 3.1 on random draws, with hidden values from 1 to 10,000 times as large: under a fixed gradient from
    /// above, pre-LN's grows with them and peri-LN's stays.
    @Test
    void theGradientIsBounded() {
        var random = RandomStream.of(5, "draws");
        for (var draw = 0; draw < 250; draw++) {
            try (var _ = Scope.open()) {
                var plain = Tensors.randn(random, 1, 8).to(DType.FLOAT64).relu().add(0.01);
                var w = Tensors.randn(random, 8, 6).to(DType.FLOAT64);
                var x = Tensors.randn(random, 1, 6).to(DType.FLOAT64);
                var target = Tensors.of(new long[] {draw % 6}, 1);
                for (var scale : new double[] {1, 1e2, 1e4}) {
                    var h = plain.mul(scale);
                    var weight = w.detach().requiresGrad(true);
                    var a = h.matmul(weight);
                    Functional.crossEntropy(x.add(norm(a)), target, -100, 0).backward();
                    var ratio = h.norm().item() / a.norm().item();
                    var bound = 4 * Math.sqrt(6) * ratio;
                    assertThat(Objects.requireNonNull(weight.grad()).abs().amax().item()).isLessThanOrEqualTo(bound);
                }
                var upstream = Tensors.randn(random, 1, 6).to(DType.FLOAT64);
                var small = gradient(plain, w, upstream, 1).norm().item();
                var large = gradient(plain.mul(1e4), w, upstream, 1).norm().item();
                assertThat(large / small).isCloseTo(1, within(1e-9));
            }
        }
    }
}
