package io.evenkeel.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.evenkeel.InputException;
import io.evenkeel.nn.Parameters;
import io.evenkeel.optim.Toy.Declared;
import io.evenkeel.random.RandomStream;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// What each transform leaves of a gradient, by the gradient that is there after a step.
class ClipTest {
    private static final double FLOAT = 1e-6;
    private static final OptimizerConfig.Rule RULE = new Sgd(1, 0, 0, false, 0);

    /// Gradients (3, 4) and (0, 12): norms 5, 12 and 13 together.
    private static Parameters two() {
        var parameters = Toy.of(new Declared("a", 2, 1), new Declared("b", 2));
        Toy.setGradient(parameters, "a", 3, 4);
        Toy.setGradient(parameters, "b", 0, 12);
        Toy.setValues(parameters, "a", 0, 0);
        Toy.setValues(parameters, "b", 0, 0);
        return parameters;
    }

    private static void step(Parameters parameters, Clip clip, OptimizerConfig.Group... groups) {
        try (var optimizer = new OptimizerConfig(RULE, clip, List.of(groups)).build(parameters)) {
            optimizer.step(1, Toy.gradientNorm(parameters));
        }
    }

    private static void assertGradients(Parameters parameters, double[] a, double[] b) {
        assertThat(Toy.gradient(parameters, "a")).containsExactly(a, within(FLOAT));
        assertThat(Toy.gradient(parameters, "b")).containsExactly(b, within(FLOAT));
    }

    @Test
    void globalNormScalesTheWholeGradient() {
        try (var parameters = two()) {
            step(parameters, new Clip.GlobalNorm(6.5));
            assertGradients(parameters, new double[] {1.5, 2}, new double[] {0, 6});
            assertThat(Toy.values(parameters, "a")).containsExactly(new double[] {-1.5, -2}, within(FLOAT));
            step(parameters, new Clip.GlobalNorm(6.6));
            assertGradients(parameters, new double[] {1.5, 2}, new double[] {0, 6});
        }
    }

    @Test
    void globalNormOfAFrozenPartDoesNotCount() {
        try (var parameters = two()) {
            Toy.setGradient(parameters, "b", Double.NaN, 12);
            var frozen = new OptimizerConfig.Group("b", 1, null, true, null);
            step(parameters, new Clip.GlobalNorm(2.5), frozen);
            assertGradients(parameters, new double[] {1.5, 2}, new double[] {0, 0});
        }
    }

    @Test
    void tensorNormScalesEachTensor() {
        try (var parameters = two()) {
            step(parameters, new Clip.TensorNorm(6));
            assertGradients(parameters, new double[] {3, 4}, new double[] {0, 6});
        }
    }

    @Test
    void valueCutsEachElement() {
        try (var parameters = two()) {
            Toy.setGradient(parameters, "b", -7, 12);
            step(parameters, new Clip.Value(3.5));
            assertGradients(parameters, new double[] {3, 3.5}, new double[] {-3.5, 3.5});
        }
    }

    @Test
    void noneLeavesItAsItIs() {
        try (var parameters = two()) {
            step(parameters, new Clip.None());
            assertGradients(parameters, new double[] {3, 4}, new double[] {0, 12});
        }
    }

    /// By hand, ratio 0.1 and eps 0.5. Rows of `a` have weights 20 and 0: bounds 2 and 0.05 on gradients 3 and 4.
    /// `b` is one unit of weights (6, 8): bound 1 on a norm of 12.
    @Test
    void agcBoundsUnitsByTheirWeights() {
        try (var parameters = two()) {
            Toy.setValues(parameters, "a", 20, 0);
            Toy.setValues(parameters, "b", 6, 8);
            step(parameters, new Clip.Agc(0.1, 0.5, List.of()));
            assertGradients(parameters, new double[] {2, 0.05}, new double[] {0, 1});
        }
    }

    /// The formula once more in doubles, over a kernel of three dimensions.
    @Test
    void agcFollowsItsFormulaOnKernels() {
        try (var parameters = Toy.of(new Declared("kernel", 4, 3, 2))) {
            Toy.randomGradients(parameters, RandomStream.of(1, "g"), 0.02);
            var g = Toy.gradient(parameters, "kernel");
            var w = Toy.values(parameters, "kernel");
            step(parameters, new Clip.Agc(0.01, 1e-3, List.of()));
            for (var unit = 0; unit < 4; unit++) {
                var gg = 0.0;
                var ww = 0.0;
                for (var i = 6 * unit; i < 6 * unit + 6; i++) {
                    gg += g[i] * g[i];
                    ww += w[i] * w[i];
                }
                var bound = 0.01 * Math.max(Math.sqrt(ww), 1e-3);
                var scale = Math.sqrt(gg) > bound ? bound / Math.sqrt(gg) : 1;
                assertThat(scale).isLessThan(1);
                for (var i = 6 * unit; i < 6 * unit + 6; i++) {
                    assertThat(Toy.gradient(parameters, "kernel")[i]).isCloseTo(g[i] * scale, within(1e-8));
                }
            }
        }
    }

    @Test
    void agcLeavesExcludedParametersAlone() {
        try (var parameters = two()) {
            Toy.setValues(parameters, "b", 6, 8);
            step(parameters, new Clip.Agc(0.1, 0.5, List.of("a")));
            assertGradients(parameters, new double[] {3, 4}, new double[] {0, 1});
            assertThatThrownBy(() -> step(parameters, new Clip.Agc(0.1, 0.5, List.of("head.*"))))
                    .isInstanceOf(InputException.class)
                    .hasMessage("optimizer.clip.exclude.0 must match a parameter but was head.* (nearest: a, b)");
        }
    }

    @Test
    void transformsFollowEachOtherAndKnowTheNorm() {
        try (var parameters = two();
                var chain = new Chain(
                        parameters,
                        List.of(new Clip.Value(4), new Clip.GlobalNorm(1)),
                        _ -> Optional.of(new Chain.Settings(RULE, 1, 0)))) {
            chain.step(1, 13);
            var norm = Math.sqrt(3 * 3 + 4 * 4 + 4 * 4); // after cutting 12 to 4
            assertGradients(parameters, new double[] {3 / norm, 4 / norm}, new double[] {0, 4 / norm});
        }
    }

    @Test
    void wrongBoundsAreRefusedByName() {
        assertThatThrownBy(() -> new Clip.GlobalNorm(0)).hasMessage("max must be finite and > 0 but was 0.0");
        assertThatThrownBy(() -> new Clip.Agc(Double.NaN, 1e-3, List.of()))
                .hasMessage("ratio must be finite and > 0 but was NaN");
    }
}
