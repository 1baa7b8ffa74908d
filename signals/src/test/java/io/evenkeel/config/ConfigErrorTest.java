package io.evenkeel.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.evenkeel.InputException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Every message in full: it is what a user sees.
class ConfigErrorTest {
    private static void refused(String yaml, List<String> assignments, String message) {
        assertThatThrownBy(() -> ConfigReader.read(yaml, "run.yaml", assignments, TestConfig.defaults()))
                .isInstanceOf(InputException.class)
                .hasMessage(message);
    }

    private static Arguments file(String yaml, String message) {
        return Arguments.of(yaml, message);
    }

    @ParameterizedTest
    @MethodSource
    void ofFiles(String yaml, String message) {
        refused(yaml, List.of(), message);
    }

    static List<Arguments> ofFiles() {
        return List.of(
                // keys
                file(
                        "train:\n  steps: 5\noptimizer:\n  type: adamw\n  lrr: 5\n",
                        "unknown key optimizer.lrr, did you mean lr? (run.yaml:5); "
                                + "known: type, betas, epsilon, lr, weightDecay, independentDecay, groups"),
                file(
                        "# c\nmodle: mlp",
                        "unknown key modle, did you mean model? (run.yaml:2); "
                                + "known: model, data, optimizer, train, guard, probes, best"),
                file(
                        "train: {time_limit: 5}",
                        "unknown key train.time_limit, did you mean timeLimit? (run.yaml:1); "
                                + "known: steps, threads, share, shuffle, precision, timeLimit, note"),
                file(
                        "model: {type: mlp,\n windowSize: 3}",
                        "unknown key model.windowSize, which belongs to type recurrent (run.yaml:2); "
                                + "known: type, width, dropout, norm"),
                file(
                        "optimizer: {momentum: 3}",
                        "unknown key optimizer.momentum, which belongs to type sgd (run.yaml:1); "
                                + "known: type, betas, epsilon, lr, weightDecay, independentDecay, groups"),
                file(
                        "guard:\n  ladder:\n    - actions: []\n      attempts: 1\n      quux: 2",
                        "unknown key guard.ladder.0.quux (run.yaml:5); known: actions, attempts"),
                file(
                        "model: {norm: {type: none, scale: 1}}",
                        "unknown key model.norm.scale, which belongs to type scaled (run.yaml:1); known: type"),
                file(
                        "train:\n  steps: 1\n  steps: 2",
                        "key steps must stand once but is also at run.yaml:2 (run.yaml:3)"),
                file("? [a]\n: 1", "a key must be text but was a list or mapping (run.yaml:1)"),
                // types
                file("train: {steps: ten}", "train.steps must be a whole number but was ten (run.yaml:1)"),
                file("train: {steps: 1.5}", "train.steps must be a whole number but was 1.5 (run.yaml:1)"),
                file("train: {steps: \"5\"}", "train.steps must be a whole number but was \"5\" (run.yaml:1)"),
                file("train: {steps: true}", "train.steps must be a whole number but was true (run.yaml:1)"),
                file("train:\n  steps:\n", "train.steps must be a whole number but was empty (run.yaml:2)"),
                file("train: {steps: [1]}", "train.steps must be a whole number but was a list (run.yaml:1)"),
                file("train: {steps: {a: 1}}", "train.steps must be a whole number but was a mapping (run.yaml:1)"),
                file(
                        "train: {threads: 3e9}",
                        "train.threads must be a whole number from -2147483648 to 2147483647 but was 3e9 (run.yaml:1)"),
                file("train: {share: 1__0}", "train.share must be a number but was 1__0 (run.yaml:1)"),
                file("train: {share: 0x10}", "train.share must be a number but was 0x10 (run.yaml:1)"),
                file("train: {share: NaN}", "train.share must be a number but was NaN (run.yaml:1)"),
                file(
                        "train: {share: 1e999}",
                        "train.share must be a number of at most 1.8e308 but was 1e999 (run.yaml:1)"),
                file("train: {shuffle: yes}", "train.shuffle must be true or false but was yes (run.yaml:1)"),
                file("train: {shuffle: 1}", "train.shuffle must be true or false but was 1 (run.yaml:1)"),
                file(
                        "data: {source: true}",
                        "data.source must be text (in quotes, when it reads as a number, true or false) "
                                + "but was true (run.yaml:1)"),
                file(
                        "train: {note: 2026}",
                        "train.note must be text (in quotes, when it reads as a number, true or false) "
                                + "but was 2026 (run.yaml:1)"),
                file("data: {source: }", "data.source must be text but was empty (run.yaml:1)"),
                file("data: {cache: null}", "data.cache must be a path but was null (run.yaml:1)"),
                file(
                        "train: {timeLimit: 90}",
                        "train.timeLimit must be a duration such as 90s, 10m or 1h30m but was 90 (run.yaml:1)"),
                file(
                        "train: {timeLimit: 10m5}",
                        "train.timeLimit must be a duration such as 90s, 10m or 1h30m but was 10m5 (run.yaml:1)"),
                file(
                        "train: {precision: fp23}",
                        "train.precision must be one of fp32, bf16, fp8-mixed, output-only but was fp23, "
                                + "did you mean fp32? (run.yaml:1)"),
                file("train: 5", "train must be a mapping of keys but was 5 (run.yaml:1)"),
                file("train: [5]", "train must be a mapping of keys but was a list (run.yaml:1)"),
                file("- train", "a configuration must be a mapping of keys but was a list (run.yaml:1)"),
                file("train", "a configuration must be a mapping of keys but was train (run.yaml:1)"),
                file("optimizer:\n  betas: 0.9", "optimizer.betas must be a list but was 0.9 (run.yaml:2)"),
                file("optimizer: {betas: [0.9, x]}", "optimizer.betas.1 must be a number but was x (run.yaml:1)"),
                file("guard: {actOn: non-finite}", "guard.actOn must be a list but was non-finite (run.yaml:1)"),
                file("guard: {actOn: [non-finite, non-finite]}", "guard.actOn must not repeat non-finite (run.yaml:1)"),
                file("probes: [a]", "probes must be a mapping but was a list (run.yaml:1)"),
                // ranges
                file("optimizer:\n  lr: -1", "optimizer.lr must be > 0 but was -1.0 (run.yaml:2)"),
                file(
                        "optimizer:\n  lr: 1\n  betas: [0.9]",
                        "optimizer.betas must be two numbers but was [0.9] (run.yaml:3)"),
                file("model:\n  width: 0", "model.width must be >= 1 but was 0 (run.yaml:2)"),
                file("train:\n  steps: 1\n  threads: 3", "train: fewer steps than threads (run.yaml:2)"),
                // choices
                file(
                        "model: {type: mlq}",
                        "model.type must be one of mlp, recurrent but was mlq, did you mean mlp? (run.yaml:1)"),
                file("model: transformer", "model must be one of mlp, recurrent but was transformer (run.yaml:1)"),
                file("model:\n  type: [mlp]", "model.type must be one of mlp, recurrent but was a list (run.yaml:2)"),
                file(
                        "optimizer: AdamW",
                        "optimizer must be one of adamw, sgd, sign-descent but was AdamW, did you mean adamw? (run.yaml:1)"),
                file(
                        "guard:\n  ladder:\n    - actions:\n        - factor: 2\n      attempts: 1",
                        "guard.ladder.0.actions.0.type must be one of skip-step, rollback but is missing (run.yaml:4)"),
                file("guard: {ladder: [{attempts: 1}]}", "guard.ladder.0.actions must be given (run.yaml:1)"),
                // syntax
                file("train:\n  steps: 1: 2", "not valid YAML: mapping values are not allowed here (run.yaml:2:11)"),
                file("train: [1", "not valid YAML: expected ',' or ']', but got <stream end> (run.yaml:1:10)"),
                file(
                        "train:\n\tsteps: 1",
                        "not valid YAML: found character '\\t(TAB)' that cannot start any token. "
                                + "(Do not use \\t(TAB) for indentation) (run.yaml:2:1)"),
                file("train: 1\n---\ndata: 2", "not valid YAML: but found another document (run.yaml:2:1)"),
                file("train: *x", "not valid YAML: found undefined alias x (run.yaml:1:8)"),
                file("train: 1\ndata: \u0001", "not valid YAML: character U+0001 is not allowed (run.yaml:2)"),
                file("train: !run {}", "tag !run is not supported (run.yaml:1)"),
                file("train: &x\n  steps: *x", "an alias must not refer to a value that holds it (run.yaml:1)"),
                file(
                        "train: {<<: 5}",
                        "not valid YAML: Expected mapping node or an anchor referencing mapping (run.yaml:1:15)"),
                file("[".repeat(50_000), "not valid YAML: it is nested too deeply (run.yaml)"));
    }

    @ParameterizedTest
    @MethodSource
    void ofAssignments(String assignment, String message) {
        refused("train:\n  steps: 5\noptimizer: {groups: [{match: a}]}", List.of(assignment), message);
    }

    static List<Arguments> ofAssignments() {
        return List.of(
                file("optimizer.lr=abc", "optimizer.lr must be a number but was abc (--set optimizer.lr=abc)"),
                file("optimizer.lr=-1", "optimizer.lr must be > 0 but was -1.0 (--set optimizer.lr=-1)"),
                file(
                        "optimizer.lrr=1",
                        "unknown key optimizer.lrr, did you mean lr? (--set optimizer.lrr=1); "
                                + "known: type, betas, epsilon, lr, weightDecay, independentDecay, groups"),
                file(
                        "optimizer.groups.2.match=x",
                        "index of optimizer.groups must be 0 to 0, or 1 to append, but was 2 "
                                + "(--set optimizer.groups.2.match=x)"),
                file(
                        "guard.ladder.last.attempts=1",
                        "index of guard.ladder must be 0 to 0, or 1 to append, but was last "
                                + "(--set guard.ladder.last.attempts=1)"),
                file("train.steps.x=1", "train.steps must be a whole number but was a mapping (--set train.steps.x=1)"),
                file(
                        "optimizer.betas=[1, 2",
                        "not valid YAML: expected ',' or ']', but got <stream end> (--set optimizer.betas=[1, 2)"),
                file("optimizer.lr", "--set must be KEY=VALUE with a KEY such as optimizer.lr but was optimizer.lr"),
                file("=1", "--set must be KEY=VALUE with a KEY such as optimizer.lr but was =1"),
                file(
                        "train..steps=1",
                        "--set must be KEY=VALUE with a KEY such as optimizer.lr but was train..steps=1"),
                file("train.steps=", "train.steps must be a whole number but was empty (--set train.steps=)"));
    }

    @Test
    void aKeyWithoutADefaultMustBeGiven() {
        record Needs(long steps) {}
        record Holder(List<Needs> items) {}
        assertThatThrownBy(() -> ConfigReader.read("items: [{}]", "run.yaml", List.of(), new Holder(List.of())))
                .isInstanceOf(InputException.class)
                .hasMessage("items.0.steps must be given (run.yaml:1)");
    }

    /// Its record's own key would be the one that names the choice.
    sealed interface Ambiguous {
        record X(String type) implements Ambiguous {}
    }

    @Test
    void aRecordThatIsNoConfigurationIsTheProgrammersError() {
        record Holder(Ambiguous choice) {}
        record Array(long[] values) {}
        assertThatThrownBy(
                        () -> ConfigReader.read("choice: {type: x}", "f", List.of(), new Holder(new Ambiguous.X("a"))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("must not have a component type");
        assertThatThrownBy(() -> ConfigReader.read("values: [1]", "f", List.of(), new Array(new long[0])))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("type [J is not supported in configurations");
    }

    @Test
    void theRefusalIsKeptAsTheCause() {
        assertThatThrownBy(() -> ConfigReader.read("optimizer: {lr: 0}", "f", List.of(), TestConfig.defaults()))
                .hasCauseInstanceOf(IllegalArgumentException.class);
        assertThat(Choices.nearest("x", List.of("steps", "lr"))).isEmpty();
    }
}
