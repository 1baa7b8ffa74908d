package io.evenkeel.detect.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.evenkeel.InputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DetectorBenchTest {
    /// The shared logs beside the repository, or where the property or variable says.
    private static Path logs() {
        var property = System.getProperty("evenkeel.shared");
        var variable = System.getenv("evenkeel.shared");
        var shared = property != null ? property : variable != null ? variable : "../../shared";
        var logs = Path.of(shared, "logs");
        assumeTrue(
                Files.isRegularFile(logs.resolve("algoperf_runs.csv.gz")),
                () -> "labelled logs are not there: " + logs.toAbsolutePath().normalize());
        return logs;
    }

    private static DetectorBench.Row row(List<DetectorBench.Row> rows, String rule, String runs) {
        return rows.stream()
                .filter(r -> r.rule().equals(rule) && r.runs().equals(runs))
                .findFirst()
                .orElseThrow();
    }

    /// All but two bad runs caught at no more than 2 % of the healthy ones, on real logs; on injected faults too.
    @Test
    void theRunAlarmMeetsItsTarget() {
        var rows = DetectorBench.run(logs(), new DetectorBench.Options(4));
        var real = row(rows, "evenkeel run alarm", "algoperf");
        assertThat(real.caught().trials()).isEqualTo(20);
        assertThat(real.caught().successes()).isGreaterThanOrEqualTo(19);
        assertThat(real.alarmed().share()).isLessThanOrEqualTo(0.02);
        assertThat(row(rows, "evenkeel run alarm", "modded-nanogpt").alarmed().successes())
                .isZero();
        var injected = row(rows, "evenkeel run alarm", "injected");
        assertThat(injected.caught().share()).isGreaterThanOrEqualTo(0.95);
        assertThat(injected.alarmed().share()).isLessThanOrEqualTo(0.02);
        var verdict = row(rows, "evenkeel verdict at the end", "algoperf");
        assertThat(verdict.caught().share()).isGreaterThanOrEqualTo(0.85);
        assertThat(verdict.alarmed().share()).isLessThanOrEqualTo(0.02);
        // The published rules, as measured on a larger set of such runs: many alarms, or few catches.
        var sigma = row(rows, "6 sigma over 32, loss and gradient (OLMo)", "algoperf");
        assertThat(sigma.caught().successes()).isEqualTo(17);
        assertThat(sigma.alarmed().share()).isBetween(0.35, 0.5);
        assertThat(row(rows, "1.25 x weighted mean", "algoperf").alarmed().share())
                .isBetween(0.2, 0.35);
        assertThat(row(rows, "2.0 x mean of 10", "algoperf").caught().successes())
                .isEqualTo(15);
        assertThat(row(rows, "10 x early maximum (Megatron-LM)", "algoperf")
                        .caught()
                        .successes())
                .isZero();
        for (var half : List.of("algoperf tune", "algoperf test")) {
            assertThat(row(rows, "evenkeel run alarm", half).caught().trials())
                    .as(half)
                    .isPositive();
        }
        assertThat(DetectorBench.table(rows)).contains("evenkeel run alarm").doesNotContain("\t");
    }

    @Test
    void injectedRunsAreTheSameAtEachTimeAndLabelled() {
        var once = InjectedRuns.generate(1, 2);
        var again = InjectedRuns.generate(1, 2);
        assertThat(once).hasSize(2 * 6 + 8);
        for (var i = 0; i < once.size(); i++) {
            assertThat(once.get(i).loss()).containsExactly(again.get(i).loss());
            assertThat(once.get(i).gradNorm()).containsExactly(again.get(i).gradNorm());
        }
        assertThat(once.stream().filter(LabelledRun::bad)).hasSize(2 * 5);
        assertThat(once.stream().filter(run -> run.bad() && run.trouble() < 0)).isEmpty();
    }

    @Test
    void missingAndDamagedLogsAreSaidInOneLine(@TempDir Path directory) throws Exception {
        assertThatThrownBy(() -> DetectorBench.run(directory, DetectorBench.Options.defaults()))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("logs must hold algoperf_runs.csv.gz but it was missing in ");
        for (var name : LogFiles.files(directory).keySet()) {
            Files.writeString(directory.resolve(name), "run_id,label\n");
        }
        assertThatThrownBy(() -> DetectorBench.run(directory, DetectorBench.Options.defaults()))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("log file must be readable");
        Files.writeString(directory.resolve("algoperf_index.csv"), "run_id,label\n");
        try (var out =
                new java.util.zip.GZIPOutputStream(Files.newOutputStream(directory.resolve("algoperf_runs.csv.gz")))) {
            out.write("run_id,global_step,loss,grad_norm\n0,0,1.5,\n0,x,1,1\n"
                    .getBytes(java.nio.charset.StandardCharsets.UTF_8));
        }
        assertThatThrownBy(() -> LogFiles.algoPerf(directory))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("log file must be CSV with numbers")
                .hasMessageContaining("For input string: \"x\"");
    }
}
