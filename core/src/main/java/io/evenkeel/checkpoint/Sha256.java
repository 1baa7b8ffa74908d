package io.evenkeel.checkpoint;

import io.evenkeel.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// SHA-256 of files and memory.
public final class Sha256 {
    private static final int SLICE_BYTES = 1 << 20;

    private Sha256() {}

    /// A new digest.
    static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }

    /// The digest of a file in hexadecimal.
    public static String of(Path file) throws IOException {
        var digest = digest();
        var buffer = ByteBuffer.allocateDirect(SLICE_BYTES);
        try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
            while (channel.read(buffer) >= 0) {
                digest.update(buffer.flip());
                buffer.clear();
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /// The digest of the raw bytes of tensors, one behind the other, in hexadecimal.
    public static String of(Iterable<Tensor> tensors) {
        var digest = digest();
        for (var tensor : tensors) {
            var memory = tensor.memory();
            for (var offset = 0L; offset < memory.byteSize(); offset += SLICE_BYTES) {
                digest.update(memory.asSlice(offset, Math.min(SLICE_BYTES, memory.byteSize() - offset))
                        .asByteBuffer());
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }
}
