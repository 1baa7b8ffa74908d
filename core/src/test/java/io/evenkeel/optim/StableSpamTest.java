package io.evenkeel.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.evenkeel.nn.Parameters;
import io.evenkeel.optim.Toy.Declared;
import io.evenkeel.random.RandomStream;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Reference checks of Stable-SPAM and of the rules that it is compared with.
///
/// @paper P81
class StableSpamTest {
    private static StableSpam rule(double theta, boolean normalise, int reset, boolean separate, boolean quirk) {
        return new StableSpam(
                0.1, List.of(0.9, 0.999), 1e-8, 0, List.of(0.7, 0.9), theta, normalise, reset, 0, separate, quirk);
    }

    private static Parameters pair() {
        return Toy.of(new Declared("w", 1, 2));
    }

    private static Optimizer build(OptimizerConfig.Rule rule, Parameters parameters) {
        return new OptimizerConfig(rule, new Clip.None(), List.of()).build(parameters);
    }

    private static void step(Parameters parameters, Optimizer optimizer, double... gradient) {
        Toy.setGradient(parameters, "w", gradient);
        optimizer.step(1, Toy.gradientNorm(parameters));
    }

    /// The gradient that the moments saw in the last of the steps: `(m - 0.9 m before) / 0.1`.
    @Test
    void cutsAndNormalisesAsPublished() {
        try (var parameters = pair();
                var optimizer = build(rule(0.999, true, 0, false, false), parameters)) {
            var moment = optimizer.tensors().get("w.first_moment");
            step(parameters, optimizer, 3, 4);
            var first = moment.toDoubles();
            assertThat(Math.hypot(first[0], first[1]) / 0.1).isCloseTo(1, within(1e-6));
            step(parameters, optimizer, 30, 4);
            var second = moment.toDoubles();
            assertThat((second[0] - 0.9 * first[0]) / 0.1).isCloseTo(0.914311, within(3e-6));
            assertThat((second[1] - 0.9 * first[1]) / 0.1).isCloseTo(0.215050, within(3e-6));
            assertThat(optimizer.tensors().get("w.max_average").item() / (1 - 0.999 * 0.999))
                    .isCloseTo(17.006503, within(2e-4));
        }
    }

    private static double[] train(OptimizerConfig.Rule rule, double scale, int steps) {
        try (var parameters = Toy.small();
                var optimizer = build(rule, parameters)) {
            var random = RandomStream.of(1, "gradients");
            for (var i = 0; i < steps; i++) {
                Toy.randomGradients(parameters, random, scale);
                optimizer.step(1, 1);
            }
            return parameters.values().toDoubles();
        }
    }

    @Test
    void theScaleOfTheLossDoesNotMatter() {
        var small = train(rule(0.999, true, 5, false, false), 1, 12);
        assertThat(train(rule(0.999, true, 5, false, false), 1000, 12)).containsExactly(small, within(1e-5));
    }

    @Test
    void withoutItsStagesItIsAdam() {
        var adam = new AdamW(0.1, List.of(0.9, 0.999), 1e-8, 0, false);
        assertThat(train(rule(0, false, 0, false, false), 1, 12)).containsExactly(train(adam, 1, 12), within(1e-6));
    }

    @Test
    void withoutMemoryNormsAreOne() {
        var normal = new StableSpam(0.1, List.of(0.9, 0.999), 1e-8, 0, List.of(0.0, 0.0), 0, true, 0, 0, false, false);
        try (var parameters = pair();
                var optimizer = build(normal, parameters)) {
            step(parameters, optimizer, 3, 4);
            step(parameters, optimizer, 0, -70);
            assertThat(optimizer.tensors().get("w.first_moment").toDoubles())
                    .containsExactly(new double[] {0.9 * 0.06, 0.9 * 0.08 - 0.1}, within(1e-7));
        }
    }

    @Test
    void countersRestartWithTheMoments() {
        var literal = rule(0.999, true, 5, false, false);
        assertThat(List.of(
                        literal.adamStep(4),
                        literal.adamStep(5),
                        literal.adamStep(6),
                        literal.adamStep(9),
                        literal.adamStep(10)))
                .containsExactly(4L, 1L, 2L, 5L, 1L);
        assertThat(List.of(literal.normStep(1), literal.normStep(5), literal.normStep(6), literal.normStep(10)))
                .containsExactly(1L, 5L, 2L, 6L);
        assertThat(rule(0.999, true, 5, true, false).normStep(6)).isEqualTo(6);
    }

    /// After a reset the moments hold the gradient of that step alone, and with the quirk nothing.
    @Test
    void aResetForgets() {
        for (var quirk : new boolean[] {false, true}) {
            try (var parameters = pair();
                    var optimizer = build(rule(0, false, 3, false, quirk), parameters)) {
                Toy.setValues(parameters, "w", 0, 0);
                for (var i = 0; i < 3; i++) {
                    step(parameters, optimizer, 1, -2);
                }
                var kept = quirk ? 0 : 0.1;
                assertThat(optimizer.tensors().get("w.first_moment").toDoubles())
                        .containsExactly(new double[] {kept, -2 * kept}, within(1e-7));
                // with it the update was made from what the moments held, corrected as if they were new
                var last = quirk ? 0.1 * 2.71 / Math.sqrt(2.997001) : 0.1;
                assertThat(Toy.values(parameters, "w"))
                        .containsExactly(new double[] {-0.2 - last, 0.2 + last}, within(1e-5));
            }
        }
    }

    @Test
    void spamCutsSpikesAndWarmsUpAfterAReset() {
        try (var parameters = pair();
                var optimizer = build(new Spam(0.1, List.of(0.9, 0.999), 1e-6, 0, 2000, 100), parameters)) {
            for (var i = 0; i < 30; i++) {
                step(parameters, optimizer, 1, 1);
            }
            var v = 1 - Math.pow(0.999, 30);
            var m = 1 - Math.pow(0.9, 30);
            step(parameters, optimizer, 1e6, 1);
            assertThat(optimizer.tensors().get("w.first_moment").toDoubles()[0])
                    .isCloseTo(0.9 * m + 0.1 * Math.sqrt(2000 * v), within(1e-4));
            for (var i = 31; i < 99; i++) {
                step(parameters, optimizer, 1, 1);
            }
            Toy.setValues(parameters, "w", 0, 0);
            step(parameters, optimizer, 1, 1);
            // one hundredth of lr, and moments of one gradient that are corrected as those of a hundred
            var bias = (1 - Math.pow(0.9, 100)) / Math.sqrt(1 - Math.pow(0.999, 100));
            assertThat(Toy.values(parameters, "w")[1])
                    .isCloseTo(-0.1 * 0.01 * 0.1 / (Math.sqrt(1e-3) + 1e-6) / bias, within(1e-7));
        }
    }

    /// Row and column means of a matrix whose squares are an outer product are exact: the first update is the sign.
    @Test
    void adafactorNormalisesByRowsAndColumns() {
        try (var parameters = Toy.of(new Declared("w", 2, 2));
                var optimizer = build(new Adafactor(0.1, 0, 0.8, 1e-30, 1, false, 0), parameters)) {
            Toy.setValues(parameters, "w", 0, 0, 0, 0);
            step(parameters, optimizer, 1, -2, 3, 6);
            assertThat(Toy.values(parameters, "w")).containsExactly(new double[] {-0.1, 0.1, -0.1, -0.1}, within(1e-7));
            assertThat(optimizer.tensors().get("w.row_second_moment").toDoubles())
                    .containsExactly(new double[] {2.5, 22.5}, within(1e-5));
            // the second: beta = 1 - 2^-0.8, a gradient that is ten times larger, cut to root mean square 1
            Toy.setValues(parameters, "w", 0, 0, 0, 0);
            step(parameters, optimizer, 10, -20, 30, 60);
            assertThat(Toy.values(parameters, "w")).containsExactly(new double[] {-0.1, 0.1, -0.1, -0.1}, within(1e-6));
        }
    }

    /// Reference checks of P82: (1, 2) on weights (3, 4), without and with its norm kept.
    @Test
    void orthogonalGradients() {
        for (var rescale : new boolean[] {false, true}) {
            try (var parameters = pair();
                    var optimizer = new OptimizerConfig(
                                    new Sgd(1, 0, 0, false, 0),
                                    new Clip.None(),
                                    List.of(),
                                    new OrthogonalGradient.Config(rescale, List.of("*")),
                                    null)
                            .build(parameters)) {
                Toy.setValues(parameters, "w", 3, 4);
                step(parameters, optimizer, 1, 2);
                var g = Toy.values(parameters, "w");
                var expected = rescale ? new double[] {3 + 1.788854, 4 - 1.341641} : new double[] {3.32, 3.76};
                assertThat(g).containsExactly(expected, within(2e-6));
                // what is orthogonal adds squares: 25 + lr^2 |g|^2
                var grown = g[0] * g[0] + g[1] * g[1] - 25;
                assertThat(grown).isCloseTo(rescale ? 5 : 0.16, within(2e-5));
                Toy.setValues(parameters, "w", 0, 0);
                step(parameters, optimizer, 1, 2);
                assertThat(Toy.values(parameters, "w")).containsExactly(new double[] {-1, -2}, within(1e-6));
            }
        }
    }
}
