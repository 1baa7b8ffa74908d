package io.evenkeel.data.format;

import io.evenkeel.InputException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.function.Consumer;

/// Reads UTF-8 strictly: a byte that is no text is an error that says where it is.
public final class Utf8 {
    private static final int CHUNK_BYTES = 1 << 16;

    private Utf8() {}

    /// Hands the text of a file, unpacked if need be, on in pieces of some size.
    ///
    /// @throws InputException when it is not readable, not UTF-8, or has NUL bytes
    public static void read(Path file, Consumer<CharSequence> pieces) {
        try (var in = Gzip.open(file)) {
            read(in, file.toString(), pieces);
        } catch (IOException e) {
            throw new InputException("source must be readable but was " + file + " (" + e + ")", e);
        }
    }

    /// The whole text of a file.
    public static String readAll(Path file) {
        var text = new StringBuilder();
        read(file, text::append);
        return text.toString();
    }

    private static void read(InputStream in, String where, Consumer<CharSequence> pieces) throws IOException {
        var decoder = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        var bytes = ByteBuffer.allocate(CHUNK_BYTES);
        var chars = CharBuffer.allocate(CHUNK_BYTES);
        var consumed = 0L;
        while (true) {
            var read = in.readNBytes(bytes.array(), bytes.position(), bytes.remaining());
            var end = read < bytes.remaining();
            bytes.limit(bytes.position() + read).rewind();
            var result = decoder.decode(bytes, chars, end);
            if (result.isError()) {
                throw new InputException("source must be UTF-8 text but has "
                        + String.format("byte 0x%02X", bytes.get(bytes.position())) + " at offset "
                        + (consumed + bytes.position()) + " (" + where + ")");
            }
            refuseNul(chars, consumed, where);
            consumed += bytes.position();
            pieces.accept(chars.flip().toString());
            chars.clear();
            bytes.compact();
            if (end) {
                return;
            }
        }
    }

    private static void refuseNul(CharBuffer chars, long consumed, String where) {
        for (var i = 0; i < chars.position(); i++) {
            if (chars.get(i) == 0) {
                var before = chars.duplicate().flip().limit(i).toString();
                throw new InputException("source must be text but has a NUL byte at offset "
                        + (consumed + before.getBytes(StandardCharsets.UTF_8).length) + ": a binary file (" + where
                        + ")");
            }
        }
    }
}
