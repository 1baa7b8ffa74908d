package io.evenkeel.finding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.evenkeel.InputException;
import io.evenkeel.detect.Event.Severity;
import io.evenkeel.detect.Verdict;
import io.evenkeel.log.LogOptions;
import io.evenkeel.log.Logs;
import io.evenkeel.random.RandomStream;
import io.evenkeel.testing.Property;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.IntToDoubleFunction;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

class DiagnoserTest {
    private static String csv(int points, IntToDoubleFunction loss, IntToDoubleFunction lr) {
        var random = RandomStream.of(3, "log");
        var text = new StringBuilder("step,loss,lr,grad_norm\n");
        for (var t = 0; t < points; t++) {
            text.append(String.format(
                    Locale.ROOT,
                    "%d,%.5f,%.3g,%.4f%n",
                    t + 1,
                    loss.applyAsDouble(t) + 0.02 * random.nextGaussian(),
                    lr.applyAsDouble(t),
                    1 + 0.05 * random.nextGaussian()));
        }
        return text.toString();
    }

    private static double healthy(int t) {
        return 2 + 3 / (1 + t / 20.0);
    }

    private static List<RunDiagnosis> diagnose(byte[] log) {
        var diagnoser = new Diagnoser();
        try (var source = Logs.open(new ByteArrayInputStream(log), "log.csv", LogOptions.defaults())) {
            source.read(diagnoser);
        }
        return diagnoser.results();
    }

    private static RunDiagnosis diagnose(String log) {
        return diagnose(log.getBytes(StandardCharsets.UTF_8)).getFirst();
    }

    @Test
    void aHealthyRunIsHealthy() {
        var run = diagnose(csv(600, DiagnoserTest::healthy, _ -> 1e-3));
        assertThat(run.verdict()).isEqualTo(Verdict.HEALTHY);
        assertThat(run.reaches(Severity.WATCH)).isFalse();
        assertThat(run.points()).isEqualTo(600);
        assertThat(run.rules()).hasSize(9);
        assertThat(Card.of(run)).startsWith("log.csv: healthy").contains("600 losses");
    }

    @Test
    void fewPointsAreTooFewToTell() {
        var run = diagnose(csv(8, DiagnoserTest::healthy, _ -> 1e-3));
        assertThat(run.verdict()).isEqualTo(Verdict.UNKNOWN);
        assertThat(Card.of(run)).contains("cannot tell");
        assertThat(run.findings()).isEmpty();
    }

    @Test
    void causesAreOrderedByWhatTheRunShows() {
        var rising = diagnose(csv(400, t -> healthy(t) + (t < 250 ? 0 : 0.02 * (t - 250)), t -> t < 245 ? 1e-3 : 1e-2));
        var finding = rising.findings().stream()
                .filter(candidate -> candidate.kind().equals("Divergence"))
                .findFirst()
                .orElseThrow();
        assertThat(rising.verdict()).isEqualTo(Verdict.DIVERGED);
        assertThat(finding.step()).isBetween(250L, 300L);
        assertThat(finding.causes().getFirst().text()).contains("learning rate is too high");
        assertThat(finding.causes().getFirst().speaksFor()).anyMatch(clue -> clue.contains("highest so far"));
        assertThat(finding.remedies()).isNotEmpty();
        assertThat(finding.missing()).anyMatch(word -> word.contains("attention logit"));
        var steady = diagnose(csv(400, t -> healthy(t) + (t == 250 ? 3 : 0), _ -> 1e-4));
        var spike = steady.findings().stream()
                .filter(candidate -> candidate.kind().equals("LossSpike"))
                .findFirst()
                .orElseThrow();
        assertThat(spike.step()).isEqualTo(251);
        assertThat(spike.endStep()).isNotNull();
        assertThat(spike.causes().getFirst().text()).contains("bad data");
    }

    @Test
    void aRunThatBeginsAnewIsJudgedAnew() {
        var text = csv(400, DiagnoserTest::healthy, _ -> 1e-3)
                + csv(60, t -> 9 + healthy(t), _ -> 1e-3).substring("step,loss,lr,grad_norm\n".length());
        var run = diagnose(text);
        assertThat(run.findings()).noneMatch(finding -> finding.kind().equals("LossSpike"));
        assertThat(run.info().notes()).anyMatch(note -> note.contains("steps go back"));
    }

    /// 200 mutations of a run that ends in NaN and of a healthy one: never a hang, a crash, or a bad run called
    /// healthy whose bad end is still there.
    @Test
    void hostileLogsGetAMessageOrASoundVerdict() {
        var bad = csv(300, t -> t < 200 ? healthy(t) : Double.NaN, _ -> 1e-3);
        Property.check(200, random -> {
            var mutated = mutate(bad, random);
            assertTimeoutPreemptively(Duration.ofSeconds(20), () -> {
                try {
                    for (var run : diagnose(mutated.bytes())) {
                        if (mutated.keepsTheEnd() && run.points() > 100) {
                            assertThat(run.verdict()).as(mutated.what()).isNotEqualTo(Verdict.HEALTHY);
                        }
                        assertThat(Card.of(run)).isNotBlank();
                        assertThat(HtmlCard.of(List.of(run))).endsWith("</html>\n");
                    }
                } catch (InputException e) {
                    assertThat(e.getMessage()).as(mutated.what()).isNotBlank().doesNotContain("\n");
                }
            });
        });
    }

    /// @param keepsTheEnd whether the NaNs at the end can still be read
    private record Mutated(String what, byte[] bytes, boolean keepsTheEnd) {}

    private static Mutated mutate(String log, RandomStream random) {
        var bytes = log.getBytes(StandardCharsets.UTF_8);
        var lines = log.split("\n");
        var at = 20 + random.nextInt(lines.length - 40);
        return switch (random.nextInt(12)) {
            case 0 -> new Mutated("cut", java.util.Arrays.copyOf(bytes, random.nextInt(bytes.length)), false);
            case 1 -> new Mutated("utf-16", log.getBytes(StandardCharsets.UTF_16), false);
            case 2 ->
                new Mutated(
                        "nan as text",
                        log.replace(
                                        "NaN",
                                        List.of("nan", "-nan(ind)", "NAN", "Infinity")
                                                .get(random.nextInt(4)))
                                .getBytes(StandardCharsets.UTF_8),
                        true);
            case 3 -> replaced("huge number", lines, at, at + ",1e999,1e-3,1");
            case 4 -> replaced("text for a number", lines, at, "a,b,c,d");
            case 5 -> replaced("more columns", lines, at, lines[at] + ",1,2,3,4,5");
            case 6 -> replaced("step repeated", lines, at, lines[at - 1]);
            case 7 -> replaced("step of before", lines, at, lines[at - 10]);
            case 8 -> new Mutated("zero bytes", inserted(bytes, random, new byte[64]), true);
            case 9 -> {
                var noise = new byte[2_000];
                for (var i = 0; i < noise.length; i++) {
                    noise[i] = (byte) random.nextInt(256);
                }
                yield new Mutated("random bytes", noise, false);
            }
            case 10 ->
                new Mutated(
                        "one long line",
                        inserted(bytes, random, "9".repeat(3_000_000).getBytes(StandardCharsets.UTF_8)),
                        false);
            default -> new Mutated("packed and cut", packed(bytes, random), false);
        };
    }

    private static Mutated replaced(String what, String[] lines, int at, String line) {
        var copy = lines.clone();
        copy[at] = line;
        return new Mutated(what, String.join("\n", copy).concat("\n").getBytes(StandardCharsets.UTF_8), true);
    }

    private static byte[] inserted(byte[] bytes, RandomStream random, byte[] what) {
        var at = 100 + random.nextInt(2_000);
        var out = new ByteArrayOutputStream();
        out.write(bytes, 0, at);
        out.writeBytes(what);
        out.write(bytes, at, bytes.length - at);
        return out.toByteArray();
    }

    private static byte[] packed(byte[] bytes, RandomStream random) {
        var out = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(out)) {
            gzip.write(bytes);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return java.util.Arrays.copyOf(out.toByteArray(), 30 + random.nextInt(out.size() - 30));
    }
}
