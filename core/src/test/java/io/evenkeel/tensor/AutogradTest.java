package io.evenkeel.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AutogradTest {
    private Scope scope;

    @BeforeEach
    void open() {
        scope = Scope.open();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    private static Tensor leaf(double... values) {
        return Tensors.of(values, values.length).requiresGrad(true);
    }

    @Test
    void accumulatesIntoABufferThatWasGiven() {
        var x = leaf(1, 2, 3);
        var buffer = Tensors.zeros(DType.FLOAT64, 3);
        x.accumulateGradInto(buffer);
        x.square().sum().backward();
        x.square().sum().backward();
        assertThat(buffer.toDoubles()).containsExactly(4, 8, 12);
        x.clearGrad();
        assertThat(x.grad()).isNull();
    }

    @Test
    void givesSecondDerivatives() {
        var x = leaf(2, 3);
        var first = Autograd.grad(x.pow(3).sum(), List.of(x), true).getFirst();
        assertThat(first.toDoubles()).containsExactly(12, 27);
        var second = Autograd.grad(first.sum(), List.of(x), false).getFirst();
        assertThat(second.toDoubles()).containsExactly(12, 18);
        assertThat(x.grad()).isNull();
    }

    @Test
    void recordsNothingWithoutGrad() {
        var x = leaf(1);
        try (var _ = Autograd.noGrad()) {
            assertThat(x.mul(2).requiresGrad()).isFalse();
            try (var _ = Autograd.withGrad()) {
                assertThat(x.mul(2).requiresGrad()).isTrue();
            }
            assertThat(x.mul(2).requiresGrad()).isFalse();
        }
        assertThat(x.mul(2).requiresGrad()).isTrue();
    }

    @Test
    void aStraightThroughEstimatorHasTheExactValueAndTheGradientOfItsPath() {
        var x = leaf(0.1, 0.7, 123.456);
        var y = Autograd.surrogate(x.round(), x);
        assertThat(y.toDoubles()).containsExactly(0, 1, 123);
        y.mul(Tensors.of(new double[] {1, 2, 3}, 3)).sum().backward();
        assertThat(x.grad().toDoubles()).containsExactly(1, 2, 3);
    }

    @Test
    void aCustomGradientReplacesTheOneOfThePath() {
        var x = leaf(-2, 0.5);
        var y = Autograd.customGradient(
                x.detach().sign(), x, g -> g.mul(x.detach().abs().le(1).to(DType.FLOAT64)));
        y.sum().backward();
        assertThat(y.toDoubles()).containsExactly(-1, 1);
        assertThat(x.grad().toDoubles()).containsExactly(0, 1);
    }

    @Test
    void aHookSeesAndReplacesTheGradientUntilRemoved() {
        var x = leaf(1, 1);
        var seen = new ArrayList<double[]>();
        var hook = Autograd.hook(x, g -> {
            seen.add(g.toDoubles());
            return g.mul(10);
        });
        x.mul(3).sum().backward();
        assertThat(seen).hasSize(1);
        assertThat(x.grad().toDoubles()).containsExactly(30, 30);
        hook.close();
        x.clearGrad();
        x.mul(3).sum().backward();
        assertThat(x.grad().toDoubles()).containsExactly(3, 3);
        assertThat(seen).hasSize(1);
    }

    @Test
    void anExceptionInAHookIsAJavaException() {
        var x = leaf(1);
        var y = x.mul(2);
        Autograd.hook(y, g -> {
            throw new IllegalStateException("boom");
        });
        assertThatThrownBy(() -> y.sum().backward()).hasMessageContaining("boom");
    }

    @Test
    void aHookOnALeafOutlivesTheScopeItWasMadeIn() {
        var x = leaf(1);
        Autograd.Guard hook;
        try (var _ = Scope.open()) {
            hook = Autograd.hook(x, g -> g.mul(2));
        }
        x.mul(1).sum().backward();
        assertThat(x.grad().item()).isCloseTo(2, within(0.0));
        hook.close();
    }

    @Test
    void anInputOutsideTheGraphHasAGradientOfZerosOnRequest() {
        var x = leaf(3);
        var other = leaf(1, 1);
        var gradients = Autograd.gradOrZeros(x.square().sum(), List.of(other, x), false);
        assertThat(gradients.get(0).toDoubles()).containsExactly(0, 0);
        assertThat(gradients.get(1).toDoubles()).containsExactly(6);
        assertThat(Autograd.gradOrZeros(x.detach().sum(), List.of(x), true)
                        .getFirst()
                        .toDoubles())
                .containsExactly(0);
    }

    @Test
    void anInputOutsideTheGraphIsRefused() {
        var x = leaf(1);
        var other = leaf(1);
        assertThatThrownBy(() -> Autograd.grad(x.mul(2).sum(), List.of(other), false))
                .isInstanceOf(TensorException.class)
                .hasMessageStartingWith("grad(");
    }
}
