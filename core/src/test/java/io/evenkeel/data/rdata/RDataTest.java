package io.evenkeel.data.rdata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.evenkeel.InputException;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZOutputStream;

/// Files written out by hand from the description of the format in "R Internals".
class RDataTest {
    private static final int OBJECT = 1 << 8;
    private static final int ATTRIBUTES = 1 << 9;
    private static final int TAG = 1 << 10;
    private static final int ASCII = 1 << 18;

    @TempDir
    Path dir;

    private ByteArrayOutputStream bytes;
    private DataOutputStream out;

    @BeforeEach
    void begin() {
        bytes = new ByteArrayOutputStream();
        out = new DataOutputStream(bytes);
    }

    private void header(int version) throws IOException {
        out.writeBytes("X\n");
        out.writeInt(version);
        out.writeInt(0x40201);
        out.writeInt(version == 3 ? 0x30500 : 0x20300);
        if (version == 3) {
            out.writeInt(5);
            out.writeBytes("UTF-8");
        }
    }

    private void string(String text) throws IOException {
        out.writeInt(9 | ASCII);
        out.writeInt(text.length());
        out.writeBytes(text);
    }

    private void symbol(String text) throws IOException {
        out.writeInt(1);
        string(text);
    }

    private void strings(String... texts) throws IOException {
        out.writeInt(16);
        out.writeInt(texts.length);
        for (var text : texts) {
            string(text);
        }
    }

    private void integers(int flags, int... values) throws IOException {
        out.writeInt(13 | flags);
        out.writeInt(values.length);
        for (var value : values) {
            out.writeInt(value);
        }
    }

    private void doubles(double... values) throws IOException {
        out.writeInt(14);
        out.writeInt(values.length);
        for (var value : values) {
            out.writeDouble(value);
        }
    }

    /// A data frame `d` with a factor, numbers (one missing) and strings (one missing).
    private byte[] frame(int version) throws IOException {
        out.writeBytes("RDX" + version + "\n");
        header(version);
        out.writeInt(2 | TAG);
        symbol("d");
        out.writeInt(19 | OBJECT | ATTRIBUTES);
        out.writeInt(3);
        integers(OBJECT | ATTRIBUTES, 2, 1, RValue.NA_INTEGER);
        out.writeInt(2 | TAG);
        symbol("levels");
        strings("low", "high");
        out.writeInt(2 | TAG);
        symbol("class");
        strings("factor");
        out.writeInt(254);
        doubles(1, Double.NaN, 2.5);
        out.writeInt(16);
        out.writeInt(3);
        string("x");
        out.writeInt(9);
        out.writeInt(-1);
        out.writeInt(9 | (1 << 14));
        out.writeInt(1);
        out.writeByte(0xe9);
        out.writeInt(2 | TAG);
        symbol("names");
        strings("f", "n", "s");
        out.writeInt(2 | TAG);
        // Symbols are numbered from 1 as they come: d, levels, class, names.
        out.writeInt(255 | 3 << 8);
        strings("data.frame");
        out.writeInt(254);
        out.writeInt(254);
        return bytes.toByteArray();
    }

    private static void assertFrame(RValue frame) {
        assertThat(frame.names()).containsExactly("f", "n", "s");
        assertThat(frame.attributes().get("class").texts()).containsExactly("data.frame");
        assertThat(frame.get("f").levels()).containsExactly("low", "high");
        assertThat(frame.get("f").texts()).isEqualTo(Arrays.asList("high", "low", null));
        assertThat(frame.get("n").texts()).isEqualTo(Arrays.asList("1", null, "2.5"));
        assertThat(frame.get("s").texts()).isEqualTo(Arrays.asList("x", null, "é"));
        assertThatThrownBy(() -> frame.get("q")).hasMessage("name must be one of [f, n, s] but was q");
    }

    @Test
    void readsBothVersionsPackedInEveryWay() throws IOException {
        for (var version : new int[] {2, 3}) {
            begin();
            var plain = frame(version);
            var file = dir.resolve("d.rda");
            Files.write(file, plain);
            assertFrame(RData.load(file).get("d"));
            try (var packed = new GZIPOutputStream(Files.newOutputStream(file))) {
                packed.write(plain);
            }
            assertFrame(RData.load(file).get("d"));
            try (var packed = new XZOutputStream(Files.newOutputStream(file), new LZMA2Options(1))) {
                packed.write(plain);
            }
            assertFrame(RData.load(file).get("d"));
            try (var packed = new BZip2CompressorOutputStream(Files.newOutputStream(file))) {
                packed.write(plain);
            }
            assertFrame(RData.load(file).get("d"));
        }
    }

    /// Class and package of the form, then its state, then attributes.
    private void compact(String form, Runnable state) throws IOException {
        out.writeInt(238);
        out.writeInt(2);
        symbol(form);
        out.writeInt(2);
        symbol("base");
        out.writeInt(2);
        integers(0, 13);
        out.writeInt(254);
        state.run();
        out.writeInt(254);
    }

    private interface Body {
        void write() throws IOException;
    }

    private static Runnable unchecked(Body body) {
        return () -> {
            try {
                body.write();
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        };
    }

    @Test
    void readsCompactForms() throws IOException {
        header(3);
        out.writeInt(19);
        out.writeInt(4);
        compact("compact_intseq", unchecked(() -> doubles(4, 3, -1)));
        compact("compact_realseq", unchecked(() -> doubles(2, 1, 1)));
        compact("wrap_real", unchecked(() -> {
            out.writeInt(19);
            out.writeInt(2);
            doubles(7.5);
            integers(0, 1, 0);
        }));
        compact("deferred_string", unchecked(() -> {
            out.writeInt(2);
            integers(0, 10, 20);
            integers(0, 0);
        }));
        var file = Files.write(dir.resolve("c.rds"), bytes.toByteArray());
        var values = ((RValue.Values) RData.loadValue(file)).values();
        assertThat(values.stream().map(RValue::texts))
                .containsExactly(List.of("3", "2", "1", "0"), List.of("1", "2"), List.of("7.5"), List.of("10", "20"));
        assertThat(values.getFirst()).isInstanceOf(RValue.Integers.class);
    }

    @Test
    void readsADatabase() throws IOException {
        header(2);
        doubles(1, 2);
        var plain = bytes.toByteArray();
        var data = new ByteArrayOutputStream();
        var packed = new DataOutputStream(data);
        packed.writeInt(plain.length);
        try (var deflater = new DeflaterOutputStream(packed)) {
            deflater.write(plain);
        }
        var zlib = data.size();
        // The same again as bare LZMA2, one uncompressed chunk: 1 | u16be length - 1 | bytes | 0.
        packed = new DataOutputStream(data);
        packed.writeInt(plain.length);
        packed.writeByte('Z');
        packed.writeByte(1);
        packed.writeShort(plain.length - 1);
        packed.write(plain);
        packed.writeByte(0);
        Files.write(dir.resolve("base.rdb"), data.toByteArray());
        begin();
        header(2);
        out.writeInt(19 | ATTRIBUTES);
        out.writeInt(1);
        out.writeInt(19 | ATTRIBUTES);
        out.writeInt(2);
        integers(0, 0, zlib);
        integers(0, zlib, data.size() - zlib);
        out.writeInt(2 | TAG);
        symbol("names");
        strings("a", "b");
        out.writeInt(254);
        out.writeInt(2 | TAG);
        out.writeInt(255 | 1 << 8);
        strings("variables");
        out.writeInt(254);
        try (var index = new GZIPOutputStream(Files.newOutputStream(dir.resolve("base.rdx")))) {
            index.write(bytes.toByteArray());
        }
        var database = RData.database(dir.resolve("base"));
        assertThat(database.names()).containsExactly("a", "b");
        assertThat(database.get("a").texts()).containsExactly("1", "2");
        assertThat(database.get("b").texts()).containsExactly("1", "2");
        assertThatThrownBy(() -> database.get("c"))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("name must be one of [a, b] but was c");
    }

    @Test
    void saysWhatIsWrong() throws IOException {
        var file = dir.resolve("x.rda");
        assertThatThrownBy(() -> RData.load(file)).isInstanceOf(InputException.class);
        Files.writeString(file, "RDA2\nA\n2\n");
        assertThatThrownBy(() -> RData.load(file)).hasMessageContaining("is no binary .rda (it begins with 'RDA2')");
        Files.write(file, "RDX2\nX\n\0\0\0\7\0\0\0\0\0\0\0\0".getBytes(StandardCharsets.ISO_8859_1));
        assertThatThrownBy(() -> RData.load(file)).hasMessageContaining("has version 7");
        var whole = frame(3);
        for (var length = 5; length < whole.length; length++) {
            Files.write(file, Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> RData.load(file)).isInstanceOf(InputException.class);
        }
    }
}
