package io.evenkeel.studies.p82;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.evenkeel.nn.Parameters;
import io.evenkeel.random.RandomStream;
import io.evenkeel.tensor.DType;
import io.evenkeel.tensor.Scope;
import io.evenkeel.tensor.Tensors;
import org.junit.jupiter.api.Test;

/// Reference checks of softmax collapse and of the tasks; StableMax and the orthogonal gradient have theirs where they are.
///
/// @paper P82
class NumericalEdgeTest {
    private static double collapsed(Softmax softmax, double gap) {
        try (var _ = Scope.open()) {
            return softmax.collapsed(Tensors.of(new float[] {(float) gap, 0}, 1, 2));
        }
    }

    /// A single competing class is absorbed from a gap of ln 2^24 in FLOAT32 on, ln 2^11 in half, ln 2^53 in double precision.
    @Test
    void softmaxCollapsesAtTheGapOfItsPrecision() {
        assertThat(collapsed(Softmax.FP32, 17)).isEqualTo(1);
        assertThat(collapsed(Softmax.FP32, 16)).isZero();
        assertThat(collapsed(Softmax.FP16, 7.75)).isEqualTo(1);
        assertThat(collapsed(Softmax.FP16, 7.5)).isZero();
        assertThat(collapsed(Softmax.FP64, 37)).isEqualTo(1);
        assertThat(collapsed(Softmax.FP64, 36)).isZero();
        assertThat(collapsed(Softmax.STABLEMAX, 1e6)).isZero();
    }

    /// A collapsed row has loss zero and no gradient at its target.
    @Test
    void aCollapsedRowTeachesNothing() {
        try (var _ = Scope.open()) {
            var logits = Tensors.of(new float[] {20, 0, 3, 1}, 2, 2).requiresGrad(true);
            var losses = Softmax.FP32.losses(logits, Tensors.of(new long[] {0, 0}, 2), 0);
            assertThat(losses.toDoubles()[0]).isZero();
            assertThat(losses.toDoubles()[1]).isCloseTo(Math.log(1 + Math.exp(-2)), within(1e-6));
            losses.sum().backward();
            var gradient = logits.grad();
            assertThat(gradient == null ? 1 : gradient.toDoubles()[0]).isZero();
        }
    }

    @Test
    void allPairsOnce() {
        try (var puzzle = Puzzle.of(Puzzle.Kind.ADDITION, 5, 0.6, RandomStream.of(1, "pairs"))) {
            assertThat(puzzle.inputs().shape()).containsExactly(15, 10);
            assertThat(puzzle.testInputs().shape()).containsExactly(10, 10);
            var rows = puzzle.inputs().toFloats();
            var answers = puzzle.targets().toLongs();
            for (var i = 0; i < 15; i++) {
                var a = -1;
                var b = -1;
                for (var k = 0; k < 5; k++) {
                    a = rows[10 * i + k] == 1 ? k : a;
                    b = rows[10 * i + 5 + k] == 1 ? k : b;
                }
                assertThat(answers[i]).isEqualTo((a + b) % 5);
            }
        }
    }

    /// `<theta, grad L> = depth sum_i z_i dL/dz_i` without biases.
    @Test
    void networksWithoutBiasesAreHomogeneous() {
        var model = Grokking.network(6, 3);
        try (var parameters = Parameters.materialize(model, RandomStream.of(1, "init"));
                var _ = Scope.open()) {
            var z = model.forward(Tensors.randn(RandomStream.of(2, "x"), 8, 6));
            z.retainGrad();
            Softmax.FP32.losses(z, Tensors.of(new long[] {0, 1, 2, 0, 1, 2, 0, 1}, 8), 0).mean().backward();
            var gradient = z.grad();
            var along = parameters.values().dot(parameters.gradients()).item();
            assertThat(along).isCloseTo(3 * z.detach().mul(gradient == null ? z : gradient).to(DType.FLOAT64).sum().item(), within(1e-4));
        }
    }
}
