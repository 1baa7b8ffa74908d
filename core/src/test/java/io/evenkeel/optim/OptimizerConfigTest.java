package io.evenkeel.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.evenkeel.InputException;
import io.evenkeel.nn.Parameters;
import io.evenkeel.optim.OptimizerConfig.Group;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OptimizerConfigTest {
    private static final OptimizerConfig.Rule RULE = new AdamW(0.1, List.of(0.9, 0.95), 1e-8, 0.2, false);

    private static OptimizerConfig config(Group... groups) {
        return new OptimizerConfig(RULE, new Clip.None(), List.of(groups));
    }

    private static Group group(String match, double lrFactor, @Nullable Double weightDecay) {
        return new Group(match, lrFactor, weightDecay, false, null);
    }

    /// Learning rate and decay of every trained parameter.
    private static Map<String, List<Double>> settings(OptimizerConfig config) {
        try (var parameters = Toy.small();
                var chain = (Chain) config.build(parameters)) {
            var settings = new TreeMap<String, List<Double>>();
            chain.runs()
                    .forEach(run -> run.parameters()
                            .forEach(parameter -> settings.put(
                                    parameter.name(),
                                    List.of(run.settings().lr(), run.settings().weightDecay()))));
            return settings;
        }
    }

    @Test
    void decayIsForMatricesInOneRunEach() {
        assertThat(settings(config()))
                .isEqualTo(Map.of(
                        "embed.weight", List.of(0.1, 0.2),
                        "blocks.0.conv.weight", List.of(0.1, 0.2),
                        "blocks.0.norm.weight", List.of(0.1, 0.0),
                        "head.bias", List.of(0.1, 0.0)));
        try (var parameters = Toy.small();
                var chain = (Chain) config().build(parameters)) {
            assertThat(chain.runs()).hasSize(2);
        }
    }

    @Test
    void theFirstMatchingGroupCounts() {
        var settings = settings(
                config(group("blocks.*.norm.*", 0.5, 0.3), group("blocks.*", 2, null), group("?ead.bias", 1, 0.7)));
        assertThat(settings)
                .isEqualTo(Map.of(
                        "embed.weight", List.of(0.1, 0.2),
                        "blocks.0.conv.weight", List.of(0.2, 0.2),
                        "blocks.0.norm.weight", List.of(0.05, 0.3),
                        "head.bias", List.of(0.1, 0.7)));
    }

    @Test
    void aGroupMayHaveItsOwnRule() {
        var sgd = new Sgd(0.5, 0.9, 0, false, 0);
        var config = config(new Group("embed.*", 0.5, null, false, sgd));
        assertThat(settings(config)).containsEntry("embed.weight", List.of(0.25, 0.0));
        try (var parameters = Toy.small();
                var optimizer = config.build(parameters)) {
            assertThat(optimizer.tensors().keySet())
                    .containsExactlyInAnyOrder(
                            "embed.weight.momentum",
                            "blocks.0.conv.weight.first_moment",
                            "blocks.0.conv.weight.second_moment",
                            "blocks.0.norm.weight.first_moment",
                            "blocks.0.norm.weight.second_moment",
                            "head.bias.first_moment",
                            "head.bias.second_moment");
            assertThat(optimizer.adaptive()).isNull();
        }
    }

    @Test
    void aFrozenParameterHasNoMomentsAndKeepsItsBits() {
        try (var parameters = Toy.small();
                var optimizer =
                        config(new Group("*.norm.*", 1, null, true, null)).build(parameters)) {
            var before = Toy.values(parameters, "blocks.0.norm.weight");
            parameters.gradients().fill_(1);
            optimizer.step(1, Double.NaN);
            assertThat(Toy.values(parameters, "blocks.0.norm.weight")).isEqualTo(before);
            assertThat(optimizer.tensors().keySet()).noneMatch(name -> name.contains("norm"));
            assertThat(Toy.gradient(parameters, "blocks.0.norm.weight")).containsOnly(0);
        }
    }

    @Test
    void patternsThatMatchNothingNewAreRefused() {
        assertRefused(
                config(group("*.nrom.*", 1, null)),
                "optimizer.groups.0.match must match a parameter but was *.nrom.* (nearest: blocks.0.norm.weight, ");
        assertRefused(
                config(group("blocks.*", 1, null), group("*.norm.weight", 1, null)),
                "optimizer.groups.1.match must match a parameter that no group before it does but was *.norm.weight");
        assertRefused(
                config(new Group("*", 1, null, true, null)),
                "optimizer.groups must leave a parameter to train but freeze all");
    }

    private static void assertRefused(OptimizerConfig config, String message) {
        try (Parameters parameters = Toy.small()) {
            assertThatThrownBy(() -> config.build(parameters))
                    .isInstanceOf(InputException.class)
                    .hasMessageStartingWith(message);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "a.b,a.b,true",
        "a.b,axb,false",
        "*,anything.at.all,true",
        "*.norm.*,blocks.0.norm.weight,true",
        "*.norm.*,norm.weight,false",
        "blocks.?.w,blocks.1.w,true",
        "blocks.?.w,blocks.12.w,false",
        "*a*a,banana,true",
        "*a*b,banana,false",
        "a,aa,false",
        "aa,a,false"
    })
    void globs(String pattern, String name, boolean matches) {
        assertThat(new Glob(pattern).matches(name)).isEqualTo(matches);
    }

    @Test
    void wrongValuesAreRefusedByName() {
        assertThatThrownBy(() -> new AdamW(-1, List.of(0.9, 0.95), 1e-8, 0, false))
                .hasMessage("lr must be finite and > 0 but was -1.0");
        assertThatThrownBy(() -> new AdamW(1, List.of(0.9), 1e-8, 0, false))
                .hasMessage("betas must be two numbers in [0, 1) but were [0.9]");
        assertThatThrownBy(() -> new AdamW(1, List.of(0.9, 1.0), 1e-8, 0, false))
                .hasMessage("betas must be two numbers in [0, 1) but were [0.9, 1.0]");
        assertThatThrownBy(() -> new AdamW(1, List.of(0.9, 0.95), 0, 0, false))
                .hasMessage("eps must be finite and >= 1.0E-30 but was 0.0");
        assertThatThrownBy(() -> new AdamW(1, List.of(0.9, 0.95), 1e-8, 0.1, true))
                .hasMessageStartingWith("weightDecay must be <= 0.01 with independentDecay");
        assertThatThrownBy(() -> new Sgd(1, 0, 0, true, 0)).hasMessageStartingWith("nesterov must be false");
        assertThatThrownBy(() -> new Group("a", 0, null, false, null))
                .hasMessage("lrFactor must be finite and > 0 but was 0.0");
        assertThatThrownBy(() -> config(Group.defaults()))
                .hasMessage("groups must each have a match but number 0 has none");
        var independent = new AdamW(1, List.of(0.9, 0.95), 1e-8, 1e-4, true);
        assertThatThrownBy(() -> new OptimizerConfig(independent, new Clip.None(), List.of(group("a", 1, 0.1))))
                .hasMessageStartingWith("groups.0.weightDecay must be <= 0.01 with independentDecay");
    }

    @Test
    void anotherLearningRateLeavesTheRest() {
        var config = new OptimizerConfig(RULE, Clip.defaults(), List.of(group("a", 1, null)));
        assertThat(config.withLr(0.3).lr()).isEqualTo(0.3, within(0.0));
        assertThat(config.withLr(0.3).withLr(0.1)).isEqualTo(config);
        assertThat(OptimizerConfig.defaults().lr()).isEqualTo(2e-3, within(0.0));
    }
}
