package io.evenkeel.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.evenkeel.InputException;
import io.evenkeel.config.TestConfig.Action;
import io.evenkeel.config.TestConfig.Cadence;
import io.evenkeel.config.TestConfig.Group;
import io.evenkeel.config.TestConfig.Kind;
import io.evenkeel.config.TestConfig.Mlp;
import io.evenkeel.config.TestConfig.Norm;
import io.evenkeel.config.TestConfig.Optimizer;
import io.evenkeel.config.TestConfig.Precision;
import io.evenkeel.config.TestConfig.Recurrent;
import io.evenkeel.config.TestConfig.Rule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigReaderTest {
    private static final TestConfig DEFAULTS = TestConfig.defaults();

    private static TestConfig read(String yaml, String... assignments) {
        return ConfigReader.read(yaml, "run.yaml", List.of(assignments), DEFAULTS);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n\n", "# only a comment\n", "---\n", "{}", "train:\n", "train: ~\noptimizer: {}\n"})
    void anEmptyFileIsTheDefaults(String yaml) {
        assertThat(read(yaml)).isEqualTo(DEFAULTS);
    }

    @Test
    void readsEveryScalarType() {
        var train = read("""
                train:
                  steps: 1_000
                  threads: 2
                  share: 1e-3
                  shuffle: false
                  precision: output-only
                  timeLimit: 1h30m
                  note: "true"
                data: {source: 'it''s', cache: /var/data}
                """);
        assertThat(train.train())
                .isEqualTo(new TestConfig.Train(
                        1000, 2, 1e-3, false, Precision.OUTPUT_ONLY, Duration.ofMinutes(90), "true"));
        assertThat(train.data().source()).isEqualTo("it's");
        assertThat(train.data().cache()).isEqualTo(Path.of("/var/data"));
        assertThat(train.optimizer()).isEqualTo(DEFAULTS.optimizer());
    }

    @ParameterizedTest
    @CsvSource({
        "1e3, 1000",
        "1_0.5, 10.5",
        "5, 5",
        "-.5, -0.5",
        "2., 2",
        "1e-400, 0",
        ".inf, Infinity",
        "-.inf, -Infinity",
        ".nan, NaN"
    })
    void aNumberMayBeWrittenInManyWays(String written, Double value) {
        assertThat(read("train: {share: " + written + "}").train().share()).isEqualTo(value);
        assertThat(read("", "train.share=" + written).train().share()).isEqualTo(value);
    }

    @ParameterizedTest
    @CsvSource({
        "90s, PT90S",
        "10m, PT10M",
        "2d 3h, PT51H",
        "1s500ms, PT1.5S",
        "7us, PT0.000007S",
        "3ns, PT0.000000003S",
        "-5s, PT-5S"
    })
    void aDurationHasUnits(String written, Duration value) {
        assertThat(read("train: {timeLimit: " + written + "}").train().timeLimit())
                .isEqualTo(value);
    }

    @Test
    void aConstantMayHaveAName() {
        assertThat(read("train: {precision: fp8-mixed}").train().precision()).isEqualTo(Precision.EIGHT_BITS);
    }

    @Test
    void aChoiceOfTheSameTypeKeepsTheGivenDefaults() {
        var defaults = new TestConfig(
                new Mlp.Config(7, 0.3, new Norm.Rms(0.5)),
                DEFAULTS.data(),
                DEFAULTS.optimizer(),
                DEFAULTS.train(),
                DEFAULTS.guard(),
                DEFAULTS.probes(),
                null);
        var read = ConfigReader.read("model: {type: mlp, dropout: 0}", "f", List.of(), defaults);
        assertThat(read.model()).isEqualTo(new Mlp.Config(7, 0, new Norm.Rms(0.5)));
        read = ConfigReader.read("model: mlp", "f", List.of(), defaults);
        assertThat(read).isEqualTo(defaults);
        read = ConfigReader.read("model: {dropout: 0}", "f", List.of(), defaults);
        assertThat(read.model()).isEqualTo(new Mlp.Config(7, 0, new Norm.Rms(0.5)));
    }

    @Test
    void aChoiceOfAnotherTypeTakesItsOwnDefaults() {
        assertThat(read("model: {type: recurrent, width: 9}").model()).isEqualTo(new Recurrent.Config(9, 4));
        assertThat(read("model: recurrent").model()).isEqualTo(new Recurrent.Config(64, 4));
    }

    @Test
    void choicesNest() {
        var read = read("""
                model:
                  norm:
                    type: scaled
                    inner: {type: scaled, scale: 3, inner: rms}
                """);
        assertThat(read.model())
                .isEqualTo(new Mlp.Config(128, 0.1, new Norm.Scaled(1, new Norm.Scaled(3, new Norm.Rms(1e-6)))));
    }

    @Test
    void inlinedKeysStandBesideTheirParents() {
        var read = read("optimizer: {type: adamw, betas: [0.8, 0.9], lr: 1e-3, weightDecay: 0}")
                .optimizer();
        assertThat(read.rule()).isEqualTo(new Rule.AdamW(List.of(0.8, 0.9), 1e-8));
        assertThat(read.lr()).isEqualTo(1e-3);
        assertThat(read.decay()).isEqualTo(new TestConfig.Decay(0, true));
        assertThat(read("optimizer: {type: sgd, lr: 1}").optimizer().rule()).isEqualTo(new Rule.Sgd(0.9));
        assertThat(read("optimizer: sign-descent").optimizer())
                .isEqualTo(new Optimizer(
                        new Rule.SignDescent(),
                        3e-4,
                        DEFAULTS.optimizer().decay(),
                        DEFAULTS.optimizer().groups()));
    }

    @Test
    void aListReplacesTheDefaultAndItsItemsTakeTheirOwnDefaults() {
        var read = read("""
                optimizer:
                  groups:
                    - match: a
                    - {scale: 2}
                guard:
                  ladder:
                    - actions: [skip-step, {type: rollback, factor: 0.1}, rollback]
                      attempts: 2
                  actOn: [non-finite, loss-spike]
                data: {shapes: [[], [3]]}
                """);
        assertThat(read.optimizer().groups()).containsExactly(new Group("a", 1), new Group("*", 2));
        assertThat(read.guard().ladder())
                .containsExactly(new TestConfig.Rung(
                        List.of(new Action.SkipStep(), new Action.Rollback(1, 0.1), new Action.Rollback(1, 0.5)), 2));
        assertThat(read.guard().actOn()).containsExactly(Kind.NON_FINITE, Kind.LOSS_SPIKE);
        assertThat(read.data().shapes()).containsExactly(List.of(), List.of(3L));
    }

    @Test
    void aMapReplacesTheDefault() {
        assertThat(read("probes: {norms: {everySteps: 5}}").probes()).isEqualTo(Map.of("norms", new Cadence(5)));
    }

    @Test
    void aNullableMayBeSetAndUnset() {
        assertThat(read("best: {everySteps: 5}").best()).isEqualTo(new Cadence(5));
        var set = ConfigReader.read(List.of("best.everySteps=5", "train.note=x"), DEFAULTS);
        assertThat(set.best()).isEqualTo(new Cadence(5));
        assertThat(ConfigReader.read("best: null\ntrain: {note: }", "f", List.of(), set))
                .isEqualTo(DEFAULTS);
        assertThat(ConfigReader.read(List.of("best=null", "train.note=~"), set)).isEqualTo(DEFAULTS);
    }

    @Test
    void anchorsAndMergeKeysWork() {
        var read = read("""
                train: &base
                  steps: 5
                  share: 2
                model: &m {type: mlp, width: 3, norm: {<<: [{type: rms}, {epsilon: 2}], epsilon: 4}}
                """);
        assertThat(read.train().steps()).isEqualTo(5);
        assertThat(read.model()).isEqualTo(new Mlp.Config(3, 0.1, new Norm.Rms(4)));
    }

    @Test
    void assignmentsLieOverTheFile() {
        var read = read(
                "optimizer: {type: adamw, lr: 5}\ntrain: {steps: 9}",
                "optimizer.lr=1e-3",
                "optimizer.betas=[0.5, 0.6]",
                "train.steps=7",
                "train.steps=8",
                "model.norm=none");
        assertThat(read.optimizer().lr()).isEqualTo(1e-3);
        assertThat(read.optimizer().rule()).isEqualTo(new Rule.AdamW(List.of(0.5, 0.6), 1e-8));
        assertThat(read.train().steps()).isEqualTo(8);
        assertThat(read.model()).isEqualTo(new Mlp.Config(128, 0.1, new Norm.None()));
    }

    @Test
    void assignmentsReachIntoListsMapsAndShorthands() {
        assertThat(read("", "optimizer.groups.0.match=x").optimizer().groups()).containsExactly(new Group("x", 1));
        assertThat(read("", "optimizer.groups.2.match=z", "optimizer.groups.1={match: y}")
                        .optimizer()
                        .groups())
                .containsExactly(new Group("norm.*", 1), new Group("y", 1), new Group("z", 1));
        assertThat(read("optimizer: {groups: [{match: a}]}", "optimizer.groups.0.scale=3", "optimizer.groups.1.match=b")
                        .optimizer()
                        .groups())
                .containsExactly(new Group("a", 3), new Group("b", 1));
        assertThat(read("", "optimizer.betas.1=0.99").optimizer().rule())
                .isEqualTo(new Rule.AdamW(List.of(0.9, 0.99), 1e-8));
        assertThat(read("", "probes.norms.everySteps=5").probes())
                .isEqualTo(Map.of("loss", new Cadence(10), "norms", new Cadence(5)));
        assertThat(read("model: recurrent", "model.windowSize=8").model()).isEqualTo(new Recurrent.Config(64, 8));
        assertThat(read("optimizer: sgd", "optimizer.momentum=0").optimizer().rule())
                .isEqualTo(new Rule.Sgd(0));
        assertThat(read("", "guard.ladder.0.actions.0.type=rollback")
                        .guard()
                        .ladder()
                        .getFirst()
                        .actions())
                .containsExactly(new Action.Rollback(1, 0.5));
    }

    @Test
    void anAssignedTextNeedsNoQuotes() {
        assertThat(read("", "data.source=5").data().source()).isEqualTo("5");
        assertThat(read("", "data.source=a: b # c = d").data().source()).isEqualTo("a: b # c = d");
        assertThat(read("", "data.source=").data().source()).isEmpty();
        assertThat(read("", "data.source=\"[x\"").data().source()).isEqualTo("[x");
    }

    @Test
    void readsAFile(@TempDir Path directory) throws IOException {
        var file = Files.writeString(directory.resolve("run.yaml"), "train: {steps: 3}");
        assertThat(ConfigReader.read(file, List.of(), DEFAULTS).train().steps()).isEqualTo(3);
        Files.writeString(file, "train: {stebs: 3}");
        assertThatThrownBy(() -> ConfigReader.read(file, List.of(), DEFAULTS))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("(" + file + ":1)");
        Files.write(file, new byte[] {(byte) 0xff, (byte) 0xfe});
        assertThatThrownBy(() -> ConfigReader.read(file, List.of(), DEFAULTS))
                .isInstanceOf(InputException.class)
                .hasMessage("configuration " + file + " must be UTF-8 text");
        assertThatThrownBy(() -> ConfigReader.read(directory.resolve("no.yaml"), List.of(), DEFAULTS))
                .isInstanceOf(InputException.class)
                .hasMessage("configuration " + directory.resolve("no.yaml") + " does not exist");
        assertThatThrownBy(() -> ConfigReader.read(directory, List.of(), DEFAULTS))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("configuration " + directory + " cannot be read");
    }
}
