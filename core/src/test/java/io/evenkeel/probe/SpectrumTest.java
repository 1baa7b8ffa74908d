package io.evenkeel.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.evenkeel.random.RandomStream;
import io.evenkeel.tensor.DType;
import io.evenkeel.tensor.Linalg;
import io.evenkeel.tensor.Tensors;
import java.util.List;
import org.junit.jupiter.api.Test;

class SpectrumTest extends ScopedTest {
    @Test
    void theEffectiveRankIsTheNumberOfEqualSingularValues() {
        assertThat(Spectrum.effectiveRank(Tensors.eye(7))).isCloseTo(7, within(1e-9));
        var rankOne = Tensors.ones(5).outer(Tensors.randn(RandomStream.of(1, "v"), 9));
        assertThat(Spectrum.effectiveRank(rankOne)).isCloseTo(1, within(1e-5));
        assertThat(Spectrum.effectiveRank(rankOne.transpose(0, 1))).isCloseTo(1, within(1e-5));
        var projection =
                Linalg.qr(Tensors.randn(RandomStream.of(1, "q"), 20, 3)).q(); // [20, 3]
        assertThat(Spectrum.effectiveRank(projection.matmul(projection.transpose(0, 1))))
                .isCloseTo(3, within(1e-3));
    }

    @Test
    void unequalSingularValuesCountByTheirEntropy() {
        // p = (3/4, 1/4): exp(-(3/4 ln 3/4 + 1/4 ln 1/4)) = 1.754765
        var matrix = Tensors.of(new double[] {3, 0, 0, 1}, 2, 2);
        assertThat(Spectrum.effectiveRank(matrix)).isCloseTo(1.754765, within(1e-6));
    }

    @Test
    void theEffectiveRankOfNothingIsNotANumber() {
        assertThat(Spectrum.effectiveRank(Tensors.zeros(3, 3))).isNaN();
        assertThat(Spectrum.effectiveRank(Tensors.full(Double.NaN, DType.FLOAT32, 3, 3)))
                .isNaN();
        assertThat(Spectrum.effectiveRank(Tensors.full(Double.POSITIVE_INFINITY, DType.FLOAT32, 3, 3)))
                .isNaN();
    }

    @Test
    void alignmentDoesNotFeelRotationScaleOrShift() {
        var x = Tensors.randn(RandomStream.of(2, "x"), 50, 6);
        assertThat(Cka.linear(x, x)).isCloseTo(1, within(1e-12));
        var rotation = Linalg.qr(Tensors.randn(RandomStream.of(2, "r"), 6, 6)).q();
        assertThat(Cka.linear(x, x.matmul(rotation).mul(-3).add(5))).isCloseTo(1, within(1e-5));
    }

    @Test
    void alignmentOfOrthogonalRepresentationsIsZeroAndOfHalfSharedOnesHalf() {
        // Columns of a Hadamard matrix: centred and orthogonal.
        var a = new double[] {1, 1, -1, -1};
        var b = new double[] {1, -1, 1, -1};
        var c = new double[] {1, -1, -1, 1};
        var x = Tensors.stack(List.of(Tensors.of(a, 4), Tensors.of(b, 4)), 1);
        var y = Tensors.stack(List.of(Tensors.of(a, 4), Tensors.of(c, 4)), 1);
        assertThat(Cka.linear(Tensors.of(a, 4, 1), Tensors.of(b, 4, 1))).isZero();
        // |Y^T X|^2 = 16, |X^T X| = |Y^T Y| = sqrt(32)
        assertThat(Cka.linear(x, y)).isCloseTo(0.5, within(1e-12));
        assertThat(Cka.linear(x, Tensors.ones(4, 2))).isNaN();
    }
}
