package io.evenkeel.data.format;

import io.evenkeel.InputException;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.ZipException;

/// An array of unsigned bytes in the IDX format of the MNIST files: 0 0 | type 8 | number of dimensions | u32be sizes |
/// elements in row-major order. Files may be packed with gzip.
///
/// @param shape the sizes, the number of examples first
public record IdxFile(int[] shape, byte[] elements) {
    private static final int UNSIGNED_BYTE = 8;

    public IdxFile {
        if (elements(shape) != elements.length) {
            throw new IllegalArgumentException("elements must be " + elements(shape) + " for shape "
                    + Arrays.toString(shape) + " but were " + elements.length);
        }
    }

    private static long elements(int[] shape) {
        var elements = 1L;
        for (var size : shape) {
            elements = Math.multiplyExact(elements, size);
        }
        return elements;
    }

    /// How many examples.
    public int count() {
        return shape[0];
    }

    /// Reads a file.
    ///
    /// @throws InputException when it is not of this format, or shorter or longer than it says
    public static IdxFile read(Path file) {
        try (var in = new DataInputStream(Gzip.open(file))) {
            var magic = in.readInt();
            var dimensions = magic & 0xff;
            if (magic >>> 8 != UNSIGNED_BYTE || dimensions < 1 || dimensions > 4) {
                throw new InputException(String.format(
                        "source must be IDX of unsigned bytes with 1 to 4 dimensions but begins with 0x%08X (%s)",
                        magic, file));
            }
            var shape = new int[dimensions];
            for (var i = 0; i < dimensions; i++) {
                shape[i] = in.readInt();
            }
            return new IdxFile(shape, elements(in, shape, file));
        } catch (EOFException | ZipException e) {
            throw new InputException("source must be a whole IDX file but ends early or is damaged (" + file + ")", e);
        } catch (IOException e) {
            throw new InputException("source must be readable but was " + file + " (" + e + ")", e);
        }
    }

    private static byte[] elements(DataInputStream in, int[] shape, Path file) throws IOException {
        var expected = 1L;
        for (var size : shape) {
            expected = size < 0 || expected > Integer.MAX_VALUE ? Long.MAX_VALUE : expected * size;
        }
        if (expected > Integer.MAX_VALUE - 8) {
            throw new InputException("source must have fewer than 2^31 elements but has shape " + Arrays.toString(shape)
                    + " (" + file + ")");
        }
        var elements = in.readNBytes((int) expected);
        if (elements.length != expected || in.read() >= 0) {
            throw new InputException("source must have " + expected + " elements as its header says but has "
                    + (elements.length < expected ? "only " + elements.length : "more") + " (" + file + ")");
        }
        return elements;
    }

    /// Writes a new packed file.
    public void write(Path file) throws IOException {
        try (var out = new DataOutputStream(Gzip.create(file))) {
            out.writeInt(UNSIGNED_BYTE << 8 | shape.length);
            for (var size : shape) {
                out.writeInt(size);
            }
            out.write(elements);
        }
    }
}
