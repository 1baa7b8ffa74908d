package io.evenkeel.checkpoint;

import io.evenkeel.tensor.DType;
import io.evenkeel.tensor.Shapes;
import io.evenkeel.tensor.Tensor;
import io.evenkeel.tensor.Tensors;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.TreeMap;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A file of named tensors in the safetensors format, memory mapped.
///
/// Layout: u64le header length | header, a JSON object padded with spaces to a multiple of 8 | data. An entry of the
/// header is `{dtype, shape, data_offsets: [begin, end)}`, offsets counted from the data; entries follow each other
/// without gaps, wider types first, then by name. `__metadata__` maps strings to strings. Files may exceed 2 GB.
///
/// Reading checks all of that, so that a damaged header is refused and never read beyond the file.
public final class Safetensors implements AutoCloseable {
    /// The largest header that readers of the format accept, bytes.
    public static final long MAX_HEADER_BYTES = 100_000_000;

    private static final String METADATA = "__metadata__";
    private static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .build();

    private final Path file;
    private final Arena arena;
    private final MemorySegment data;
    private final Map<String, Entry> entries;
    private final Map<String, String> metadata;

    private Safetensors(
            Path file, Arena arena, MemorySegment data, Map<String, Entry> entries, Map<String, String> metadata) {
        this.file = file;
        this.arena = arena;
        this.data = data;
        this.entries = entries;
        this.metadata = metadata;
    }

    /// Where a tensor lies in the data.
    ///
    /// @param begin first byte, from the start of the data
    /// @param end   byte behind the last
    public record Entry(DType dtype, long[] shape, long begin, long end) {}

    /// A tensor to write: its bytes in row-major order.
    public record Source(DType dtype, long[] shape, MemorySegment bytes) {
        public Source {
            var expected = Shapes.elements(shape) * dtype.bytes();
            if (bytes.byteSize() != expected) {
                throw new IllegalArgumentException(
                        dtype + Shapes.text(shape) + " takes " + expected + " bytes but was given " + bytes.byteSize());
            }
        }

        /// The memory of a contiguous tensor, which must live until it is written.
        public static Source of(Tensor tensor) {
            return new Source(tensor.dtype(), tensor.shape(), tensor.memory());
        }
    }

    /// Writes a new file and syncs it to the disk.
    ///
    /// @return the SHA-256 of the file's bytes
    public static byte[] write(Path file, Map<String, Source> tensors, Map<String, String> metadata)
            throws IOException {
        var order = new ArrayList<>(new TreeMap<>(tensors).entrySet());
        order.sort(Comparator.comparingInt(entry -> -entry.getValue().dtype().bytes()));
        var digest = Sha256.digest();
        try (var channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            write(channel, digest, MemorySegment.ofArray(header(order, metadata)));
            for (var entry : order) {
                write(channel, digest, entry.getValue().bytes());
            }
            channel.force(true);
        }
        return digest.digest();
    }

    private static void write(FileChannel channel, MessageDigest digest, MemorySegment bytes) throws IOException {
        // Slices stay in the cache between the digest and the write.
        var slice = 1L << 20;
        for (var offset = 0L; offset < bytes.byteSize(); offset += slice) {
            var buffer = bytes.asSlice(offset, Math.min(slice, bytes.byteSize() - offset))
                    .asByteBuffer();
            digest.update(buffer.duplicate());
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
        }
    }

    private static byte[] header(List<Map.Entry<String, Source>> order, Map<String, String> metadata) {
        var root = JSON.createObjectNode();
        if (!metadata.isEmpty()) {
            var node = root.putObject(METADATA);
            new TreeMap<>(metadata).forEach(node::put);
        }
        var begin = 0L;
        for (var entry : order) {
            var source = entry.getValue();
            var node = root.putObject(entry.getKey());
            node.put("dtype", source.dtype().safetensorsName());
            var shape = node.putArray("shape");
            for (var size : source.shape()) {
                shape.add(size);
            }
            var end = begin + source.bytes().byteSize();
            node.putArray("data_offsets").add(begin).add(end);
            begin = end;
        }
        var json = JSON.writeValueAsBytes(root);
        var padded = (json.length + 7) / 8 * 8;
        var header = ByteBuffer.allocate(8 + padded).order(ByteOrder.LITTLE_ENDIAN);
        header.putLong(padded).put(json);
        while (header.hasRemaining()) {
            header.put((byte) ' ');
        }
        return header.array();
    }

    /// Opens a file; its tensors are read where they are used.
    ///
    /// @throws IOException when the file cannot be read or is not of the format, naming the file and what is wrong
    public static Safetensors open(Path file) throws IOException {
        var arena = Arena.ofShared();
        try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
            var bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
            return parse(file, arena, bytes);
        } catch (IOException | RuntimeException e) {
            arena.close();
            if (e instanceof JacksonException || e instanceof IllegalArgumentException) {
                throw new IOException(
                        file + " is not a safetensors file: " + firstLine(String.valueOf(e.getMessage())), e);
            }
            throw e;
        }
    }

    private static String firstLine(String text) {
        return text.lines().findFirst().orElse("");
    }

    private static Safetensors parse(Path file, Arena arena, MemorySegment bytes) {
        require(bytes.byteSize() >= 8, "it has " + bytes.byteSize() + " bytes, less than the length of a header");
        var length = bytes.get(ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN), 0);
        require(
                length > 0 && length <= MAX_HEADER_BYTES && 8 + length <= bytes.byteSize(),
                "its header claims " + length + " bytes of a file of " + bytes.byteSize());
        var json = new String(bytes.asSlice(8, length).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
        var root = JSON.readTree(json);
        require(root.isObject(), "its header is not a JSON object");
        var data = bytes.asSlice(8 + length);
        var entries = new LinkedHashMap<String, Entry>();
        var metadata = new TreeMap<String, String>();
        for (var property : root.properties()) {
            if (property.getKey().equals(METADATA)) {
                property.getValue()
                        .properties()
                        .forEach(p -> metadata.put(p.getKey(), p.getValue().asString()));
            } else {
                entries.put(property.getKey(), entry(property.getKey(), property.getValue()));
            }
        }
        checkContiguous(entries, data.byteSize());
        return new Safetensors(
                file, arena, data, Collections.unmodifiableMap(entries), Collections.unmodifiableMap(metadata));
    }

    private static Entry entry(String name, JsonNode node) {
        var offsets = node.path("data_offsets");
        require(
                node.path("dtype").isString() && node.path("shape").isArray() && offsets.size() == 2,
                "entry " + name + " lacks dtype, shape or two data_offsets");
        var dtype = DType.ofSafetensors(node.path("dtype").asString());
        var shape = new long[node.path("shape").size()];
        for (var i = 0; i < shape.length; i++) {
            shape[i] = node.path("shape").path(i).asLong();
            require(shape[i] >= 0, "entry " + name + " has a negative size");
        }
        var entry = new Entry(
                dtype, shape, offsets.path(0).asLong(), offsets.path(1).asLong());
        try {
            require(
                    entry.end() - entry.begin() == Math.multiplyExact(Shapes.elements(shape), (long) dtype.bytes()),
                    "entry " + name + " has offsets that do not fit its shape");
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException("entry " + name + " has an impossible shape", e);
        }
        return entry;
    }

    private static void checkContiguous(Map<String, Entry> entries, long dataBytes) {
        var sorted = new ArrayList<>(entries.entrySet());
        sorted.sort(Comparator.comparingLong(entry -> entry.getValue().begin()));
        var end = 0L;
        for (var entry : sorted) {
            require(entry.getValue().begin() == end, "entry " + entry.getKey() + " leaves a hole or overlaps");
            end = entry.getValue().end();
        }
        require(end == dataBytes, "its tensors take " + end + " bytes but " + dataBytes + " are there");
    }

    private static void require(boolean condition, String problem) {
        if (!condition) {
            throw new IllegalArgumentException(problem);
        }
    }

    /// The entries by name, in the order of the header.
    public Map<String, Entry> entries() {
        return entries;
    }

    public Map<String, String> metadata() {
        return metadata;
    }

    /// The tensor of that name over the mapped file: read only, and only until this is closed. Copy what is kept.
    ///
    /// @throws NoSuchElementException when there is none
    public Tensor tensor(String name) {
        var entry = entries.get(name);
        if (entry == null) {
            throw new NoSuchElementException(file + " has no tensor " + name);
        }
        return Tensors.over(data.asSlice(entry.begin(), entry.end() - entry.begin()), entry.dtype(), entry.shape());
    }

    @Override
    public void close() {
        arena.close();
    }
}
