package io.evenkeel.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.evenkeel.random.RandomStream;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TensorTest {
    private Scope scope;

    @BeforeEach
    void open() {
        scope = Scope.open();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    @Test
    void multipliesMatrices() {
        var a = Tensors.of(new double[] {1, 2, 3, 4}, 2, 2);
        var b = Tensors.of(new double[] {5, 6, 7, 8}, 2, 2);
        assertThat(a.matmul(b).toDoubles()).containsExactly(19, 22, 43, 50);
    }

    @Test
    void aShapeErrorNamesTheOperationAndBothShapesInOneLine() {
        var a = Tensors.zeros(2, 3);
        var b = Tensors.zeros(4, 5);
        assertThatThrownBy(() -> a.matmul(b))
                .isInstanceOf(TensorException.class)
                .hasMessageStartingWith("matmul(float32[2, 3], float32[4, 5]): ")
                .hasMessageContaining("cannot be multiplied")
                .hasMessageNotContaining("\n");
        assertThatThrownBy(() -> a.view(5))
                .isInstanceOf(TensorException.class)
                .hasMessageStartingWith("view [5](float32[2, 3]): ");
        assertThatThrownBy(() -> a.add_(b)).isInstanceOf(TensorException.class).hasMessageStartingWith("add_(");
        assertThatThrownBy(() -> a.item()).isInstanceOf(TensorException.class).hasMessageContaining("exactly one");
    }

    @Test
    void usingAFreedTensorThrows() {
        Tensor freed;
        Tensor kept;
        try (var inner = Scope.open()) {
            freed = Tensors.ones(3);
            kept = inner.keep(freed.add(1));
        }
        assertThatThrownBy(() -> freed.add(1)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(freed::toFloats).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> kept.add(freed)).isInstanceOf(IllegalStateException.class);
        assertThat(freed.isClosed()).isTrue();
        assertThat(freed).hasToString("Tensor(closed)");
        assertThat(kept.toFloats()).containsExactly(2, 2, 2);
    }

    @Test
    void anOwnedTensorOutlivesEveryScopeUntilClosed() {
        Tensor owned;
        try (var _ = Scope.open()) {
            owned = Tensors.ones(2).own();
        }
        assertThat(owned.toFloats()).containsExactly(1, 1);
        owned.close();
        owned.close();
        assertThatThrownBy(owned::toFloats).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void scopesCloseInReverseOrder() {
        var outer = Scope.open();
        var inner = Scope.open();
        assertThatThrownBy(outer::close).isInstanceOf(IllegalStateException.class);
        inner.close();
        outer.close();
    }

    @Test
    void aPartOfAResultOutlivesTheOthers() {
        var kept = new ArrayList<Tensor>();
        try (var inner = Scope.open()) {
            var x = Tensors.of(new double[] {4, 0, 0, 9}, 2, 2).requiresGrad(true);
            kept.add(inner.keep(x.detach().copy().chunk(2, 0)[1]));
            kept.add(inner.keep(x.detach().topk(1).values()));
            kept.add(inner.keep(Linalg.svd(x.detach()).s()));
            kept.add(inner.keep(Linalg.qr(x.detach()).q().abs()));
            kept.add(inner.keep(
                    Autograd.grad(x.square().sum(), List.of(x), false).getFirst()));
            x.sum().backward();
            kept.add(inner.keep(x.grad()));
            kept.add(inner.keep(Aten.op("aten::_foreach_norm", "Scalar")
                    .call(List.of(x.detach()), 2.0, null)
                    .getFirst()));
            kept.add(inner.keep(
                    Aten.op("aten::add", "Scalar").call(x.detach(), 1.0, 1.0).getFirst()));
        }
        // Memory that was freed would be given to these.
        for (var i = 0; i < 100; i++) {
            Tensors.full(-1, DType.FLOAT64, 2, 2).chunk(2, 0);
        }
        assertThat(kept.get(0).toDoubles()).containsExactly(0, 9);
        assertThat(kept.get(1).toDoubles()).containsExactly(4, 9);
        assertThat(kept.get(2).toDoubles()).containsExactly(9, 4);
        assertThat(kept.get(3).toDoubles()).containsExactly(1, 0, 0, 1);
        assertThat(kept.get(4).toDoubles()).containsExactly(8, 0, 0, 18);
        assertThat(kept.get(5).toDoubles()).containsExactly(1, 1, 1, 1);
        assertThat(kept.get(6).item()).isCloseTo(Math.sqrt(97), within(1e-12));
        assertThat(kept.get(7).toDoubles()).containsExactly(5, 1, 1, 10);
    }

    @Test
    void nativeObjectsAreFlatOverScopes() {
        var weight = Tensors.ones(8, 8).requiresGrad(true);
        Runnable step = () -> {
            try (var _ = Scope.open()) {
                var y = Tensors.ones(4, 8).matmul(weight);
                for (var part : y.chunk(2, 1)) {
                    part.add(1).topk(2).values().sum().item();
                }
                y.square().mean().backward();
                y = Tensors.ones(4, 8).matmul(weight);
                Autograd.grad(y.square().sum(), List.of(weight), true)
                        .getFirst()
                        .sum()
                        .item();
                Aten.op("aten::mul", "Tensor").call(y, y);
                Tensors.randn(RandomStream.of(1, "x"), 3);
                var square = y;
                assertThatThrownBy(() -> square.matmul(square)).isInstanceOf(TensorException.class);
            }
        };
        step.run();
        step.run();
        var objects = Engine.nativeObjects();
        for (var i = 0; i < 20; i++) {
            step.run();
        }
        assertThat(Engine.nativeObjects()).isLessThanOrEqualTo(objects);
    }

    @Test
    void copiesArraysAndViewsMemory() {
        var a = Tensors.of(new long[] {1, 2, 3, 4, 5, 6}, 2, 3);
        assertThat(a.transpose(0, 1).toLongs()).containsExactly(1, 4, 2, 5, 3, 6);
        assertThat(a.transpose(0, 1).isContiguous()).isFalse();
        assertThatThrownBy(() -> a.transpose(0, 1).memory()).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> Tensors.of(new long[] {1, 2}, 3))
                .hasMessage("shape [3] has 3 elements but 2 were given");
        var alias = Tensors.over(a.memory(), DType.INT64, 6);
        alias.add_(10);
        assertThat(a.toLongs()).containsExactly(11, 12, 13, 14, 15, 16);
    }

    @Test
    void convertsTypes() {
        var x = Tensors.of(new float[] {1.5f, -2.25f, 1e-3f}, 3);
        for (var type : DType.values()) {
            assertThat(x.to(type).dtype()).isEqualTo(type);
            assertThat(x.to(type).nbytes()).isEqualTo(3L * type.bytes());
        }
        assertThat(x.to(DType.BFLOAT16).toFloats()).containsExactly(1.5f, -2.25f, 9.994507e-4f);
        assertThat(x.viewAs(DType.INT32).toLongs()[0]).isEqualTo(Float.floatToIntBits(1.5f));
    }

    @Test
    void clampingWholeNumbersKeepsTheirType() {
        var x = Tensors.of(new long[] {-5, 0, 7}, 3);
        assertThat(x.clampMin(0).dtype()).isEqualTo(DType.INT64);
        assertThat(x.clampMax(1).toLongs()).containsExactly(-5, 0, 1);
        assertThat(x.clamp(-1, 1).dtype()).isEqualTo(DType.INT64);
    }

    @Test
    void randomNumbersComeFromTheStreamAlone() {
        var random = RandomStream.of(5, "x");
        var state = random.state();
        var first = Tensors.randn(random, 1000).toFloats();
        assertThat(random.state().counter()).isEqualTo(1);
        random.restore(state);
        assertThat(Tensors.randn(random, 1000).toFloats()).containsExactly(first);
        assertThat(Tensors.randn(random, 1000).toFloats()).isNotEqualTo(first);
        assertThat(Tensors.of(first, 1000).mean().item()).isCloseTo(0, within(0.15));
        assertThat(Tensors.of(first, 1000).var(1).item()).isCloseTo(1, within(0.2));
    }
}
