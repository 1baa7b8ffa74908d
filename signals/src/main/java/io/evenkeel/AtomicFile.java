package io.evenkeel;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/// Files that are the old or the new one, whole, whatever happens while they are written.
public final class AtomicFile {
    private AtomicFile() {}

    /// Replaces a file: written beside it, synced, renamed.
    public static void write(Path file, byte[] bytes) throws IOException {
        var writing = file.resolveSibling("." + file.getFileName() + ".tmp");
        Files.deleteIfExists(writing);
        writeSynced(writing, bytes);
        Files.move(writing, file, StandardCopyOption.ATOMIC_MOVE);
    }

    /// Writes a new file and syncs it to the disk.
    public static void writeSynced(Path file, byte[] bytes) throws IOException {
        try (var channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            var buffer = ByteBuffer.wrap(bytes);
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
            channel.force(true);
        }
    }

    /// Makes the entries of a directory survive a power failure.
    public static void syncDirectory(Path directory) throws IOException {
        try (var channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
