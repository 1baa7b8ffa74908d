package io.evenkeel.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.evenkeel.InputException;
import io.evenkeel.metric.Readings;
import io.evenkeel.metric.Tail;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Instant;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.json.JsonMapper;

/// A process that writes a run as fast as it can, killed without warning.
@Timeout(60)
class RunKillTest {
    private static final int PROBES = 10;

    @TempDir
    Path dir;

    /// The process: records steps from the one given until it is killed. Value `i` of step `s` is `s + i / 100`.
    static final class Child {
        private Child() {}

        public static void main(String[] args) {
            var run = RunDirectory.open(Path.of(args[0]));
            var from = Long.parseLong(args[1]);
            try (var writer = run.continueWriting(run.nextIncarnation(from, from == 0 ? "start" : "resume"))) {
                for (var step = from + 1; ; step++) {
                    writer.record(readings(step));
                    if (step % 20_000 == 0) {
                        writer.sync();
                    }
                }
            }
        }
    }

    private static Readings readings(long step) {
        var readings = new Readings(step, (double) step);
        readings.put("loss", (double) step);
        for (var i = 1; i < PROBES; i++) {
            readings.put("probe/" + i, step + i / 100.0);
        }
        return readings;
    }

    /// Of what the process needs, wherever the tests are run from.
    private static String classPath() {
        return Stream.of(Child.class, RunDirectory.class, JsonMapper.class, JsonFactory.class, JsonProperty.class)
                .map(type -> Path.of(URI.create(type.getProtectionDomain()
                                .getCodeSource()
                                .getLocation()
                                .toString()))
                        .toString())
                .distinct()
                .collect(Collectors.joining(File.pathSeparator));
    }

    private static Process child(RunDirectory run, long from) throws IOException {
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        return new ProcessBuilder(
                        java,
                        "-Xmx128m",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        classPath(),
                        Child.class.getName(),
                        run.path().toString(),
                        Long.toString(from))
                .inheritIO()
                .start();
    }

    @Test
    void aKillLosesNothingThatWasSeenAndLeavesNoGap() throws IOException, InterruptedException {
        var run = TestRuns.create(dir.resolve("run"));
        var seen = 0L;
        try (var tail = run.metrics().tail()) {
            for (var kill = 0; kill < 3; kill++) {
                var process = child(run, seen);
                try {
                    var until = System.nanoTime() + 15_000_000_000L;
                    var target = seen + 5_000 + 7_000L * kill;
                    while (seen < target) {
                        assertThat(System.nanoTime()).as("the child writes").isLessThan(until);
                        seen = check(tail, seen);
                        if (kill == 0 && seen > 0) {
                            assertThatThrownBy(() -> run.continueWriting(new Incarnation(9, 0, "second")))
                                    .isInstanceOf(InputException.class)
                                    .hasMessageContaining("is being written by process " + process.pid());
                        }
                    }
                } finally {
                    process.destroyForcibly();
                    process.waitFor();
                }
                var killed = run.status().orElseThrow();
                assertThat(killed.state()).isEqualTo(Status.State.RUNNING);
                assertThat(killed.pid()).isEqualTo(process.pid());
                assertThat(killed.liveness(Instant.now())).isEqualTo(Status.Liveness.STALE);
                seen = check(tail, seen);
                assertThat(run.metrics().damages()).isEmpty();
            }
        }
        // Recovery ends where the tail ended.
        run.continueWriting(run.nextIncarnation(seen, "resume")).close();
        var loss = run.metrics().series("loss");
        assertThat(loss.size()).isEqualTo(Math.toIntExact(seen));
        assertThat(loss.steps()[loss.size() - 1]).isEqualTo(seen);
        assertThat(loss.branches()).isEmpty();
        assertThat(run.metrics().damages()).isEmpty();
        assertThat(run.incarnations()).hasSize(4);
    }

    /// Reads what is new and checks that it follows without a gap.
    private static long check(Tail tail, long seen) {
        var last = seen;
        for (var readings : tail.poll()) {
            last++;
            var whole = readings.step() == last && readings.get("loss") == last;
            for (var i = 1; i < PROBES; i++) {
                // Probes may be dropped at this speed, but never be wrong.
                whole &= !readings.has("probe/" + i) || readings.get("probe/" + i) == last + i / 100.0;
            }
            if (!whole) {
                throw new AssertionError("expected step " + last + " but was " + readings);
            }
        }
        return last;
    }
}
