package io.evenkeel.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.evenkeel.InputException;
import io.evenkeel.detect.Event;
import io.evenkeel.detect.EventKind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunDirectoryTest {
    @TempDir
    Path dir;

    @Test
    void opensWhatWasCreated() {
        var manifest = TestRuns.manifest("gpt2 tiny");
        var path = dir.resolve("a/b/run");
        var created = RunDirectory.create(path, manifest, TestRuns.CONFIG, null);
        var opened = RunDirectory.open(path);
        assertThat(opened.manifest()).isEqualTo(manifest).isEqualTo(created.manifest());
        assertThat(opened.config()).isEqualTo(TestRuns.CONFIG);
        assertThat(opened.status()).isEmpty();
        assertThat(opened.events()).isEmpty();
        assertThat(opened.metrics().names()).isEmpty();
        assertThat(opened.checkpoints()).isEmptyDirectory();
        assertThat(opened.incarnations()).isEmpty();
        assertThat(opened.nextIncarnation(0, "start")).isEqualTo(Incarnation.START);
        assertThat(path.resolve("config.user.yaml")).doesNotExist();
    }

    @Test
    void takesAnEmptyDirectoryButNoOther() throws IOException {
        var empty = Files.createDirectory(dir.resolve("empty"));
        assertThat(TestRuns.create(empty).config()).isEqualTo(TestRuns.CONFIG);
        assertThatThrownBy(() -> TestRuns.create(empty))
                .isInstanceOf(InputException.class)
                .hasMessage("run directory must be new or empty but was one with files in it (" + empty + ")");
        RunDirectory.open(empty);

        var file = Files.writeString(dir.resolve("file"), "x");
        assertThatThrownBy(() -> TestRuns.create(file))
                .isInstanceOf(InputException.class)
                .hasMessage("run directory " + file + " cannot be written: " + file + " is not a directory");
        assertThatThrownBy(() -> TestRuns.create(file.resolve("below")))
                .isInstanceOf(InputException.class)
                .hasMessageContaining(file + " is not a directory");
        assertThat(file).hasContent("x");
    }

    /// The name is too long for a file system, which is noticed after the parents were made.
    @Test
    void leavesNothingBehindWhenItCannotBeWritten() {
        var path = dir.resolve("made/for/it").resolve("x".repeat(300));
        assertThatThrownBy(() -> TestRuns.create(path))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("cannot be written");
        assertThat(dir.resolve("made")).doesNotExist();
    }

    @Test
    void refusesAManifestWithAnyByteChanged() throws IOException {
        var run = TestRuns.create(dir.resolve("run"));
        var file = run.path().resolve("manifest.json");
        var whole = Files.readAllBytes(file);
        for (var at = 0; at < whole.length; at++) {
            var bytes = whole.clone();
            bytes[at] ^= 0x01;
            Files.write(file, bytes);
            assertThatThrownBy(() -> RunDirectory.open(run.path()))
                    .as("flip at %d", at)
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("manifest.json is damaged");
        }
        Files.write(file, java.util.Arrays.copyOf(whole, whole.length / 2));
        assertThatThrownBy(() -> RunDirectory.open(run.path())).hasMessageContaining("damaged");
        Files.write(file, new byte[0]);
        assertThatThrownBy(() -> RunDirectory.open(run.path())).hasMessageContaining("damaged");
        Files.delete(file);
        assertThatThrownBy(() -> RunDirectory.open(run.path()))
                .isInstanceOf(InputException.class)
                .hasMessageContaining(run.path() + " is not a run");
    }

    private static void rewrite(Path file, String from, String to) throws IOException {
        var text = Files.readString(file).replace(from, to);
        var sum = text.lastIndexOf("  \"sha256\" : \"");
        var body = text.substring(0, sum);
        Files.writeString(file, body + "  \"sha256\" : \"" + Manifest.sha256(body) + "\"\n}\n");
    }

    @Test
    void readsNewerManifestsButNoUnknownKeysInItsOwn() throws IOException {
        var run = TestRuns.create(dir.resolve("run"));
        var file = run.path().resolve("manifest.json");
        rewrite(file, "\"seed\" : 7,", "\"seed\" : 7, \"colour\" : \"blue\",");
        assertThatThrownBy(() -> RunDirectory.open(run.path()))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("colour");
        rewrite(file, "\"schema\" : 1,", "\"schema\" : 2,");
        assertThat(RunDirectory.open(run.path()).manifest().seed()).isEqualTo(7);
        rewrite(file, "\"seed\" : 7,", "");
        assertThatThrownBy(() -> RunDirectory.open(run.path()))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("seed");
    }

    @Test
    void refusesAChangedConfiguration() throws IOException {
        var run = TestRuns.create(dir.resolve("run"));
        Files.writeString(run.path().resolve("config.yaml"), "lr: 1\n");
        assertThatThrownBy(run::config).isInstanceOf(InputException.class).hasMessageContaining("was changed");
        assertThatThrownBy(() -> RunDirectory.create(dir.resolve("other"), run.manifest(), "lr: 1\n", null))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void namesDirectoriesByTimeNameAndId() {
        var id = UUID.fromString("0190b6a0-0000-7000-8000-0000deadbeef");
        var now = Instant.parse("2026-03-04T05:06:07Z");
        assertThat(RunDirectory.freshPath(dir, "gpt2 tiny/peri:ln", now, id))
                .isEqualTo(dir.resolve("20260304-050607-gpt2-tiny-peri-ln-adbeef"));
        assertThat(RunDirectory.freshPath(dir, "../..", now, id)).isEqualTo(dir.resolve("20260304-050607-run-adbeef"));
    }

    @Test
    void idsSortByTheTimeTheyWereMade() {
        var now = Instant.parse("2026-03-04T05:06:07.123456Z");
        var last = RunIds.next(now);
        assertThat(last.version()).isEqualTo(7);
        assertThat(last.variant()).isEqualTo(2);
        var seen = new HashSet<UUID>();
        for (var i = 0; i < 10_000; i++) {
            // The clock stands still, goes on and goes back.
            var id = RunIds.next(now.plusNanos(i % 7 == 0 ? 0 : i * 1_000L));
            assertThat(Long.compareUnsigned(id.getMostSignificantBits(), last.getMostSignificantBits()))
                    .isPositive();
            assertThat(id.toString()).isGreaterThan(last.toString());
            seen.add(id);
            last = id;
        }
        assertThat(seen).hasSize(10_000);
        var later = Instant.parse("2030-01-01T00:00:00.789Z");
        assertThat(RunIds.time(RunIds.next(later))).isEqualTo(later);
    }

    @Test
    void readsEventsAsFarAsTheyAreWholeAndShowsDamage() throws IOException {
        var run = TestRuns.create(dir.resolve("run"));
        var seen = new Event(
                EventKind.LOSS_SPIKE, 12, 10, Event.Severity.WATCH, 0.9, "loss", "6 sigma", Map.of("z", Double.NaN));
        try (var writer = run.continueWriting(Incarnation.START)) {
            writer.event(RunEvent.of(1, Instant.EPOCH, "note", "line\nbreak \"ü\""));
            writer.event(RunEvent.of(seen, Instant.ofEpochSecond(5, 123_456_789)));
        }
        var events = run.events();
        assertThat(events).hasSize(2);
        assertThat(events.getFirst()).isEqualTo(RunEvent.of(1, Instant.EPOCH, "note", "line\nbreak \"ü\""));
        assertThat(events.getLast().kind()).isEqualTo("LossSpike");
        assertThat(events.getLast().severity()).isEqualTo(Event.Severity.WATCH);
        assertThat(events.getLast().time()).isEqualTo(Instant.ofEpochSecond(5, 123_456_789));
        assertThat(events.getLast().details().path("numbers").path("z").asString())
                .isEqualTo("NaN");

        var file = run.path().resolve("events.jsonl");
        var whole = Files.readString(file);
        var first = whole.indexOf('\n') + 1;
        for (var cut = first; cut < whole.length(); cut++) {
            Files.write(file, whole.substring(0, cut).getBytes(StandardCharsets.UTF_8));
            assertThat(run.events()).hasSize(1);
        }
        Files.writeString(file, "{\"step\":1,\n" + whole.substring(0, whole.length() - 3));
        assertThat(run.events()).extracting(RunEvent::kind).containsExactly(RunEvent.DAMAGE, "note");
        assertThat(run.events().getFirst().text()).startsWith("events.jsonl line 1 cannot be read");
        try (var writer = run.continueWriting(run.nextIncarnation(1, "resume"))) {
            writer.event(RunEvent.of(2, Instant.EPOCH, "resume", ""));
        }
        assertThat(run.events()).extracting(RunEvent::kind).containsExactly(RunEvent.DAMAGE, "note", "resume");
    }

    @Test
    void saysWhetherARunIsAlive() throws IOException {
        var now = Instant.parse("2026-01-01T00:00:00Z");
        var pid = ProcessHandle.current().pid();
        var here = new Status(
                Status.State.RUNNING, 5, 10, now.minusSeconds(2), pid, Machine.host(), Machine.bootId(), 0, null);
        assertThat(here.liveness(now)).isEqualTo(Status.Liveness.RUNNING);
        assertThat(here.liveness(now.plus(Duration.ofMinutes(1)))).isEqualTo(Status.Liveness.STALE);

        var gone = new ProcessBuilder("true").start();
        assertThat(waitFor(gone)).isZero();
        assertThat(with(here, Status.State.RUNNING, gone.pid(), Machine.host()).liveness(now))
                .isEqualTo(Machine.bootId().isEmpty() ? Status.Liveness.RUNNING : Status.Liveness.STALE);
        assertThat(with(here, Status.State.RUNNING, gone.pid(), "elsewhere").liveness(now))
                .isEqualTo(Status.Liveness.RUNNING);
        for (var state : new Status.State[] {Status.State.FINISHED, Status.State.STOPPED, Status.State.FAILED}) {
            assertThat(with(here, state, gone.pid(), Machine.host())
                            .liveness(now.plus(Duration.ofDays(9)))
                            .name())
                    .isEqualTo(state.name());
        }
        here.write(dir);
        assertThat(Status.read(dir)).contains(here);
        Files.writeString(dir.resolve("status.json"), "{\"state\":\"RUNNING\"");
        assertThatThrownBy(() -> Status.read(dir))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("status.json is damaged");
    }

    private static int waitFor(Process process) {
        try {
            return process.waitFor();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static Status with(Status s, Status.State state, long pid, String host) {
        return new Status(
                state, s.step(), s.totalSteps(), s.heartbeat(), pid, host, s.bootId(), s.incarnation(), s.message());
    }

    @Test
    void knowsTheRevisionOfACheckout() throws IOException {
        var outside = Files.createDirectory(dir.resolve("outside"));
        assertThat(Machine.git(outside)).isEmpty();
        var checkout = Files.createDirectory(dir.resolve("checkout"));
        org.junit.jupiter.api.Assumptions.assumeTrue(run(checkout, "git", "init", "-q"), "git is not installed");
        Files.writeString(checkout.resolve("file"), "a");
        run(checkout, "git", "add", "file");
        run(checkout, "git", "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "-m", "one");
        var clean = Machine.git(checkout).orElseThrow();
        assertThat(clean.sha()).matches("[0-9a-f]{40}");
        assertThat(clean.dirty()).isFalse();
        Files.writeString(checkout.resolve("file"), "b");
        assertThat(Machine.git(checkout)).contains(new Manifest.Git(clean.sha(), true));
    }

    private static boolean run(Path directory, String... command) {
        try {
            return waitFor(new ProcessBuilder(command)
                            .directory(directory.toFile())
                            .inheritIO()
                            .start())
                    == 0;
        } catch (IOException e) {
            return false;
        }
    }
}
