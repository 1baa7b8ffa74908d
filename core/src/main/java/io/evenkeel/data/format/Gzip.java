package io.evenkeel.data.format;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/// Files that may be packed with gzip, told by their first bytes whatever they are called.
public final class Gzip {
    private static final int BUFFER_BYTES = 1 << 16;

    private Gzip() {}

    /// Opens a file, unpacked.
    public static InputStream open(Path file) throws IOException {
        return unpack(Files.newInputStream(file));
    }

    /// The stream, unpacked when it is packed.
    public static InputStream unpack(InputStream stream) throws IOException {
        var in = new BufferedInputStream(stream, BUFFER_BYTES);
        try {
            in.mark(2);
            var packed = in.read() == 0x1f && in.read() == 0x8b;
            in.reset();
            return packed ? new BufferedInputStream(new GZIPInputStream(in, BUFFER_BYTES), BUFFER_BYTES) : in;
        } catch (IOException e) {
            in.close();
            throw e;
        }
    }

    /// A new packed file.
    public static OutputStream create(Path file) throws IOException {
        return new BufferedOutputStream(
                new GZIPOutputStream(
                        Files.newOutputStream(file, java.nio.file.StandardOpenOption.CREATE_NEW), BUFFER_BYTES),
                BUFFER_BYTES);
    }
}
