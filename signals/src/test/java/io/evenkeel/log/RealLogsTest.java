package io.evenkeel.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.evenkeel.metric.SeriesNames;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Real logs, where the folder with them is at hand: `evenkeel.shared`, by default beside the repository.
class RealLogsTest {
    @TempDir
    Path dir;

    private static Path log(String name) {
        var shared = System.getProperty("evenkeel.shared", System.getenv("EVENKEEL_SHARED"));
        var roots = shared != null ? List.of(Path.of(shared)) : List.of(Path.of("../../shared"), Path.of("../shared"));
        for (var root : roots) {
            if (Files.exists(root.resolve("logs").resolve(name))) {
                return root.resolve("logs").resolve(name);
            }
        }
        assumeTrue(false, "the log " + name + " is not at hand");
        throw new AssertionError();
    }

    @Test
    void algoPerfRunsAreThoseOfTheIndex() throws IOException {
        var all =
                Collected.of(log("algoperf_runs.csv.gz"), LogOptions.defaults().withGroupBy(List.of("run_id")));
        var index = Files.readAllLines(log("algoperf_index.csv"));
        assertThat(all.runs.size()).isEqualTo(index.size() - 1);
        assertThat(all.warnings).isEmpty();
        for (var line : index.subList(1, index.size())) {
            var fields = line.split(",");
            var run = all.runs.get(fields[0]);
            assertThat(run.readings).as(line).hasSize(Integer.parseInt(fields[4]));
            assertThat(run.restarts).as(line).isEmpty();
            var finite = run.readings.stream()
                    .allMatch(r -> Double.isFinite(r.get(SeriesNames.LOSS))
                            && (!r.has(SeriesNames.GRAD_NORM) || Double.isFinite(r.get(SeriesNames.GRAD_NORM))));
            assertThat(finite).as(line).isEqualTo(!fields[1].equals("nonfinite"));
            assertThat(run.readings.getFirst().get(SeriesNames.LOSS)).isEqualTo(Double.parseDouble(fields[5]));
        }
        assertThat(Collected.of(log("algoperf_runs.csv.gz")).runs.keySet()).isEqualTo(all.runs.keySet());
    }

    @Test
    void megatronsGoldenValuesAreTold() {
        var all = Collected.of(log("megatron_golden_values.csv.gz"));
        var cases = new TreeSet<String>();
        all.runs.keySet().forEach(id -> cases.add(id.substring(0, id.indexOf('/'))));
        // Of the 598 files some are in several folders under the same case and name.
        assertThat(all.runs.size()).isEqualTo(552);
        assertThat(cases.size()).isEqualTo(144);
        var run = all.runs.get("gpt3_15b_8t_release/golden_values_dev_dgx_h100.json");
        assertThat(run.series(SeriesNames.LOSS)).startsWith("1:12.95636", "5:12.91492", "10:12.06072");
        assertThat(run.series("num-zeros")).isNotEmpty();
        assertThat(run.restarts).isEmpty();
        assertThat(run.info.notes()).anyMatch(note -> note.contains("stand behind others"));
    }

    @Test
    void aRunOfModdedNanoGpt() {
        var run = Collected.of(log("moddednanogpt_1.5b_run_a.csv")).only();
        assertThat(run.restarts).isEmpty();
        assertThat(run.readings.getLast().step()).isEqualTo(20_344);
        assertThat(run.readings.getLast().get(SeriesNames.LOSS)).isEqualTo(2.9959);
        assertThat(run.readings.getLast().get(SeriesNames.VAL_LOSS)).isEqualTo(2.7297);
        assertThat(run.series(SeriesNames.LOSS)).hasSize(20_344);
        // Some names stand for more than one curve.
        var curves = Collected.of(log("moddednanogpt_track3_val_curves.csv.gz")).runs;
        assertThat(curves.size()).isEqualTo(372);
        assertThat(curves.get("root/1bd8db7a-f3a3-4195-856d-cab7e0816443").info.notes())
                .anyMatch(note -> note.contains("steps go back"));
    }

    @Test
    void linesAroundTheIncidentsOfBloom() {
        var all = Collected.of(log("bigscience_chronicle_lines.csv"));
        assertThat(all.runs.keySet()).contains("tr1-13B-base");
        assertThat(all.runs.values().stream()
                        .mapToInt(run -> run.readings.size())
                        .sum())
                .isBetween(60, 72);
        var first = all.runs.get("tr1-13B-base").readings.getFirst();
        assertThat(first.step()).isEqualTo(29_020);
        assertThat(first.get(SeriesNames.LOSS)).isEqualTo(2.775923);
        assertThat(first.get(SeriesNames.LR)).isEqualTo(9.85e-5);
        assertThat(first.get(SeriesNames.LOSS_SCALE)).isEqualTo(32_768);
    }

    /// The hang rule on what was read: who enqueued less than the others of a group is the one they wait for.
    @Test
    void flightRecorderDumps() throws IOException {
        var file = log("nvrx_flight_recorder_traces.json");
        var all = Collected.of(file);
        assertThat(all.runs.keySet()).contains("gpu_error_1st", "gpu_error_2nd", "lock_gil_1st", "lock_gil_2nd");
        for (var run : all.runs.values()) {
            assertThat(run.progress.stream()
                            .map(CollectiveProgress::rank)
                            .distinct()
                            .count())
                    .isGreaterThan(10);
            assertThat(run.collectives).isNotEmpty().allSatisfy(collective -> {
                assertThat(collective.sequence()).isNotNegative();
                assertThat(collective.createdSeconds()).isBetween(1.7e9, 1.8e9);
                assertThat(collective.timeoutSeconds()).isPositive();
                assertThat(collective.state()).isNotEqualTo(Collective.State.UNKNOWN);
            });
        }
        var known = new HashMap<String, List<Integer>>();
        all.runs.get("gpu_error_1st").collectives.forEach(c -> known.put(c.group(), c.ranks()));
        assertThat(known.values()).anyMatch(ranks -> ranks.size() > 1);
    }

    /// All of it at once: every file is a source, none stops the others.
    @Test
    void theWholeFolder() {
        var folder = log("algoperf_runs.csv.gz").getParent();
        var counts = new HashMap<LogFormat, Integer>();
        var sources = Logs.read(folder, LogOptions.defaults(), info -> {
            counts.merge(info.format(), 1, Integer::sum);
            return new RunListener() {};
        });
        assertThat(sources).isGreaterThanOrEqualTo(6);
        assertThat(counts).containsKeys(LogFormat.DELIMITED, LogFormat.FLIGHT_RECORDER);
    }

    /// Printed, not judged: the machine may be busy.
    @Test
    void speed() throws IOException {
        var file = dir.resolve("speed.csv");
        LogThroughput.write(file, 1_000_000, 1);
        var best = List.of(LogThroughput.read(file), LogThroughput.read(file)).stream()
                .min(Comparator.comparingDouble(LogThroughput.Result::cpuSeconds))
                .orElseThrow();
        System.out.println("CSV: " + best);
        assertThat(best.points()).isEqualTo(1_000_000);
    }
}
