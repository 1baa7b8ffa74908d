package io.evenkeel.detect.bench;

import io.evenkeel.InputException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.zip.GZIPInputStream;

/// Reads the labelled logs: `algoperf_runs.csv.gz` with `algoperf_index.csv`, and the curves of healthy runs
/// `moddednanogpt_1.5b_run_a.csv` and `moddednanogpt_track3_val_curves.csv.gz`.
final class LogFiles {
    /// Runs with fewer points are too short to be judged.
    static final int MIN_POINTS = 40;

    private static final Set<String> BAD = Set.of("nonfinite", "diverged", "stuck");

    private LogFiles() {}

    /// The runs of AlgoPerf, by id. The group is the submission.
    static List<LabelledRun> algoPerf(Path directory) {
        var points = new LinkedHashMap<String, Points>();
        rows(
                directory.resolve("algoperf_runs.csv.gz"),
                List.of("run_id", "global_step", "loss", "grad_norm"),
                cells -> points.computeIfAbsent(cells[0], _ -> new Points())
                        .add(Long.parseLong(cells[1]), number(cells[2]), number(cells[3])));
        var runs = new ArrayList<LabelledRun>();
        rows(directory.resolve("algoperf_index.csv"), List.of("run_id", "label", "workload", "submission"), cells -> {
            var run = points.get(cells[0]);
            if (run != null && run.size() >= MIN_POINTS) {
                runs.add(run.labelled(
                        "algoperf",
                        cells[3],
                        cells[0] + " " + cells[2] + " (" + cells[1] + ")",
                        BAD.contains(cells[1])));
            }
        });
        return runs;
    }

    /// Healthy runs of other sources: one of 20,344 steps, and held-out losses of optimiser comparisons.
    static List<LabelledRun> otherHealthy(Path directory) {
        var runs = new ArrayList<LabelledRun>();
        var large = new Points();
        rows(directory.resolve("moddednanogpt_1.5b_run_a.csv"), List.of("step", "train_loss"), cells -> {
            if (!cells[1].isEmpty()) {
                large.add(Long.parseLong(cells[0]), number(cells[1]), Double.NaN);
            }
        });
        runs.add(large.labelled("modded-nanogpt", "1.5B", "1.5B run a", false));
        var curves = new LinkedHashMap<String, Points>();
        rows(
                directory.resolve("moddednanogpt_track3_val_curves.csv.gz"),
                List.of("group", "run", "step", "val_loss"),
                cells -> curves.computeIfAbsent(cells[0] + "/" + cells[1], _ -> new Points())
                        .add(Long.parseLong(cells[2]), number(cells[3]), Double.NaN));
        curves.forEach((name, run) -> {
            if (run.size() >= MIN_POINTS) {
                runs.add(run.labelled("modded-nanogpt", name.substring(0, name.indexOf('/')), name, false));
            }
        });
        return runs;
    }

    /// Hands every row's cells of the wanted columns over.
    private static void rows(Path file, List<String> columns, Consumer<String[]> row) {
        try (var reader = open(file)) {
            var header = reader.readLine();
            var names = header == null ? List.<String>of() : Arrays.asList(header.split(",", -1));
            var at = columns.stream().mapToInt(names::indexOf).toArray();
            for (var i = 0; i < at.length; i++) {
                if (at[i] < 0) {
                    throw new InputException("column " + columns.get(i) + " must be in " + file + " but was missing");
                }
            }
            for (var line = reader.readLine(); line != null; line = reader.readLine()) {
                var cells = line.split(",", -1);
                row.accept(Arrays.stream(at).mapToObj(i -> cells[i]).toArray(String[]::new));
            }
        } catch (IOException e) {
            throw new InputException("log file must be readable: " + file + " (" + e.getMessage() + ")", e);
        } catch (NumberFormatException | IndexOutOfBoundsException e) {
            throw new InputException("log file must be CSV with numbers: " + file + " (" + e.getMessage() + ")", e);
        }
    }

    private static BufferedReader open(Path file) throws IOException {
        InputStream bytes = Files.newInputStream(file);
        if (file.toString().endsWith(".gz")) {
            bytes = new GZIPInputStream(bytes, 1 << 16);
        }
        return new BufferedReader(new InputStreamReader(bytes, StandardCharsets.UTF_8), 1 << 16);
    }

    private static double number(String cell) {
        return switch (cell.strip().toLowerCase(Locale.ROOT)) {
            case "", "nan" -> Double.NaN;
            case "inf", "infinity" -> Double.POSITIVE_INFINITY;
            case "-inf", "-infinity" -> Double.NEGATIVE_INFINITY;
            default -> Double.parseDouble(cell);
        };
    }

    /// The points of one run as they are read.
    private static final class Points {
        private final List<Long> steps = new ArrayList<>();
        private final List<Double> loss = new ArrayList<>();
        private final List<Double> gradNorm = new ArrayList<>();

        void add(long step, double lossValue, double gradNormValue) {
            steps.add(step);
            loss.add(lossValue);
            gradNorm.add(gradNormValue);
        }

        int size() {
            return steps.size();
        }

        LabelledRun labelled(String source, String group, String name, boolean bad) {
            var norms = doubles(gradNorm);
            boolean known = Arrays.stream(norms).anyMatch(x -> !Double.isNaN(x));
            return new LabelledRun(
                    source,
                    group,
                    name,
                    bad,
                    steps.stream().mapToLong(Long::longValue).toArray(),
                    doubles(loss),
                    known ? norms : new double[0],
                    -1);
        }

        private static double[] doubles(List<Double> values) {
            return values.stream().mapToDouble(Double::doubleValue).toArray();
        }
    }

    /// Which half a group belongs to: the parity of the second byte of the SHA-256 of its name (that of the first
    /// byte would leave the other half without a bad run). Thresholds are tuned on the first half only.
    static boolean tunes(String group) {
        try {
            var digest = MessageDigest.getInstance("SHA-256").digest(group.getBytes(StandardCharsets.UTF_8));
            return (digest[1] & 1) == 0;
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }

    /// The files that the benchmark needs.
    static Map<String, Path> files(Path directory) {
        var files = new LinkedHashMap<String, Path>();
        for (var name : List.of(
                "algoperf_runs.csv.gz",
                "algoperf_index.csv",
                "moddednanogpt_1.5b_run_a.csv",
                "moddednanogpt_track3_val_curves.csv.gz")) {
            files.put(name, directory.resolve(name));
        }
        return files;
    }
}
