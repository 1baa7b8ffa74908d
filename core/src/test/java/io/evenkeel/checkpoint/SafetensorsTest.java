package io.evenkeel.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.evenkeel.random.RandomStream;
import io.evenkeel.tensor.DType;
import io.evenkeel.tensor.Scope;
import io.evenkeel.tensor.Tensor;
import io.evenkeel.tensor.Tensors;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsTest {
    @TempDir
    Path dir;

    private Scope scope;

    @BeforeEach
    void open() {
        scope = Scope.open();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    private static Map<String, Safetensors.Source> sources(Map<String, Tensor> tensors) {
        var sources = new LinkedHashMap<String, Safetensors.Source>();
        tensors.forEach((name, tensor) -> sources.put(name, Safetensors.Source.of(tensor)));
        return sources;
    }

    /// Bytes written out by hand from the description of the format.
    @Test
    void writesTheBytesOfTheFormat() throws IOException {
        var file = dir.resolve("a.safetensors");
        Safetensors.write(
                file,
                sources(Map.of("b", Tensors.of(new float[] {1, -2}, 2), "a", Tensors.of(new long[] {7}, 1, 1))),
                Map.of("format", "pt"));
        var header = "{\"__metadata__\":{\"format\":\"pt\"},"
                + "\"a\":{\"dtype\":\"I64\",\"shape\":[1,1],\"data_offsets\":[0,8]},"
                + "\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,16]}}";
        var padded = (header.length() + 7) / 8 * 8;
        var expected = ByteBuffer.allocate(8 + padded + 16).order(ByteOrder.LITTLE_ENDIAN);
        expected.putLong(padded).put(header.getBytes(StandardCharsets.UTF_8));
        while (expected.position() < 8 + padded) {
            expected.put((byte) ' ');
        }
        expected.putLong(7).putFloat(1).putFloat(-2);
        assertThat(Files.readAllBytes(file)).isEqualTo(expected.array());
        assertThat(Sha256.of(file))
                .isEqualTo(java.util.HexFormat.of().formatHex(Sha256.digest().digest(expected.array())));
    }

    @Test
    void readsBackEveryTypeBitForBit() throws IOException {
        var random = RandomStream.of(1, "x");
        var tensors = new LinkedHashMap<String, Tensor>();
        for (var type : DType.values()) {
            tensors.put("t." + type, Tensors.randn(random, 3, 5).mul(10).to(type));
        }
        tensors.put("empty", Tensors.zeros(0, 4));
        tensors.put("scalar", Tensors.scalar(Double.NaN, DType.FLOAT64));
        var file = dir.resolve("all.safetensors");
        Safetensors.write(file, sources(tensors), Map.of());
        try (var read = Safetensors.open(file)) {
            assertThat(read.entries().keySet()).containsExactlyInAnyOrderElementsOf(tensors.keySet());
            tensors.forEach((name, tensor) -> {
                assertThat(read.tensor(name).dtype()).isEqualTo(tensor.dtype());
                assertThat(read.tensor(name).shape()).isEqualTo(tensor.shape());
                assertThat(read.tensor(name).memory().mismatch(tensor.memory())).isEqualTo(-1);
            });
        }
    }

    @Test
    void readsBeyondTwoGigabytes() throws IOException {
        var file = dir.resolve("sparse.safetensors");
        var bytes = 3L << 30;
        var header = ("{\"big\":{\"dtype\":\"U8\",\"shape\":[" + bytes + "],\"data_offsets\":[0," + bytes + "]}}");
        var padded = (header.length() + 7) / 8 * 8;
        var start = ByteBuffer.allocate(8 + padded).order(ByteOrder.LITTLE_ENDIAN);
        start.putLong(padded).put(header.getBytes(StandardCharsets.UTF_8));
        while (start.hasRemaining()) {
            start.put((byte) ' ');
        }
        try (var out = new RandomAccessFile(file.toFile(), "rw")) {
            out.write(start.array());
            out.setLength(8 + padded + bytes);
            out.seek(8 + padded + bytes - 1);
            out.write(42);
        }
        try (var read = Safetensors.open(file)) {
            assertThat(read.tensor("big").narrow(0, bytes - 1, 1).item()).isEqualTo(42);
        }
    }

    @Test
    void refusesWhatIsNotTheFormatInOneLine() throws IOException {
        refused("", "less than the length of a header");
        refused(text(1L << 40, "{}"), "header claims");
        refused(text(2, "[]"), "not a JSON object");
        refused(text(3, "{x}"), "");
        refused(entry("F32", "[2]", 0, 4), "do not fit its shape");
        refused(entry("F33", "[1]", 0, 4), "F33");
        refused(entry("F32", "[-1]", 0, 4), "negative");
        refused(entry("F32", "[1]", 4, 8), "hole");
        refused(entry("F32", "[9223372036854775807,9]", 0, 4), "impossible shape");
        refused(entry("F32", "[2]", 0, 8), "bytes but");
        refused(
                text(
                        -1,
                        "{\"a\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]},"
                                + "\"a\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}}"),
                "uplicate");
    }

    private static String entry(String dtype, String shape, long begin, long end) {
        return text(
                        -1,
                        "{\"a\":{\"dtype\":\"" + dtype + "\",\"shape\":" + shape + ",\"data_offsets\":[" + begin + ","
                                + end + "]}}")
                + "1234";
    }

    private static String text(long length, String header) {
        var prefix =
                ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(length < 0 ? header.length() : length);
        return new String(prefix.array(), StandardCharsets.ISO_8859_1) + header;
    }

    private void refused(String content, String reason) throws IOException {
        var file = dir.resolve("bad.safetensors");
        Files.writeString(file, content, StandardCharsets.ISO_8859_1);
        assertThatThrownBy(() -> Safetensors.open(file).close())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("bad.safetensors is not a safetensors file: ")
                .hasMessageContaining(reason)
                .hasMessageNotContaining("\n");
    }
}
