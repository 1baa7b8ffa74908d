package io.evenkeel.studies.p08;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.evenkeel.random.RandomStream;
import io.evenkeel.tensor.Autograd;
import io.evenkeel.tensor.DType;
import io.evenkeel.tensor.Functional;
import io.evenkeel.tensor.Scope;
import io.evenkeel.tensor.Tensors;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Reference checks of the sharpness and of divergence; those of the formats are with them.
///
/// @paper P08
class FewerBitsTest {
    @Test
    void sharpnessOfTwoEqualLogits() {
        try (var _ = Scope.open()) {
            var z = Tensors.of(new double[] {0, 0}, 1, 2);
            var targets = Tensors.of(new long[] {0}, 1);
            assertThat(LogitSharpness.of(z, targets, 1e-3).item()).isCloseTo(0.0590911, within(1e-7));
            assertThat(LogitSharpness.of(z, targets, 0).item()).isZero();
            assertThat(LogitSharpness.of(z, targets, 2e-3).item()).isGreaterThan(0.0590911);
        }
    }

    /// Climbing inside the box by the gradient does not get above the corner.
    @Test
    void noPointOfTheBoxIsWorseThanTheCorner() {
        try (var _ = Scope.open()) {
            var eps = 0.05;
            var z = Tensors.randn(RandomStream.of(1, "logits"), 6, 9).to(DType.FLOAT64).mul(3);
            var targets = Tensors.of(new long[] {0, 3, 8, 1, 1, 5}, 6);
            var corner = Functional.crossEntropyEach(LogitSharpness.corner(z, targets, eps), targets);
            var room = z.abs().add(1).mul(eps);
            var d = Tensors.zeros(z.shape()).to(DType.FLOAT64);
            for (var i = 0; i < 200; i++) {
                var at = z.add(d).detach().requiresGrad(true);
                var gradient = Autograd.grad(Functional.crossEntropyEach(at, targets).sum(), List.of(at), false).getFirst();
                d = d.add(gradient.mul(0.1)).minimum(room).maximum(room.neg());
            }
            var climbed = Functional.crossEntropyEach(z.add(d), targets);
            assertThat(climbed.sub(corner).amax().item()).isLessThan(1e-9);
            assertThat(climbed.sub(corner).amin().item()).isGreaterThan(-0.05);
        }
    }

    @Test
    void divergenceIsARiseThatStays() {
        var losses = new double[100];
        Arrays.setAll(losses, i -> 5 - 0.03 * i);
        assertThat(FewerBits.divergence(losses)).isEqualTo(-1);
        losses[50] = 9;
        assertThat(FewerBits.divergence(losses)).isEqualTo(-1);
        Arrays.fill(losses, 70, 100, 6);
        assertThat(FewerBits.divergence(losses)).isBetween(70, 75);
        losses[99] = Double.NaN;
        assertThat(FewerBits.divergence(losses)).isEqualTo(99);
    }
}
