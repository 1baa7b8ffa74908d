package io.evenkeel.studies.p18;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.evenkeel.nn.Initializer;
import io.evenkeel.nn.Linear;
import io.evenkeel.nn.Parameters;
import io.evenkeel.nn.Precision;
import io.evenkeel.random.RandomStream;
import io.evenkeel.tensor.DType;
import io.evenkeel.tensor.Scope;
import io.evenkeel.tensor.Tensors;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Reference checks of entropies, routing and adapters.
///
/// @paper P18
class DynMoleTest {
    private static final double[] MIXED = {0.4, 0.3, 0.15, 0.08, 0.05, 0.02};
    private static final double[] EVEN = {0.25, 0.2, 0.18, 0.15, 0.12, 0.1};
    private static final double[] CERTAIN = {0.8, 0.1, 0.05, 0.03, 0.01, 0.01};

    private static double entropy(Tsallis measure, double... p) {
        try (var _ = Scope.open()) {
            return measure.of(Tensors.of(p, 1, p.length)).item();
        }
    }

    @Test
    void entropies() {
        var usual = Tsallis.usual();
        assertThat(entropy(usual, 1 / 6.0, 1 / 6.0, 1 / 6.0, 1 / 6.0, 1 / 6.0, 1 / 6.0)).isCloseTo(0.9996637, within(1e-6));
        assertThat(entropy(usual, 1, 0, 0, 0, 0, 0)).isCloseTo(-0.0001634, within(1e-6));
        assertThat(entropy(usual, 0.5, 0.5, 0, 0, 0, 0)).isCloseTo(0.4080306, within(1e-6));
        assertThat(entropy(usual, MIXED)).isCloseTo(0.8058583, within(1e-6));
        assertThat(entropy(usual, EVEN)).isCloseTo(0.9742595, within(1e-6));
        assertThat(entropy(new Tsallis(1.0001, 0), MIXED)).isCloseTo(0.8049975, within(1e-5));
        assertThat(entropy(new Tsallis(1, 0), MIXED)).isCloseTo(0.8049973, within(1e-5));
    }

    private static float[] gates(Routing routing, double... p) {
        try (var _ = Scope.open()) {
            return routing.gates(Tensors.of(p, 1, p.length).to(DType.FLOAT32)).toFloats();
        }
    }

    @Test
    void routing() {
        var hybrid = new Routing.Hybrid(0.75, 2, 0.9, Tsallis.usual());
        assertThat(gates(hybrid, MIXED)).containsExactly(0.4f, 0.3f, 0, 0, 0, 0);
        assertThat(gates(hybrid, CERTAIN)).containsExactly(0.8f, 0.1f, 0, 0, 0, 0);
        assertThat(gates(hybrid, EVEN)).doesNotContain(0);
        assertThat(gates(new Routing.Hybrid(0.75, 2, 1, Tsallis.usual()), EVEN)).containsExactly(0.25f, 0.2f, 0.18f, 0, 0, 0);
        assertThat(gates(hybrid, 0.02, 0.08, 0.3, 0.05, 0.4, 0.15)).containsExactly(0, 0, 0.3f, 0, 0.4f, 0);
        assertThat(gates(new Routing.Top(2), MIXED)).containsExactly(new float[] {4 / 7f, 3 / 7f, 0, 0, 0, 0}, within(1e-6f));
    }

    /// Adapters are zero at first, and later the sum of their experts.
    @Test
    void mixturesBeginAtZero() {
        var layer = new Linear(5, 7, false, Initializer.lecun(5), Precision.FP32);
        var mixture = new Mixture(5, 7, 6, 2, 2, new Routing.Dense());
        try (var _ = Parameters.materialize(layer, RandomStream.of(1, "layer"));
                var own = Parameters.materialize(mixture, RandomStream.of(2, "mixture"));
                var _ = Scope.open()) {
            var x = Tensors.randn(RandomStream.of(3, "x"), 3, 4, 5);
            var before = layer.forward(x).toFloats();
            layer.addBranch(mixture::forward);
            assertThat(layer.forward(x).toFloats()).isEqualTo(before);
            own.get("up").value().detach().fill_(1);
            own.get("router").value().detach().zero_();
            // routers that know nothing: every output is twice a sixth of the sum of all inner values
            var inner = x.flatten(0, 1).matmul(own.get("down").value().detach().transpose(0, 1)).sum(false, 1).mul(2 / 6.0);
            var added = layer.forward(x).flatten(0, 1).select(1, 3).sub(Tensors.of(before, 12, 7).select(1, 3)).detach();
            assertThat(added.sub(inner).abs().amax().item()).isLessThan(1e-5);
            // dense and uniform: N sum of 1/N 1/N
            var balance = Mixture.penalty(List.of(mixture), Tensors.ones(12), Tsallis.usual(), 0, 1);
            assertThat(balance.item()).isCloseTo(1, within(1e-6));
        }
    }

    @Test
    void answers() {
        var s = new int[] {3, 1, 15, 3, 0, 2};
        assertThat(StringTask.SORT.answer(s)).containsExactly(0, 1, 2, 3, 3, 15);
        assertThat(StringTask.INCREMENT.answer(s)).containsExactly(4, 2, 0, 4, 1, 3);
        assertThat(StringTask.COUNT_FIRST.answer(s)).containsExactly(2);
        assertThat(StringTask.MAJORITY.answer(s)).containsExactly(3);
        assertThat(StringTask.MINORITY.answer(s)).containsExactly(0);
        assertThat(StringTask.SUM.answer(s)).containsExactly(8);
        assertThat(StringTask.EVERY_OTHER.answer(s)).containsExactly(3, 15, 0);
        assertThat(StringTask.ROTATE.answer(s)).containsExactly(1, 15, 3, 0, 2, 3);
        assertThat(StringTask.CIPHER.answer(new int[] {0, 1})).containsExactly(3, 8);
    }
}
