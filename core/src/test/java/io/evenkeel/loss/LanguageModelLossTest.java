package io.evenkeel.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.evenkeel.random.RandomStream;
import io.evenkeel.tensor.DType;
import io.evenkeel.tensor.OneThread;
import io.evenkeel.tensor.Scope;
import io.evenkeel.tensor.Tensor;
import io.evenkeel.tensor.Tensors;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(OneThread.class)
class LanguageModelLossTest {
    private Scope scope;

    @BeforeEach
    void open() {
        scope = Scope.open();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    private static LanguageModelLoss.Terms loss(ZLoss zLoss, double smoothing, Tensor logits, long... targets) {
        return LanguageModelLoss.of(new LanguageModelLoss.Config(zLoss, smoothing))
                .of(logits, Tensors.of(targets, targets.length));
    }

    private static Tensor logits(double[] values, long rows) {
        return Tensors.of(values, rows, values.length / rows)
                .to(DType.FLOAT32)
                .detach()
                .requiresGrad(true);
    }

    /// P40: logits [0, 0] give log Z 0.6931472, penalty 4.8045301e-5, gradient 6.9314718e-5 each.
    @Test
    void logZSquaredHasThePublishedValueAndGradient() {
        var y = logits(new double[] {0, 0}, 1);
        var terms = loss(ZLoss.LogZSquared.defaults(), 0, y, 0);
        assertThat(terms.zLoss().item()).isCloseTo(4.8045301e-5, within(1e-11));
        assertThat(terms.total().item()).isCloseTo(Math.log(2) + 4.8045301e-5, within(1e-7));
        terms.zLoss().backward();
        assertThat(y.grad().toDoubles()).containsExactly(new double[] {6.9314718e-5, 6.9314718e-5}, within(1e-11));
    }

    /// P03: zeros over 64 tokens with coefficient 1e-5.
    @Test
    void logZSquaredOverAVocabulary() {
        var terms = loss(new ZLoss.LogZSquared(1e-5, false), 0, Tensors.zeros(3, 64), 0, 1, 2);
        assertThat(terms.zLoss().item()).isCloseTo(1.72963e-4, within(1e-9));
    }

    /// P12: logits (3, -1) and (0, 2) with coefficient 2e-4; an ignored target stays in the divisor.
    @Test
    void maxZHasThePublishedValues() {
        var y = new double[] {3, -1, 0, 2};
        assertThat(loss(ZLoss.MaxZ.defaults(), 0, logits(y, 2), 0, 1).zLoss().item())
                .isCloseTo(0.0013, within(1e-9));
        assertThat(loss(ZLoss.MaxZ.defaults(), 0, logits(y, 2), 0, LanguageModelLoss.IGNORED)
                        .zLoss()
                        .item())
                .isCloseTo(0.0009, within(1e-9));
        assertThat(loss(new ZLoss.MaxZ(2e-4, false), 0, logits(y, 2), 0, LanguageModelLoss.IGNORED)
                        .zLoss()
                        .item())
                .isCloseTo(0.0018, within(1e-9));
    }

    @Test
    void crossEntropyIsTheSameWithEachPenalty() {
        var random = RandomStream.of(1, "loss");
        var y = Tensors.normal(random, 0, 3, 2, 3, 5).requiresGrad(true);
        var t = Tensors.of(new long[] {4, 0, -100, 1, 2, 3}, 2, 3);
        for (var smoothing : new double[] {0, 0.2}) {
            var terms = List.of(new ZLoss.None(), ZLoss.MaxZ.defaults(), ZLoss.LogZSquared.defaults()).stream()
                    .map(z -> LanguageModelLoss.of(new LanguageModelLoss.Config(z, smoothing))
                            .of(y, t))
                    .toList();
            assertThat(terms.getFirst().zLoss()).isNull();
            assertThat(terms.getFirst().total()).isSameAs(terms.getFirst().crossEntropy());
            for (var other : terms) {
                assertThat(other.crossEntropy().item())
                        .isCloseTo(terms.getFirst().crossEntropy().item(), within(1e-6));
            }
        }
    }

    @Test
    void smoothingMixesInTheUniformDistribution() {
        // -log softmax of (ln 3, 0) is (ln 4/3, ln 4)
        var expected = 0.9 * Math.log(4 / 3.0) + 0.1 * (Math.log(4 / 3.0) + Math.log(4)) / 2;
        var y = logits(new double[] {Math.log(3), 0}, 1);
        assertThat(loss(new ZLoss.None(), 0.1, y, 0).total().item()).isCloseTo(expected, within(1e-6));
    }

    @Test
    void calculatesInFloat32AndSurvivesLargeLogits() {
        var y = Tensors.of(new float[] {3e4f, 0, -3e4f}, 1, 3);
        for (var zLoss : List.of(new ZLoss.None(), ZLoss.LogZSquared.defaults(), ZLoss.MaxZ.defaults())) {
            var terms = loss(zLoss, 0, y.to(DType.BFLOAT16), 2);
            assertThat(terms.total().dtype()).isEqualTo(DType.FLOAT32);
            assertThat(terms.crossEntropy().item()).isCloseTo(6e4, within(200.0));
        }
    }

    @Test
    void withoutATargetItIsNotANumber() {
        for (var zLoss : List.of(new ZLoss.None(), ZLoss.LogZSquared.defaults())) {
            assertThat(loss(zLoss, 0, Tensors.zeros(1, 2), LanguageModelLoss.IGNORED)
                            .total()
                            .item())
                    .isNaN();
        }
    }

    @Test
    void refusesConfigurationsThatCannotBe() {
        assertThatThrownBy(() -> new ZLoss.MaxZ(-1, true)).hasMessage("coefficient must be >= 0 but was -1.0");
        assertThatThrownBy(() -> new LanguageModelLoss.Config(new ZLoss.None(), 1))
                .hasMessage("labelSmoothing must be in [0, 1) but was 1.0");
    }

    private static double[] stableMax(double... logits) {
        try (var _ = Scope.open()) {
            return StableMax.logProbabilities(Tensors.of(logits, 1, logits.length))
                    .exp()
                    .toDoubles();
        }
    }

    /// Reference checks of P82.
    @Test
    void stableMaxHasThePublishedValues() {
        assertThat(stableMax(0, 0, 0)).containsExactly(new double[] {1 / 3.0, 1 / 3.0, 1 / 3.0}, within(1e-12));
        assertThat(stableMax(2, 0, -1)).containsExactly(new double[] {0.666667, 0.222222, 0.111111}, within(1e-6));
        assertThat(stableMax(5, -5)).containsExactly(new double[] {0.972973, 0.027027}, within(1e-6));
        assertThat(stableMax(100, -100)).containsExactly(new double[] {0.999902, 9.802e-5}, within(1e-6));
    }

    @Test
    void stableMaxByName() {
        var config = new LanguageModelLoss.Config(new ZLoss.None(), 0.1, LanguageModelLoss.Softmax.STABLEMAX);
        try (var _ = Scope.open()) {
            var logits = Tensors.of(new float[] {2, 0, -1, 7, 7, 7}, 2, 3).requiresGrad(true);
            var targets = Tensors.of(new long[] {0, LanguageModelLoss.IGNORED}, 2);
            var loss = LanguageModelLoss.of(config).of(logits, targets).total();
            var mean = -(Math.log(6 / 9.0) + Math.log(2 / 9.0) + Math.log(1 / 9.0)) / 3;
            assertThat(loss.item()).isCloseTo(-0.9 * Math.log(6 / 9.0) + 0.1 * mean, within(1e-6));
            loss.backward();
            var gradient = logits.grad();
            assertThat(gradient == null ? new float[1] : gradient.toFloats())
                    .hasSize(6)
                    .doesNotContain(Float.NaN)
                    .endsWith(0, 0, 0);
        }
        assertThatThrownBy(() -> new LanguageModelLoss.Config(
                        new ZLoss.LogZSquared(1e-4, false), 0, LanguageModelLoss.Softmax.STABLEMAX))
                .hasMessageStartingWith("zLoss must be none with softmax: stablemax");
    }
}
