package io.evenkeel.optim;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.evenkeel.nn.Parameters;
import io.evenkeel.optim.OptimizerConfig.Rule;
import io.evenkeel.optim.Toy.Declared;
import io.evenkeel.random.RandomStream;
import io.evenkeel.schedule.Course;
import io.evenkeel.schedule.Schedule;
import io.evenkeel.tensor.DType;
import io.evenkeel.tensor.Engine;
import io.evenkeel.tensor.Scope;
import io.evenkeel.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.json.JsonMapper;

/// What holds for every rule with every bound on the gradient.
class OptimizerContractTest {
    private static final JsonMapper JSON = JsonMapper.shared();
    /// Functions lie away from zero, where LAMB and AGC, which go by the size of the weights, stand still.
    private static final double ORIGIN = 3;

    /// Every rule that a configuration can name, at a learning rate for functions of two variables and without
    /// decay.
    private static List<Rule> rules() {
        return List.of(
                new AdamW(0.05, List.of(0.9, 0.95), 1e-8, 0, false),
                new AdamAtan2(0.05, List.of(0.9, 0.95), 0, false),
                new Sgd(2e-3, 0.9, 0, false, 0),
                new Lion(0.02, List.of(0.9, 0.99), 0, false),
                new RAdam(0.01, List.of(0.9, 0.95), 1e-8, 0, false),
                new Lamb(0.05, List.of(0.9, 0.95), 1e-6, 0, false),
                new AdaBelief(0.05, List.of(0.9, 0.95), 1e-12, 0, false, false, false, true),
                new Yogi(0.1, List.of(0.9, 0.95), 1e-3, 0, false),
                new Adafactor(0.05, 0.9, 0.8, 1e-30, 1, true, 0),
                new Spam(0.05, List.of(0.9, 0.95), 1e-6, 0, 2000, 40),
                new StableSpam(
                        0.05, List.of(0.9, 0.95), 1e-8, 0, List.of(0.7, 0.9), 0.999, true, 40, 2000, false, false));
    }

    private static List<Clip> clips() {
        return List.of(
                new Clip.None(),
                new Clip.GlobalNorm(1),
                new Clip.TensorNorm(1),
                new Clip.Value(1),
                new Clip.Agc(1, 0.1, List.of()));
    }

    private static Stream<Arguments> combinations() {
        return rules().stream().flatMap(rule -> clips().stream().map(clip -> Arguments.of(rule, clip)));
    }

    @Test
    void theRegistriesAreComplete() {
        assertThat(rules().stream().<Class<?>>map(Rule::getClass))
                .containsExactlyInAnyOrder(Rule.class.getPermittedSubclasses());
        assertThat(clips().stream().<Class<?>>map(Clip::getClass))
                .containsExactlyInAnyOrder(Clip.class.getPermittedSubclasses());
    }

    private static Optimizer optimizer(Rule rule, Clip clip, Parameters parameters) {
        return new OptimizerConfig(rule, clip, List.of()).build(parameters);
    }

    private interface Objective {
        double[] gradient(double x, double y);
    }

    private static double[] minimise(Rule rule, Clip clip, Objective objective, int steps) {
        var schedule = new Schedule.Config(0L, new Course.Linear(0)).build(steps);
        try (var scope = Scope.open();
                var parameters = Toy.of(new Declared("xy", 1, 2));
                var optimizer = optimizer(rule, clip, parameters)) {
            assertThat(scope).isNotNull();
            Toy.setValues(parameters, "xy", ORIGIN - 1, ORIGIN + 1.5);
            var values = parameters.values().memory();
            var gradients = parameters.gradients().memory();
            for (var step = 0; step < steps; step++) {
                var g = objective.gradient(
                        values.getAtIndex(JAVA_FLOAT, 0) - ORIGIN, values.getAtIndex(JAVA_FLOAT, 1) - ORIGIN);
                gradients.setAtIndex(JAVA_FLOAT, 0, (float) g[0]);
                gradients.setAtIndex(JAVA_FLOAT, 1, (float) g[1]);
                optimizer.step(schedule.factor(step), Math.hypot(g[0], g[1]));
            }
            return new double[] {values.getAtIndex(JAVA_FLOAT, 0) - ORIGIN, values.getAtIndex(JAVA_FLOAT, 1) - ORIGIN};
        }
    }

    /// `(x - 1)^2 + 5 (y + 0.5)^2`.
    @ParameterizedTest
    @MethodSource("combinations")
    void reachesTheMinimumOfAParabola(Rule rule, Clip clip) {
        var end = minimise(rule, clip, (x, y) -> new double[] {2 * (x - 1), 10 * (y + 0.5)}, 500);
        assertThat(end).containsExactly(new double[] {1, -0.5}, within(0.01));
    }

    private static Stream<Arguments> withAndWithoutClipping() {
        return combinations()
                .filter(arguments ->
                        arguments.get()[1] instanceof Clip.None || arguments.get()[1] instanceof Clip.GlobalNorm);
    }

    /// `(1 - x)^2 + 20 (y - x^2)^2`, minimum (1, 1): Rosenbrock's valley, not quite as narrow.
    @ParameterizedTest
    @MethodSource("withAndWithoutClipping")
    void reachesTheMinimumOfRosenbrock(Rule rule, Clip clip) {
        var end = minimise(
                rule, clip, (x, y) -> new double[] {-2 * (1 - x) - 80 * x * (y - x * x), 40 * (y - x * x)}, 2000);
        assertThat(end).containsExactly(new double[] {1, 1}, within(0.03));
    }

    private static void train(Parameters parameters, Optimizer optimizer, int fromStep, int toStep) {
        for (var step = fromStep; step < toStep; step++) {
            Toy.randomGradients(parameters, RandomStream.of(step, "gradients"), 1);
            optimizer.step(1 - step / 100.0, Toy.gradientNorm(parameters));
        }
    }

    @ParameterizedTest
    @MethodSource("combinations")
    void continuesWithTheSameBits(Rule rule, Clip clip) {
        try (var parameters = Toy.small();
                var straight = optimizer(rule, clip, parameters);
                var others = Toy.small();
                var first = optimizer(rule, clip, others);
                var second = optimizer(rule, clip, others)) {
            train(parameters, straight, 0, 12);
            train(others, first, 0, 7);
            var saved = JSON.writeValueAsString(first.state());
            second.tensors()
                    .forEach((name, tensor) -> tensor.copy_(first.tensors().get(name)));
            second.restore(JSON.readTree(saved));
            train(others, second, 7, 12);
            assertThat(others.values().toFloats()).isEqualTo(parameters.values().toFloats());
            straight.tensors()
                    .forEach((name, tensor) -> assertThat(
                                    second.tensors().get(name).toFloats())
                            .as(name)
                            .isEqualTo(tensor.toFloats()));
            assertThat(second.state()).isEqualTo(straight.state());
        }
    }

    @ParameterizedTest
    @MethodSource("combinations")
    void zeroGradientsMoveNothing(Rule rule, Clip clip) {
        try (var parameters = Toy.small();
                var optimizer = optimizer(rule, clip, parameters)) {
            var before = parameters.values().toFloats();
            for (var step = 0; step < 3; step++) {
                optimizer.step(1, 0);
            }
            assertThat(parameters.values().toFloats()).isEqualTo(before);
            optimizer.tensors().forEach((name, moment) -> {
                // AdaBelief adds eps to the variance at every step
                if (!name.endsWith("variance")) {
                    assertThat(moment.toFloats()).as(name).containsOnly(0f);
                }
            });
        }
    }

    @ParameterizedTest
    @MethodSource("combinations")
    void aFactorOfZeroMovesNothingButTheMoments(Rule rule, Clip clip) {
        var decayed = withDecay(rule);
        try (var parameters = Toy.small();
                var optimizer = optimizer(decayed, clip, parameters)) {
            var before = parameters.values().toFloats();
            Toy.randomGradients(parameters, RandomStream.of(1, "gradients"), 1);
            optimizer.step(0, Toy.gradientNorm(parameters));
            assertThat(parameters.values().toFloats()).isEqualTo(before);
            assertThat(optimizer.tensors().values().stream().map(Tensor::toFloats))
                    .allSatisfy(moment -> assertThat(moment).doesNotContain(0f));
        }
    }

    private static Rule withDecay(Rule rule) {
        return switch (rule) {
            case AdamW adamW -> new AdamW(adamW.lr(), adamW.betas(), adamW.eps(), 0.005, true);
            case AdamAtan2 adam -> new AdamAtan2(adam.lr(), adam.betas(), 0.005, true);
            case Sgd sgd -> new Sgd(sgd.lr(), sgd.momentum(), 0, false, 0.1);
            case Lion lion -> new Lion(lion.lr(), lion.betas(), 0.005, true);
            case RAdam rAdam -> new RAdam(rAdam.lr(), rAdam.betas(), rAdam.eps(), 0.005, true);
            case Lamb lamb -> new Lamb(lamb.lr(), lamb.betas(), lamb.eps(), 0.1, false);
            case AdaBelief adam ->
                new AdaBelief(adam.lr(), adam.betas(), adam.eps(), 0.005, true, adam.rectify(), adam.amsgrad(), true);
            case Yogi yogi -> new Yogi(yogi.lr(), yogi.betas(), yogi.eps(), 0.005, true);
            case Adafactor adafactor -> new Adafactor(adafactor.lr(), adafactor.beta1(), 0.8, 1e-30, 1, true, 0.1);
            case Spam spam -> new Spam(spam.lr(), spam.betas(), spam.eps(), 0.1, spam.threshold(), 40);
            case StableSpam spam ->
                new StableSpam(
                        spam.lr(),
                        spam.betas(),
                        spam.eps(),
                        0.1,
                        spam.gammas(),
                        spam.theta(),
                        true,
                        40,
                        2000,
                        true,
                        true);
        };
    }

    /// Decay alone, by hand: with no gradient, a decoupled rule takes lr (or the factor) times the decay.
    @Test
    void decayTakesItsShareOfMatricesAlone() {
        var expected = new LinkedHashMap<Rule, Double>();
        expected.put(new AdamW(0.5, List.of(0.9, 0.95), 1e-8, 0.1, false), 1 - 0.5 * 0.5 * 0.1);
        expected.put(new AdamW(0.5, List.of(0.9, 0.95), 1e-8, 0.01, true), 1 - 0.5 * 0.01);
        expected.put(new RAdam(0.5, List.of(0.9, 0.999), 1e-8, 0.01, true), 1 - 0.5 * 0.01);
        expected.put(new Lion(0.5, List.of(0.9, 0.99), 0.1, false), 1 - 0.5 * 0.5 * 0.1);
        expected.put(new Lion(0.5, List.of(0.9, 0.99), 0.01, true), 1 - 0.5 * 0.01);
        expected.put(new Sgd(0.5, 0, 0, false, 0.1), 1 - 0.5 * 0.5 * 0.1);
        // u = 0.1 p, scaled to the norm of p
        expected.put(new Lamb(0.5, List.of(0.9, 0.95), 1e-6, 0.1, false), 1 - 0.5 * 0.5);
        expected.forEach((rule, share) -> {
            try (var parameters = Toy.of(new Declared("matrix", 1, 2), new Declared("vector", 2));
                    var optimizer = optimizer(rule, new Clip.None(), parameters)) {
                Toy.setValues(parameters, "matrix", 1, -2);
                Toy.setValues(parameters, "vector", 1, -2);
                optimizer.step(0.5, 0);
                assertThat(Toy.values(parameters, "matrix"))
                        .as("%s", rule)
                        .containsExactly(new double[] {share, -2 * share}, within(3e-7));
                assertThat(Toy.values(parameters, "vector")).containsExactly(1, -2);
            }
        });
    }

    /// A rule must keep the gaps between parameters at zero, and all of its state in the type of the parameters.
    @ParameterizedTest
    @MethodSource("combinations")
    void keepsTypesAndGaps(Rule rule, Clip clip) {
        try (var parameters = Toy.small();
                var optimizer = optimizer(withDecay(rule), clip, parameters)) {
            train(parameters, optimizer, 0, 5);
            var sum = 0.0;
            for (var parameter : parameters.all()) {
                for (var value : parameter.value().toDoubles()) {
                    sum += Math.abs(value);
                }
            }
            try (var total = parameters.values().abs();
                    var all = total.sum()) {
                assertThat(all.item()).isCloseTo(sum, within(1e-4));
            }
            assertThat(parameters.values().dtype()).isEqualTo(DType.FLOAT32);
            assertThat(optimizer.tensors().values())
                    .allSatisfy(tensor -> assertThat(tensor.dtype()).isEqualTo(DType.FLOAT32));
        }
    }

    @ParameterizedTest
    @MethodSource("combinations")
    void resettingMomentsMakesTheNextUpdateTheFirst(Rule rule, Clip clip) {
        try (var parameters = Toy.small();
                var used = optimizer(rule, clip, parameters);
                var fresh = Toy.small();
                var first = optimizer(rule, clip, fresh)) {
            train(parameters, used, 0, 5);
            fresh.values().copy_(parameters.values());
            used.tensors().values().forEach(moment -> moment.fill_(Double.NaN));
            used.scaleMoments(0);
            train(parameters, used, 5, 8);
            train(fresh, first, 5, 8);
            assertThat(parameters.values().toFloats()).isEqualTo(fresh.values().toFloats());
        }
    }

    @ParameterizedTest
    @MethodSource("rules")
    void dampingMomentsKeepsTheCount(Rule rule) {
        try (var parameters = Toy.small();
                var optimizer = optimizer(rule, new Clip.None(), parameters)) {
            train(parameters, optimizer, 0, 5);
            var before = new LinkedHashMap<String, float[]>();
            optimizer.tensors().forEach((name, moment) -> before.put(name, moment.toFloats()));
            var state = optimizer.state();
            optimizer.scaleMoments(0.5);
            before.forEach((name, values) -> {
                var after = optimizer.tensors().get(name).toFloats();
                for (var i = 0; i < values.length; i++) {
                    assertThat(after[i]).as(name).isEqualTo(isMoment(rule, name) ? values[i] / 2 : values[i]);
                }
            });
            assertThat(optimizer.state()).isEqualTo(state);
            assertThatThrownBy(() -> optimizer.scaleMoments(1.5)).hasMessage("keep must be in [0, 1] but was 1.5");
        }
    }

    /// The other tensors are statistics of a parameter.
    private static boolean isMoment(Rule rule, String tensor) {
        return rule.moments().contains(tensor.substring(tensor.lastIndexOf('.') + 1));
    }

    /// A NaN stays in the moments until they are reset; tensors without one go on.
    @ParameterizedTest
    @MethodSource("rules")
    void aNonFiniteGradientIsAppliedAsItIs(Rule rule) {
        try (var parameters = Toy.small();
                var optimizer = optimizer(rule, new Clip.TensorNorm(1), parameters)) {
            Toy.randomGradients(parameters, RandomStream.of(1, "gradients"), 1);
            Toy.setGradient(parameters, "embed.weight", Double.NaN);
            optimizer.step(1, Double.NaN);
            // Lion moves by the sign, and that of NaN is 0
            assertThat(Double.isNaN(Toy.values(parameters, "embed.weight")[0])).isEqualTo(!(rule instanceof Lion));
            assertThat(Toy.values(parameters, "head.bias")).doesNotContain(Double.NaN);
            var moment = rule instanceof Sgd ? "momentum" : Adaptive.FIRST_MOMENT;
            assertThat(optimizer.tensors().get("embed.weight." + moment).toDoubles()[0])
                    .isNaN();
        }
    }

    @ParameterizedTest
    @MethodSource("combinations")
    void nativeMemoryIsFlat(Rule rule, Clip clip) {
        try (var parameters = Toy.small();
                var optimizer = optimizer(rule, clip, parameters)) {
            train(parameters, optimizer, 0, 5);
            var bytes = Engine.nativeBytes();
            var objects = Engine.nativeObjects();
            train(parameters, optimizer, 5, 55);
            // fewer where the collector frees what another test has left
            assertThat(Engine.nativeObjects()).isLessThanOrEqualTo(objects);
            assertThat(Engine.nativeBytes()).isLessThanOrEqualTo(bytes);
        }
    }

    @Test
    void closingFreesEverything() {
        try (var parameters = Toy.small()) {
            for (var rule : rules()) {
                var before = Engine.nativeObjects();
                var optimizer = optimizer(rule, new Clip.Agc(1, 0.1, List.of()), parameters);
                train(parameters, optimizer, 0, 2);
                optimizer.close();
                assertThat(Engine.nativeObjects()).as("%s", rule).isLessThanOrEqualTo(before);
            }
        }
    }

    @Test
    void tensorsAreTheSameAtEveryCallAndNamedByParameter() {
        try (var parameters = Toy.small();
                var scope = Scope.open();
                var optimizer = optimizer(AdamW.defaults(), Clip.defaults(), parameters)) {
            assertThat(scope).isNotNull();
            var names = new ArrayList<String>();
            parameters.all().forEach(parameter -> {
                names.add(parameter.name() + ".first_moment");
                names.add(parameter.name() + ".second_moment");
            });
            Map<String, Tensor> tensors = optimizer.tensors();
            assertThat(tensors.keySet()).containsExactlyInAnyOrderElementsOf(names);
            parameters
                    .all()
                    .forEach(parameter -> assertThat(tensors.get(parameter.name() + ".first_moment")
                                    .shape())
                            .isEqualTo(parameter.shape()));
            optimizer.step(1, 0);
            assertThat(optimizer.tensors().get(names.getFirst())).isSameAs(tensors.get(names.getFirst()));
            assertThat(optimizer.adaptive()).isEqualTo(new Adaptive(0.9, 0.95, 1e-8, 1));
        }
    }

    @Test
    void aStateOfAnotherChainIsRefused() {
        try (var parameters = Toy.small();
                var plain = optimizer(AdamW.defaults(), new Clip.None(), parameters);
                var clipped = optimizer(AdamW.defaults(), Clip.defaults(), parameters)) {
            assertThatThrownBy(() -> clipped.restore(plain.state()))
                    .hasMessageStartingWith("state of the optimizer must have updates and 1 transforms");
            assertThatThrownBy(() -> plain.step(Double.NaN, 1))
                    .hasMessage("factor must be finite and >= 0 but was NaN");
        }
    }
}
