package io.evenkeel.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.evenkeel.InputException;
import io.evenkeel.random.RandomStream;
import io.evenkeel.testing.Property;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostileTest {
    private static final List<String> TOKENS = List.of(
            "nan",
            "NaN",
            "-NAN",
            "inf",
            "-Infinity",
            "1e999",
            "-1e999",
            "1e-999",
            "99999999999999999999999",
            "0x1F",
            "\0",
            "\u001b[31m",
            "\r",
            "\b",
            "\"",
            "'",
            "{",
            "}",
            "[",
            "]",
            ",",
            "\n\n",
            "|",
            ":",
            "=",
            "{'",
            "%|",
            "\ufffd",
            "-1",
            "iteration 5/ 10 |",
            "step=",
            "1.#QNAN",
            "null",
            "{\"a\":".repeat(50));

    @TempDir
    Path dir;

    private static byte[] mutated(byte[] bytes, RandomStream random) {
        var out = new ByteArrayOutputStream();
        out.writeBytes(bytes);
        for (var i = 1 + random.nextInt(6); i > 0; i--) {
            var now = out.toByteArray();
            var at = now.length == 0 ? 0 : random.nextInt(now.length);
            var to = Math.min(now.length, at + random.nextInt(40));
            out.reset();
            switch (random.nextInt(6)) {
                case 0 -> out.write(now, 0, at);
                case 1 -> {
                    out.write(now, 0, at);
                    out.writeBytes(TOKENS.get(random.nextInt(TOKENS.size())).getBytes(StandardCharsets.UTF_8));
                    out.write(now, at, now.length - at);
                }
                case 2 -> {
                    out.write(now, 0, at);
                    out.write(now, to, now.length - to);
                }
                case 3 -> {
                    // A part again: steps repeat and go back.
                    out.writeBytes(now);
                    out.write(now, at, now.length - at);
                }
                case 4 -> {
                    for (var j = at; j < to; j++) {
                        now[j] = (byte) random.nextInt();
                    }
                    out.writeBytes(now);
                }
                default -> {
                    if (now.length > 0) {
                        now[at] ^= (byte) (1 << random.nextInt(8));
                    }
                    out.writeBytes(now);
                }
            }
        }
        return out.toByteArray();
    }

    /// Whatever is in a file, it is read or refused in one line, soon.
    @Test
    void mutatedInputs() {
        var samples = new ArrayList<>(Samples.texts().values());
        Property.check(400, random -> {
            var bytes = samples.get(random.nextInt(samples.size())).getBytes(StandardCharsets.UTF_8);
            var input = mutated(bytes, random);
            var begin = System.nanoTime();
            var all = new Collected();
            try (var source = Logs.open(new ByteArrayInputStream(input), "log", LogOptions.defaults())) {
                source.read(all);
            } catch (InputException e) {
                assertThat(e.getMessage()).doesNotContain("\n");
            }
            assertThat(System.nanoTime() - begin).isLessThan(5_000_000_000L);
            all.warnings.forEach(warning -> assertThat(warning).doesNotContain("\n"));
            all.runs.values().forEach(run -> assertThat(run.info.notes()).isNotNull());
        });
    }

    /// No line makes a pattern try again and again.
    @Test
    void linesThatPatternsCouldStumbleOver() {
        var begin = System.nanoTime();
        for (var part : List.of(
                "1",
                "a",
                " ",
                "1,",
                "a ",
                "a:",
                "a=",
                "- a: 1 ",
                "{'",
                "{'loss': ",
                "1/1 ",
                "1%|",
                "| a: ",
                "iteration 1/ 1 |",
                "step: 1 ",
                "step=1, ",
                "[1]",
                "Epoch 1",
                "\t",
                "-",
                "e-",
                "nan",
                "loss 1 ")) {
            var line = part.repeat(ConsoleReader.LONGEST_LINE / part.length());
            for (var format : LineFormat.all()) {
                for (var i = 0; i < 10; i++) {
                    format.read(line);
                    format.read(" " + line);
                    format.read("step 1" + line);
                }
            }
        }
        // 23 lines x 17 formats x 30 readings.
        assertThat(System.nanoTime() - begin).isLessThan(20_000_000_000L);
    }

    @Test
    void whatIsNoLog() throws IOException {
        assertRefused(new byte[0], "log is empty");
        assertRefused("PK\u0003\u0004xx".getBytes(StandardCharsets.ISO_8859_1), "zip archive: unpack it first");
        assertRefused(new byte[] {(byte) 0x80, 2, '}', 'q', 0, '.'}, "pickle");
        assertRefused("SQLite format 3\0".getBytes(StandardCharsets.ISO_8859_1), "SQLite");
        var noise = new byte[10_000];
        var random = RandomStream.of(1, "noise");
        for (var i = 0; i < noise.length; i++) {
            noise[i] = (byte) random.nextInt();
        }
        assertRefused(noise, "binary");
        assertRefused(
                "{\"model\": {\"width\": 64}}".getBytes(StandardCharsets.UTF_8), "JSON document without a series");
        var prose = Collected.of("Nothing in here is a number.\nNot even one: no.\n");
        assertThat(prose.runs).isEmpty();
        assertThat(prose.warnings).containsExactly("log: is text in which nothing was recognised");
        assertThatThrownBy(() -> Logs.open(dir.resolve("none.csv"), LogOptions.defaults(), _ -> {}))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("does not exist");
        assertThatThrownBy(() -> Logs.open(dir, LogOptions.defaults(), _ -> {}))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("no training log is in");
        Files.write(dir.resolve("bad.parquet"), "PAR1 and nothing of it".getBytes(StandardCharsets.UTF_8));
        assertThatThrownBy(() -> Collected.of(dir.resolve("bad.parquet")))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("Parquet");
    }

    private static void assertRefused(byte[] bytes, String message) {
        assertThatThrownBy(() -> Collected.of(bytes, LogOptions.defaults()))
                .isInstanceOf(InputException.class)
                .hasMessageContaining(message);
    }

    private static byte[] gzip(byte[] bytes) throws IOException {
        var out = new ByteArrayOutputStream();
        try (var zip = new GZIPOutputStream(out)) {
            zip.write(bytes);
        }
        return out.toByteArray();
    }

    @Test
    void packedFiles() throws IOException {
        var packed = gzip(Samples.bytes(LogFormat.DELIMITED));
        assertThat(Collected.of(packed, LogOptions.defaults()).only().lines()).hasSize(3);
        var text = new StringBuilder("step,loss\n");
        for (var i = 0; i < 50_000; i++) {
            text.append(i).append(",2.").append(i * 7919L % 100_003).append('\n');
        }
        packed = gzip(text.toString().getBytes(StandardCharsets.UTF_8));
        var cut = Collected.of(Arrays.copyOf(packed, packed.length / 2), LogOptions.defaults());
        assertThat(cut.only().lines()).hasSizeBetween(10_000, 49_000);
        assertThat(cut.warnings).anyMatch(warning -> warning.contains("is cut off"));
        packed[packed.length / 2] ^= 0x55;
        packed[packed.length / 2 + 1] ^= 0x55;
        var damaged = Collected.of(packed, LogOptions.defaults());
        assertThat(damaged.warnings).anyMatch(warning -> warning.contains("is damaged") || warning.contains("cut off"));
    }

    @Test
    void aFileThatUnpacksToAHugeOne() throws IOException {
        var out = new ByteArrayOutputStream();
        try (var zip = new GZIPOutputStream(out)) {
            zip.write("step,loss\n".getBytes(StandardCharsets.UTF_8));
            var block = ("1," + " ".repeat(1_000) + "1\n").repeat(1 << 10).getBytes(StandardCharsets.UTF_8);
            for (var i = 0; i < 100; i++) {
                zip.write(block);
            }
        }
        assertThatThrownBy(() -> readOnly(out.toByteArray(), LogOptions.defaults()))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("unpacks to more than 250 times its size");
        var small = LogOptions.defaults().withLimits(new LogOptions.Limits(1 << 20, 1 << 20, 250, 1, 1, 1, 1));
        assertThatThrownBy(() -> readOnly(out.toByteArray(), small))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("more than 1048576 bytes");
    }

    private static void readOnly(byte[] bytes, LogOptions options) {
        try (var source = Logs.open(new ByteArrayInputStream(bytes), "log", options)) {
            source.read(_ -> new RunListener() {});
        }
    }

    @Test
    void aLineOfOneGigabyteIsPassedOver() {
        var head = new ByteArrayInputStream("step,loss\n1,2.5\n".getBytes(StandardCharsets.UTF_8));
        var tail = new ByteArrayInputStream("\n2,2.4\n".getBytes(StandardCharsets.UTF_8));
        var all = new Collected();
        var parts = new SequenceInputStream(Collections.enumeration(List.of(head, digits(1L << 30), tail)));
        try (var source = Logs.open(parts, "log", LogOptions.defaults())) {
            source.read(all);
        }
        assertThat(all.only().lines()).containsExactly("1 {loss=2.5}", "2 {loss=2.4}");
        assertThat(all.warnings).anyMatch(warning -> warning.contains("1 lines longer than 1048576 bytes"));
        try (var source = Logs.open(digits(1L << 28), "log", LogOptions.defaults())) {
            source.read(all);
        }
        assertThat(all.warnings).anyMatch(warning -> warning.contains("nothing was recognised"));
    }

    private static InputStream digits(long count) {
        return new InputStream() {
            private long left = count;

            @Override
            public int read() {
                return left-- > 0 ? '7' : -1;
            }

            @Override
            public int read(byte[] bytes, int from, int length) {
                var some = (int) Math.min(left, length);
                Arrays.fill(bytes, from, from + some, (byte) '7');
                left -= some;
                return some == 0 ? -1 : some;
            }

            @Override
            public int available() {
                return (int) Math.min(left, 1 << 20);
            }
        };
    }

    @Test
    void linksThatGoRound() throws IOException {
        Files.writeString(dir.resolve("run.csv"), Samples.text(LogFormat.DELIMITED));
        Files.createSymbolicLink(dir.resolve("again"), dir);
        Files.createSymbolicLink(dir.resolve("outside.csv"), Path.of("/etc/passwd"));
        var all = Collected.of(dir);
        assertThat(all.runs).hasSize(1);
        assertThat(all.warnings).anyMatch(warning -> warning.contains("2 symbolic links"));
    }

    @Test
    void tooManyRunsAndSeries() {
        var limits = new LogOptions.Limits(1 << 20, 1 << 20, 250, 1, 1, 2, 2);
        var options = LogOptions.defaults().withLimits(limits);
        assertThatThrownBy(() -> Collected.of("run,step,loss\na,1,1\nb,1,1\nc,1,1\n", options))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("more than 2 runs");
        var run = Collected.of("step,loss,a,b,c\n1,2,3,4,5\n", options).only();
        assertThat(run.lines()).containsExactly("1 {loss=2.0, a=3.0}");
        assertThat(run.info.notes()).anyMatch(note -> note.contains("more than 2 series"));
    }
}
