package io.evenkeel.data.rdata;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One value in R's binary serialisation: `X\n` | i32 version | i32 writer | i32 oldest reader | (version 3: the
/// native encoding) | item, everything big-endian.
///
/// An item begins with flags: the type in bits 0-7, bit 9 = has attributes, bit 10 = has a tag, levels from bit 12.
/// Symbols, environments and namespaces are numbered as they come, and later items refer to them by number.
/// (R Internals, "Serialization Formats".)
final class XdrReader {
    private static final int HAS_ATTRIBUTES = 1 << 9;
    private static final int HAS_TAG = 1 << 10;
    private static final int LATIN1 = 1 << 2;
    private static final Map<String, RValue> NONE = Map.of();

    private final DataInputStream in;
    private final List<RValue> references = new ArrayList<>();

    private XdrReader(InputStream in) {
        this.in = new DataInputStream(in);
    }

    static RValue read(InputStream in) throws IOException {
        var reader = new XdrReader(in);
        reader.header();
        return reader.item();
    }

    private void header() throws IOException {
        var format = new String(in.readNBytes(2), StandardCharsets.ISO_8859_1);
        if (!format.equals("X\n")) {
            throw new IOException("is not in R's binary XDR format");
        }
        var version = in.readInt();
        in.readInt();
        in.readInt();
        if (version != 2 && version != 3) {
            throw new IOException("has version " + version + " of R's serialisation; 2 and 3 are read");
        }
        if (version == 3) {
            bytes(in.readInt());
        }
    }

    private RValue item() throws IOException {
        return item(in.readInt());
    }

    private RValue item(int flags) throws IOException {
        var type = flags & 0xff;
        return switch (type) {
            case 254 -> new RValue.Null();
            case 241, 242, 247, 248, 249, 250, 251, 252, 253 -> special(type);
            case 255 -> references.get((flags >>> 8 == 0 ? in.readInt() : flags >>> 8) - 1);
            case 1 -> remember(new RValue.Other("symbol", text(item()), NONE));
            case 2 -> pairs(flags);
            case 3, 5, 6, 17, 239, 240 -> code(type, flags);
            case 4 -> environment();
            case 7, 8 -> new RValue.Other("builtin", new String(bytes(in.readInt()), StandardCharsets.UTF_8), NONE);
            case 9 -> charsxp(flags);
            case 10, 13 -> integers(flags, type == 10);
            case 14 -> new RValue.Doubles(doubles(length()), attributes(flags));
            case 15 -> complex(flags);
            case 16 -> strings(flags);
            case 19, 20 -> list(flags);
            case 24 -> new RValue.Bytes(bytes(length()), attributes(flags));
            case 25 -> new RValue.Other("S4 object", "", attributes(flags));
            case 238 -> altrep();
            default -> throw new IOException("holds a value of R's type " + type + ", which is no data");
        };
    }

    private RValue special(int type) throws IOException {
        if (type != 247 && type != 248 && type != 249) {
            return new RValue.Other("environment", "", NONE);
        }
        in.readInt();
        var names = new ArrayList<String>();
        for (var left = in.readInt(); left > 0; left--) {
            names.add(text(item()));
        }
        return remember(new RValue.Other("namespace", String.join(" ", names), NONE));
    }

    private RValue remember(RValue value) {
        references.add(value);
        return value;
    }

    /// A linked list of tagged values, as a list with names.
    private RValue pairs(int first) throws IOException {
        var values = new ArrayList<RValue>();
        var names = new ArrayList<@Nullable String>();
        var attributes = NONE;
        for (var flags = first; ; flags = in.readInt()) {
            if ((flags & 0xff) != 2) {
                item(flags);
                break;
            }
            if ((flags & HAS_ATTRIBUTES) != 0) {
                attributes = named(item());
            }
            names.add((flags & HAS_TAG) == 0 ? "" : text(item()));
            values.add(item());
        }
        var all = new LinkedHashMap<>(attributes);
        all.put("names", new RValue.Strings(names, NONE));
        return new RValue.Values(values, all);
    }

    /// A call, function or promise: read over.
    private RValue code(int type, int flags) throws IOException {
        if ((flags & HAS_ATTRIBUTES) != 0 || type == 239 || type == 240) {
            item();
        }
        if ((flags & HAS_TAG) != 0) {
            item();
        }
        item();
        item();
        return new RValue.Other("code", "", NONE);
    }

    private RValue environment() throws IOException {
        in.readInt();
        var environment = remember(new RValue.Other("environment", "", NONE));
        for (var part = 0; part < 4; part++) {
            item();
        }
        return environment;
    }

    private RValue charsxp(int flags) throws IOException {
        var length = in.readInt();
        if (length < 0) {
            return new RValue.Strings(java.util.Collections.singletonList(null), NONE);
        }
        Charset charset = (flags >> 12 & LATIN1) != 0 ? StandardCharsets.ISO_8859_1 : StandardCharsets.UTF_8;
        var text = new String(bytes(length), charset);
        return new RValue.Strings(List.of(text), attributes(flags));
    }

    private static String text(RValue charsxp) throws IOException {
        if (charsxp instanceof RValue.Strings strings && strings.length() == 1) {
            var text = strings.values().getFirst();
            return text == null ? "NA" : text;
        }
        if (charsxp instanceof RValue.Other symbol) {
            return symbol.text();
        }
        throw new IOException("has no string where one belongs");
    }

    private RValue integers(int flags, boolean logical) throws IOException {
        var values = new int[length()];
        ByteBuffer.wrap(bytes(Math.multiplyExact(values.length, 4)))
                .asIntBuffer()
                .get(values);
        return new RValue.Integers(values, logical, attributes(flags));
    }

    private double[] doubles(int length) throws IOException {
        var values = new double[length];
        ByteBuffer.wrap(bytes(Math.multiplyExact(length, 8))).asDoubleBuffer().get(values);
        return values;
    }

    private RValue complex(int flags) throws IOException {
        bytes(Math.multiplyExact(length(), 16));
        return new RValue.Other("complex numbers", "", attributes(flags));
    }

    private RValue strings(int flags) throws IOException {
        var length = length();
        var values = new ArrayList<@Nullable String>();
        for (var i = 0; i < length; i++) {
            if (!(item() instanceof RValue.Strings string)) {
                throw new IOException("has no string where one belongs");
            }
            values.add(string.values().getFirst());
        }
        return new RValue.Strings(values, attributes(flags));
    }

    private RValue list(int flags) throws IOException {
        var length = length();
        var values = new ArrayList<RValue>();
        for (var i = 0; i < length; i++) {
            values.add(item());
        }
        return new RValue.Values(values, attributes(flags));
    }

    /// A vector in one of R's compact forms: class | state | attributes.
    private RValue altrep() throws IOException {
        var name = item() instanceof RValue.Values info && info.values().getFirst() instanceof RValue.Other symbol
                ? symbol.text()
                : "";
        var state = item();
        var attributes = named(item());
        if (name.startsWith("compact_") && state instanceof RValue.Doubles range && range.length() == 3) {
            return sequence(name, range.values(), attributes);
        }
        var wrapped = state instanceof RValue.Values list && list.length() > 0
                ? list.values().getFirst()
                : state;
        if (name.equals("deferred_string")) {
            return new RValue.Strings(wrapped.texts(), attributes);
        }
        if (name.startsWith("wrap_")) {
            return with(wrapped, attributes);
        }
        throw new IOException("holds a vector in R's form '" + name + "', which is not read here");
    }

    private static RValue sequence(String form, double[] range, Map<String, RValue> attributes) {
        var values = new double[Math.toIntExact((long) range[0])];
        for (var i = 0; i < values.length; i++) {
            values[i] = range[1] + i * range[2];
        }
        return form.equals("compact_intseq")
                ? new RValue.Integers(
                        java.util.Arrays.stream(values).mapToInt(v -> (int) v).toArray(), false, attributes)
                : new RValue.Doubles(values, attributes);
    }

    private static RValue with(RValue value, Map<String, RValue> attributes) {
        return switch (value) {
            case RValue.Integers v -> new RValue.Integers(v.values(), v.logical(), attributes);
            case RValue.Doubles v -> new RValue.Doubles(v.values(), attributes);
            case RValue.Strings v -> new RValue.Strings(v.values(), attributes);
            case RValue.Bytes v -> new RValue.Bytes(v.values(), attributes);
            case RValue.Values v -> new RValue.Values(v.values(), attributes);
            case RValue.Null _, RValue.Other _ -> value;
        };
    }

    private Map<String, RValue> attributes(int flags) throws IOException {
        return (flags & HAS_ATTRIBUTES) == 0 ? NONE : named(item());
    }

    private static Map<String, RValue> named(RValue pairs) {
        if (!(pairs instanceof RValue.Values list)) {
            return NONE;
        }
        var named = new LinkedHashMap<String, RValue>();
        var names = list.names();
        for (var i = 0; i < names.size(); i++) {
            named.put(names.get(i), list.values().get(i));
        }
        return named;
    }

    private int length() throws IOException {
        var length = in.readInt();
        if (length < 0) {
            throw new IOException("holds a vector of 2^31 elements or more, or a damaged length");
        }
        return length;
    }

    private byte[] bytes(int length) throws IOException {
        var bytes = in.readNBytes(length);
        if (bytes.length != length) {
            throw new java.io.EOFException("ends early");
        }
        return bytes;
    }
}
