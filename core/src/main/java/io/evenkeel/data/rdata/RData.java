package io.evenkeel.data.rdata;

import io.evenkeel.InputException;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import java.util.zip.InflaterInputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;
import org.tukaani.xz.LZMA2InputStream;
import org.tukaani.xz.XZInputStream;

/// Reads the data files of R: `.rda` and `.RData` (values by name), `.rds` (one value), and the lazy-load databases
/// `.rdb` + `.rdx` of installed packages.
///
/// The serialisation is the binary XDR one, versions 2 and 3, plain or packed with gzip, bzip2 or xz; in databases
/// also with zlib and bare LZMA2. The ASCII form is refused.
public final class RData {
    private static final int LZMA2_DICTIONARY_BYTES = 1 << 26;

    private RData() {}

    /// The values of an `.rda` file by name.
    ///
    /// @throws InputException when it is not one or is damaged
    public static Map<String, RValue> load(Path file) {
        return read(file, in -> {
            var magic = new String(in.readNBytes(5), java.nio.charset.StandardCharsets.ISO_8859_1);
            if (!magic.equals("RDX2\n") && !magic.equals("RDX3\n")) {
                throw new IOException("is no binary .rda (it begins with '" + magic.strip() + "')");
            }
            if (!(XdrReader.read(in) instanceof RValue.Values pairs)) {
                throw new IOException("holds no named values");
            }
            return named(pairs);
        });
    }

    /// The value of an `.rds` file.
    ///
    /// @throws InputException when it is not one or is damaged
    public static RValue loadValue(Path file) {
        return read(file, XdrReader::read);
    }

    /// The values of a lazy-load database, which is two files beside each other.
    ///
    /// @param base their path without `.rdb` and `.rdx`
    /// @throws InputException when they are not there or damaged
    public static Database database(Path base) {
        var data = base.resolveSibling(base.getFileName() + ".rdb");
        var index = base.resolveSibling(base.getFileName() + ".rdx");
        var variables = loadValue(index).get("variables");
        if (!(variables instanceof RValue.Values places)) {
            throw new InputException(index + " has no list of variables");
        }
        return new Database(data, named(places));
    }

    /// A lazy-load database: each value is read when asked for.
    public static final class Database {
        private final Path file;
        private final Map<String, RValue> places;

        private Database(Path file, Map<String, RValue> places) {
            this.file = file;
            this.places = places;
        }

        /// The names of its values.
        public Iterable<String> names() {
            return places.keySet();
        }

        /// Reads one value.
        ///
        /// @throws InputException when it has none of that name or it is damaged
        public RValue get(String name) {
            if (!(places.get(name) instanceof RValue.Integers place) || place.length() != 2) {
                throw new InputException(
                        "name must be one of " + places.keySet() + " but was " + name + " (" + file + ")");
            }
            try (var channel = Files.newByteChannel(file)) {
                var packed = ByteBuffer.allocate(place.values()[1]);
                channel.position(place.values()[0]);
                while (packed.hasRemaining() && channel.read(packed) >= 0) {}
                if (packed.hasRemaining()) {
                    throw new EOFException("ends early");
                }
                return XdrReader.read(unpack(packed.array()));
            } catch (IOException | RuntimeException e) {
                throw new InputException(file + ", value " + name + ": " + e.getMessage(), e);
            }
        }

        /// A record is u32be unpacked length | data, or | kind | data where the database packs otherwise than
        /// zlib.
        private static InputStream unpack(byte[] packed) throws IOException {
            var length = ByteBuffer.wrap(packed).getInt();
            var rest = Arrays.copyOfRange(packed, 4, packed.length);
            var behindKind = new ByteArrayInputStream(rest, 1, rest.length - 1);
            var in = switch (rest[0]) {
                case 'Z' -> new LZMA2InputStream(behindKind, LZMA2_DICTIONARY_BYTES);
                case '0' -> behindKind;
                case '2' -> new BZip2CompressorInputStream(behindKind);
                case '1' -> new InflaterInputStream(behindKind);
                default -> new InflaterInputStream(new ByteArrayInputStream(rest));
            };
            var bytes = in.readNBytes(length);
            if (bytes.length != length) {
                throw new EOFException("unpacks to " + bytes.length + " bytes instead of " + length);
            }
            return new ByteArrayInputStream(bytes);
        }
    }

    private static Map<String, RValue> named(RValue.Values values) {
        var names = values.names();
        var named = new LinkedHashMap<String, RValue>();
        for (var i = 0; i < names.size(); i++) {
            named.put(names.get(i), values.values().get(i));
        }
        return named;
    }

    private interface Body<T> {
        T read(InputStream in) throws IOException;
    }

    private static <T> T read(Path file, Body<T> body) {
        try (var raw = new BufferedInputStream(Files.newInputStream(file), 1 << 16);
                var in = new BufferedInputStream(unpack(raw), 1 << 16)) {
            return body.read(in);
        } catch (IOException | RuntimeException e) {
            throw new InputException(file + ": " + (e.getMessage() == null ? e.toString() : e.getMessage()), e);
        }
    }

    private static InputStream unpack(BufferedInputStream raw) throws IOException {
        raw.mark(4);
        var magic = raw.readNBytes(4);
        raw.reset();
        if (magic.length < 4) {
            throw new EOFException("is empty or cut short");
        }
        if (magic[0] == 0x1f && magic[1] == (byte) 0x8b) {
            return new GZIPInputStream(raw, 1 << 16);
        }
        if (magic[0] == (byte) 0xfd && magic[1] == '7') {
            return new XZInputStream(raw);
        }
        if (magic[0] == 'B' && magic[1] == 'Z' && magic[2] == 'h') {
            return new BZip2CompressorInputStream(raw);
        }
        return raw;
    }
}
