package io.evenkeel.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.evenkeel.testing.Property;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class LinesTest {
    private static List<String> read(Lines lines) throws IOException {
        var all = new ArrayList<String>();
        while (lines.next(true)) {
            all.add(lines.text());
        }
        return all;
    }

    private static Lines of(String text, int longest, boolean overprinted) {
        var in = new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
        return new Lines(in, longest, overprinted, () -> {});
    }

    @Test
    void endsOfLines() throws IOException {
        assertThat(read(of("a\r\nb\n\nc", 10, false))).containsExactly("a", "b", "", "c");
        assertThat(read(of("a\rb\b\bc\nd", 10, true))).containsExactly("a", "b", "", "c", "d");
        assertThat(read(of("", 10, false))).isEmpty();
    }

    @Test
    void passesOverLongLines() throws IOException {
        var lines =
                of("a\n" + "x".repeat(11) + "\n" + "y".repeat(10) + "\n" + "z".repeat(500_000) + "\nb\n", 10, false);
        assertThat(read(lines)).containsExactly("a", "yyyyyyyyyy", "b");
        assertThat(lines.tooLong()).isEqualTo(2);
        assertThat(lines.number()).isEqualTo(5);
    }

    /// A line of 1 GiB costs no memory.
    @Test
    void aLineWithoutAnEnd() throws IOException {
        var endless = new InputStream() {
            private long left = 1L << 30;

            @Override
            public int read() {
                throw new AssertionError();
            }

            @Override
            public int read(byte[] bytes, int from, int length) {
                var count = (int) Math.min(left, length);
                Arrays.fill(bytes, from, from + count, (byte) 'x');
                left -= count;
                return count == 0 ? -1 : count;
            }
        };
        var lines = new Lines(endless, 1 << 20, false, () -> {});
        assertThat(lines.next(true)).isFalse();
        assertThat(lines.bytes().length).isLessThan(4 << 20);
    }

    /// The lines are the same however the stream comes in pieces, and when it pauses between them.
    @Test
    void piecesDoNotMatter() {
        Property.check(200, random -> {
            var text = new StringBuilder();
            var expected = new ArrayList<String>();
            for (var i = random.nextInt(50); i > 0; i--) {
                var line = "l".repeat(random.nextInt(4) == 0 ? random.nextInt(90_000) : random.nextInt(20));
                expected.add(line);
                text.append(line).append('\n');
            }
            var bytes = text.toString().getBytes(StandardCharsets.UTF_8);
            var pieces = new InputStream() {
                private int at;

                @Override
                public int read() {
                    throw new AssertionError();
                }

                @Override
                public int read(byte[] target, int from, int length) {
                    if (at == bytes.length || random.nextInt(5) == 0) {
                        return -1;
                    }
                    var count = 1 + random.nextInt(Math.min(length, bytes.length - at));
                    System.arraycopy(bytes, at, target, from, count);
                    at += count;
                    return count;
                }
            };
            var lines = new Lines(pieces, 100_000, false, () -> {});
            var found = new ArrayList<String>();
            for (var pause = 0; pause < 200; pause++) {
                while (lines.next(false)) {
                    found.add(lines.text());
                }
            }
            assertThat(found).isEqualTo(expected);
        });
    }
}
