package io.evenkeel.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.evenkeel.nn.Parameters;
import io.evenkeel.optim.Toy.Declared;
import io.evenkeel.random.RandomStream;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

/// Reference checks of parameter sharing.
///
/// @paper P78
class SharedArrayTest {
    private static final OptimizerConfig.Rule SGD = new Sgd(0.1, 0, 0, false, 0);

    private static Optimizer build(Sharing sharing, OptimizerConfig.Rule rule, Parameters parameters) {
        return new OptimizerConfig(rule, new Clip.None(), List.of(), null, sharing).build(parameters);
    }

    private static Parameters model() {
        return Toy.of(new Declared("a.weight", 8, 12), new Declared("a.bias", 8), new Declared("b.weight", 4, 8));
    }

    /// An array of 4 for 10 weights with chunks that begin at 1, 3 and 0.
    @Test
    void chunksAreRotated() {
        var begins = new long[] {1, 3, 0};
        assertThat(LongStream.range(0, 10)
                        .map(p -> Sharing.cyclic(p, 4, begins[(int) p / 4]))
                        .toArray())
                .containsExactly(1, 2, 3, 0, 3, 0, 1, 2, 0, 1);
    }

    @Test
    void numbersAreUsedEquallyOften() {
        try (var parameters = model()) {
            var matrices = parameters.all().stream()
                    .filter(each -> each.shape().length == 2)
                    .toList();
            for (var compression : new double[] {1, 2, 3.7, 20}) {
                var config = new Sharing(compression, Sharing.Layout.PARETO, 0.05, true, 3);
                var counts = new int[config.size(128)];
                Arrays.stream(config.indices(matrices)).forEach(i -> counts[(int) i]++);
                var least = 128 / counts.length;
                assertThat(Arrays.stream(counts).boxed())
                        .allSatisfy(count -> assertThat(count).isBetween(least, least + 1));
            }
            var hashed = Arrays.stream(new Sharing(1, Sharing.Layout.HASHED, 0.05, true, 3).indices(matrices))
                    .distinct()
                    .count();
            assertThat(hashed).isBetween(60L, 105L); // 1 - 1/e of 128 is 81
            var roast = new Sharing(2, Sharing.Layout.ROAST, 0.05, true, 3).indices(matrices);
            assertThat(Arrays.stream(roast).boxed())
                    .allSatisfy(i -> assertThat(i).isBetween(0L, 63L));
        }
    }

    /// Three weights of scale 2 and one of 0.5 on one number: 6.5^2 / 4.001.
    @Test
    void gradientsAreDividedByScaleAndCount() {
        assertThat(SharedArray.divisors(new long[] {0, 0, 0, 0}, new double[] {2, 2, 2, 0.5}, 1)[0])
                .isCloseTo(10.559860f + 1e-6f, within(1e-5f));
    }

    /// One step moves the weights equally whatever the array began with, and without scaling it does not.
    @Test
    void theHalfWidthDoesNotMatterWhenScaled() {
        for (var scaled : new boolean[] {true, false}) {
            var changes = new double[2][];
            for (var i = 0; i < 2; i++) {
                try (var parameters = model();
                        var optimizer = build(
                                new Sharing(3, Sharing.Layout.PARETO, i == 0 ? 0.01 : 1, scaled, 1), SGD, parameters)) {
                    var before = Toy.values(parameters, "a.weight");
                    Toy.randomGradients(parameters, RandomStream.of(1, "gradients"), 1);
                    optimizer.step(1, Toy.gradientNorm(parameters));
                    var after = Toy.values(parameters, "a.weight");
                    changes[i] = new double[after.length];
                    Arrays.setAll(changes[i], k -> after[k] - before[k]);
                }
            }
            var ratio = changes[1][5] / changes[0][5];
            assertThat(ratio).isCloseTo(scaled ? 1 : 1e-4, within(scaled ? 2e-3 : 1e-5));
        }
    }

    /// The array's gradient is the sum over its weights, and without compression SGD moves each by its own mean: as
    /// without sharing.
    @Test
    void withoutCompressionItIsTheModelItself() {
        try (var parameters = model();
                var optimizer = build(new Sharing(1, Sharing.Layout.PARETO, 0.05, true, 1), SGD, parameters)) {
            var before = Toy.values(parameters, "b.weight");
            Toy.randomGradients(parameters, RandomStream.of(1, "gradients"), 1);
            var g = parameters.get("b.weight").gradient().toDoubles();
            var bias = Toy.values(parameters, "a.bias");
            var biasGradient = parameters.get("a.bias").gradient().toDoubles();
            optimizer.step(1, Toy.gradientNorm(parameters));
            var after = Toy.values(parameters, "b.weight");
            for (var i = 0; i < g.length; i++) {
                // the divisor has 1e-3 in its count
                assertThat(after[i] - before[i]).isCloseTo(-0.1 * g[i], within(2e-3 * Math.abs(g[i]) + 1e-6));
            }
            assertThat(Toy.values(parameters, "a.bias")[3]).isCloseTo(bias[3] - 0.1 * biasGradient[3], within(1e-6));
        }
    }

    @Test
    void continuesWithTheSameBits() {
        var json = JsonMapper.shared();
        var sharing = Sharing.defaults();
        try (var parameters = model();
                var straight = build(sharing, AdamW.defaults(), parameters);
                var others = model();
                var first = build(sharing, AdamW.defaults(), others);
                var third = model();
                var second = build(sharing, AdamW.defaults(), third)) {
            train(parameters, straight, 0, 9);
            train(others, first, 0, 5);
            third.values().copy_(others.values());
            second.tensors()
                    .forEach((name, tensor) -> tensor.copy_(first.tensors().get(name)));
            second.restore(json.readTree(json.writeValueAsString(first.state())));
            train(third, second, 5, 9);
            assertThat(third.values().toFloats()).isEqualTo(parameters.values().toFloats());
        }
    }

    private static void train(Parameters parameters, Optimizer optimizer, int from, int to) {
        for (var step = from; step < to; step++) {
            Toy.randomGradients(parameters, RandomStream.of(step, "gradients"), 1);
            optimizer.step(1, Toy.gradientNorm(parameters));
        }
    }

    @Test
    void badValuesAreNamed() {
        assertThatThrownBy(() -> new Sharing(0.5, Sharing.Layout.PARETO, 0.05, true, 1))
                .hasMessage("compression must be finite and >= 1 but was 0.5");
        assertThatThrownBy(() -> new OptimizerConfig(
                        SGD, new Clip.None(), List.of(), OrthogonalGradient.Config.defaults(), Sharing.defaults()))
                .hasMessageStartingWith("orthogonal must be null with sharing");
        try (var parameters = Toy.of(new Declared("v", 3))) {
            assertThatThrownBy(() -> build(Sharing.defaults(), SGD, parameters))
                    .hasMessage("sharing must have a matrix or kernel to share but there is none");
        }
    }
}
