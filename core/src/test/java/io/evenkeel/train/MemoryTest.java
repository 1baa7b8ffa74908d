package io.evenkeel.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.evenkeel.config.ConfigReader;
import io.evenkeel.metric.Readings;
import io.evenkeel.tensor.Engine;
import io.evenkeel.testing.ChildJvm;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Memory stays flat over thousands of steps: native bytes exactly, resident memory within 5 % at a fixed Java heap.
class MemoryTest {
    private static final long FROM = 500;
    private static final long TO = 3_000;
    private static final String CONFIG = """
            model: {width: 16, depth: 2, heads: 2}
            data: {context: 16}
            train: {steps: 3000, batchSize: 4, threads: 1, evalEverySteps: 1000}
            checkpoint: {everySteps: 500}
            """;

    @TempDir
    Path directory;

    @Test
    void staysFlat() throws Exception {
        assumeTrue(Files.exists(Path.of("/proc/self/status")), "resident memory is read from /proc");
        var process = ChildJvm.of(
                        Training.class,
                        List.of(
                                "-Xms256m",
                                "-Xmx256m",
                                "-XX:+AlwaysPreTouch",
                                "-XX:+UseSerialGC",
                                "--enable-native-access=ALL-UNNAMED"),
                        directory.resolve("run").toString(),
                        directory.resolve("cache").toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        var lines = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).lines();
        assertThat(process.waitFor()).isZero();
        var native_ = new TreeMap<Long, Long>();
        var resident = new TreeMap<Long, Long>();
        lines.forEach(line -> {
            var words = line.split(" ", 3);
            native_.put(Long.parseLong(words[0]), Long.parseLong(words[1]));
            resident.put(Long.parseLong(words[0]), Long.parseLong(words[2]));
        });
        assertThat(native_.get(TO)).as("native bytes %s", native_).isEqualTo(native_.get(FROM));
        double before = resident.get(FROM);
        assertThat((double) resident.get(TO)).as("resident KiB %s", resident).isCloseTo(before, within(0.05 * before));
    }

    /// Trains and prints `step nativeBytes residentKiB` every 500 steps.
    static final class Training {
        private Training() {}

        public static void main(String[] args) {
            var config = ConfigReader.read(CONFIG, "memory.yaml", List.of(), RunConfig.defaults());
            var listener = new TrainListener() {
                @Override
                public void step(Readings readings, long totalSteps) {
                    if (readings.step() % FROM == 0) {
                        awaitPrefetch();
                        System.out.println(readings.step() + " " + Engine.nativeBytes() + " " + residentKib());
                    }
                }
            };
            var context = new TrainingRun.Context(listener, Interventions.NONE, Path.of(args[1]));
            try (var run = TrainingRun.start(config, Path.of(args[0]), null, List.of("memory"), context)) {
                run.train(new StopRequest(null));
            }
        }

        /// Native memory is compared with as many batches read ahead as there may be.
        private static void awaitPrefetch() {
            try {
                Thread.sleep(200);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        private static long residentKib() {
            try (var lines = Files.lines(Path.of("/proc/self/status"))) {
                return lines.filter(line -> line.startsWith("VmRSS:"))
                        .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                        .findFirst()
                        .orElseThrow();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
