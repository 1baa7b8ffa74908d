package io.evenkeel.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.evenkeel.config.ConfigDiff.Difference;
import io.evenkeel.config.TestConfig.Mlp;
import io.evenkeel.config.TestConfig.Norm;
import io.evenkeel.testing.Property;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.schema.CoreSchema;
import tools.jackson.databind.json.JsonMapper;

class ConfigWriterTest {
    private static final TestConfig DEFAULTS = TestConfig.defaults();

    @Test
    void writesEveryKey() {
        assertThat(ConfigWriter.yaml(DEFAULTS)).isEqualTo("""
                model:
                  type: mlp
                  width: 128
                  dropout: 0.1
                  norm:
                    type: rms
                    epsilon: 1e-6
                data:
                  source: bundled
                  cache: data/text
                  shapes: [[1, 2]]
                optimizer:
                  type: adamw
                  betas: [0.9, 0.95]
                  epsilon: 1e-8
                  lr: 3e-4
                  weightDecay: 0.1
                  independentDecay: true
                  groups:
                    - match: "norm.*"
                      scale: 1.0
                train:
                  steps: 600
                  threads: 1
                  share: 0.5
                  shuffle: true
                  precision: fp32
                  timeLimit: null
                  note: null
                guard:
                  ladder:
                    - actions:
                        - type: skip-step
                      attempts: 3
                  actOn: [loss-spike]
                probes:
                  loss:
                    everySteps: 10
                best: null
                """);
    }

    @Test
    void readsBackAsAnEqualRecordOverAnyDefaults() {
        Property.check(300, random -> {
            var records = new RandomRecords(random);
            var config = records.next(TestConfig.class);
            var yaml = ConfigWriter.yaml(config);
            assertThat(ConfigReader.read(yaml, "f", List.of(), records.next(TestConfig.class)))
                    .as("%s", yaml)
                    .isEqualTo(config);
            assertThat(ConfigWriter.yaml(ConfigReader.read(yaml, "f", List.of(), DEFAULTS)))
                    .isEqualTo(yaml);
        });
    }

    @Test
    void theTextMeansTheSameToAnotherReader() {
        Property.check(200, random -> {
            var config = new RandomRecords(random).next(TestConfig.Data.class);
            var load =
                    new Load(LoadSettings.builder().setSchema(new CoreSchema()).build());
            assertThat(load.loadFromString(ConfigWriter.yaml(config)))
                    .asInstanceOf(InstanceOfAssertFactories.MAP)
                    .containsEntry("source", config.source())
                    .containsEntry("cache", config.cache().toString());
        });
    }

    @Test
    void jsonHasTheSameKeysAndKeepsWhatIsNotFinite() {
        var train = new TestConfig.Train(600, 1, Double.NaN, true, TestConfig.Precision.EIGHT_BITS, null, "n");
        var json = ConfigWriter.json(train);
        assertThat(json.get("precision").stringValue()).isEqualTo("fp8-mixed");
        assertThat(JsonMapper.shared().writeValueAsString(json))
                .isEqualTo("{\"steps\":600,\"threads\":1,\"share\":\"NaN\",\"shuffle\":true,"
                        + "\"precision\":\"fp8-mixed\",\"timeLimit\":null,\"note\":\"n\"}");
        assertThat(ConfigWriter.json(DEFAULTS).at("/optimizer/type").stringValue())
                .isEqualTo("adamw");
    }

    @Test
    void theFlatFormIsOneAssignmentAKey() {
        assertThat(ConfigWriter.flat(DEFAULTS))
                .containsEntry("model.norm.epsilon", "1e-6")
                .containsEntry("optimizer.betas", "[0.9, 0.95]")
                .containsEntry("optimizer.groups.0.match", "\"norm.*\"")
                .containsEntry("guard.ladder.0.actions.0.type", "skip-step")
                .containsEntry("train.timeLimit", "null")
                .hasSize(28);
        Property.check(200, random -> {
            var flat = new RandomRecords(random).next(TestConfig.Optimizer.class);
            if (flat.groups().isEmpty()) {
                return;
            }
            var assignments = ConfigWriter.flat(flat).entrySet().stream()
                    .map(e -> e.getKey() + "=" + e.getValue())
                    .collect(Collectors.toList());
            assertThat(ConfigReader.read(assignments, TestConfig.Optimizer.defaults()))
                    .isEqualTo(flat);
        });
    }

    @Test
    void theHashIsOfTheValuesNotOfTheirOrder() {
        record Reordered(Map<String, Long> values) {}
        var one = ConfigReader.read("values: {a: 1, b: 2}", "f", List.of(), new Reordered(Map.of()));
        var other = ConfigReader.read("values: {b: 2, a: 1}", "f", List.of(), new Reordered(Map.of()));
        assertThat(ConfigWriter.sha256(one))
                .isEqualTo(ConfigWriter.sha256(other))
                .hasSize(64);
        // printf '{"values":{"a":1,"b":2}}' | sha256sum
        assertThat(ConfigWriter.sha256(one))
                .isEqualTo("1274e254293eadea5646c9e22909dbe4fec93538b87c4e2349244b33a3ebd3d5");
        assertThat(ConfigWriter.sha256(new Reordered(Map.of("a", 1L)))).isNotEqualTo(ConfigWriter.sha256(one));
    }

    @Test
    void differencesNameTheKeysThatDiffer() {
        var other = ConfigReader.read(
                List.of("model.norm=none", "optimizer.lr=1e-3", "optimizer.type=sgd", "probes.norms.everySteps=5"),
                DEFAULTS);
        assertThat(ConfigDiff.between(DEFAULTS, DEFAULTS)).isEmpty();
        assertThat(ConfigDiff.between(DEFAULTS, other))
                .containsExactly(
                        new Difference("model.norm.type", "rms", "none"),
                        new Difference("model.norm.epsilon", "1e-6", null),
                        new Difference("optimizer.type", "adamw", "sgd"),
                        new Difference("optimizer.betas", "[0.9, 0.95]", null),
                        new Difference("optimizer.epsilon", "1e-8", null),
                        new Difference("optimizer.lr", "3e-4", "0.001"),
                        new Difference("optimizer.momentum", null, "0.9"),
                        new Difference("probes.norms.everySteps", null, "5"));
        assertThat(new Difference("a", "1", null)).hasToString("a: 1 -> -");
    }

    @Test
    void deepNestingSurvives() {
        Norm norm = new Norm.None();
        for (var i = 0; i < 40; i++) {
            norm = new Norm.Scaled(i, norm);
        }
        var config = new Mlp.Config(1, 0, norm);
        assertThat(ConfigReader.read(ConfigWriter.yaml(config), "f", List.of(), Mlp.Config.defaults()))
                .isEqualTo(config);
    }

    @Test
    void aRecordWithoutKeysIsAnEmptyMapping() {
        assertThat(ConfigWriter.yaml(new Norm.None())).isEqualTo("{}\n");
        assertThat(ConfigReader.read("{}", "f", List.of(), new Norm.None())).isEqualTo(new Norm.None());
    }
}
