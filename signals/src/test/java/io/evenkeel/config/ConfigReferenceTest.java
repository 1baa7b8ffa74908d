package io.evenkeel.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.evenkeel.config.ConfigReference.Entry;
import org.junit.jupiter.api.Test;

class ConfigReferenceTest {
    @Test
    void listsEveryKeyOfEveryChoice() {
        assertThat(ConfigReference.of(TestConfig.defaults()))
                .contains(
                        new Entry("model.type", "", "mlp, recurrent", "mlp", ""),
                        new Entry("model.width", "", "a whole number", "128", "channels, >= 1"),
                        new Entry("model.norm.type", "", "none, rms, scaled", "rms", ""),
                        new Entry("model.norm.scale", "model.norm.type=scaled", "a number", "1.0", ""),
                        new Entry("model.windowSize", "model.type=recurrent", "a whole number", "4", ""),
                        new Entry("optimizer.lr", "", "a number", "3e-4", "peak, > 0"),
                        new Entry("optimizer.momentum", "optimizer.type=sgd", "a number", "0.9", ""),
                        new Entry("optimizer.groups", "", "list of mappings", "1 item", ""),
                        new Entry("optimizer.groups.*.match", "", "text", "\"*\"", ""),
                        new Entry("train.precision", "", "fp32, bf16, fp8-mixed, output-only", "fp32", ""),
                        new Entry("train.timeLimit", "", "a duration such as 90s, 10m or 1h30m or null", "null", ""),
                        new Entry("guard.ladder.*.attempts", "", "a whole number", "", ""),
                        new Entry(
                                "guard.ladder.*.actions.*.factor",
                                "guard.ladder.*.actions.*.type=rollback",
                                "a number",
                                "0.5",
                                ""),
                        new Entry("guard.actOn", "", "list of non-finite, loss-spike", "[loss-spike]", ""),
                        new Entry("best", "", "a mapping or null", "null", ""),
                        new Entry("best.everySteps", "", "a whole number", "", ""));
    }

    @Test
    void printsColumnsAndATable() {
        record Small(@Doc("peak | > 0") double lr, TestConfig.Model model) {}
        var small = new Small(1e-3, TestConfig.Mlp.Config.defaults());
        assertThat(ConfigReference.text(small)).isEqualTo("""
                lr                  a number, default 0.001: peak | > 0
                model.type          mlp, recurrent, default mlp
                model.width         a whole number, default 128: channels, >= 1
                model.dropout       a number, default 0.1
                model.norm.type     none, rms, scaled, default rms
                model.norm.epsilon  a number, default 1e-6
                  with model.norm.type=scaled:
                  model.norm.scale    a number, default 1.0
                  with model.type=recurrent:
                  model.width         a whole number, default 64
                  model.windowSize    a whole number, default 4
                """);
        assertThat(ConfigReference.markdown(small))
                .startsWith("| key | with | takes | default | meaning |\n|---|---|---|---|---|\n")
                .contains("| `lr` |  | a number | `0.001` | peak \\| > 0 |\n")
                .contains("| `model.windowSize` | `model.type=recurrent` | a whole number | `4` |  |\n");
    }
}
