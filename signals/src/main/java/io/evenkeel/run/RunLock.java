package io.evenkeel.run;

import io.evenkeel.InputException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Lets one writer at a time into a run. The system frees it when the process ends, however it ends.
final class RunLock implements AutoCloseable {
    private static final String FILE = "run.lock";

    /// The byte that is locked: far behind the text, so that the text can be read where locks are mandatory.
    private static final long LOCKED_BYTE = Long.MAX_VALUE - 1;

    /// The runs locked by this process. On POSIX systems closing any channel on a file drops all of the process's
    /// locks
    /// on it, so a second attempt must not even open it.
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private final Path key;
    private final FileChannel channel;

    private RunLock(Path key, FileChannel channel) {
        this.key = key;
        this.channel = channel;
    }

    /// @throws InputException when another process, or another writer of this one, writes the run
    static RunLock acquire(Path directory) throws IOException {
        var key = directory.toRealPath();
        if (!HELD.add(key)) {
            throw held(directory, "process " + ProcessHandle.current().pid() + " (this one)");
        }
        FileChannel channel = null;
        FileLock lock = null;
        try {
            var file = directory.resolve(FILE);
            channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            lock = channel.tryLock(LOCKED_BYTE, 1, false);
            if (lock == null) {
                throw held(directory, Files.readString(file).strip());
            }
            var owner = "process " + ProcessHandle.current().pid() + " on " + Machine.host() + "\n";
            channel.truncate(0);
            channel.write(ByteBuffer.wrap(owner.getBytes(StandardCharsets.UTF_8)));
            return new RunLock(key, channel);
        } catch (IOException | RuntimeException e) {
            if (channel != null) {
                channel.close();
            }
            HELD.remove(key);
            throw e;
        }
    }

    private static InputException held(Path directory, String owner) {
        return new InputException("run " + directory + " is being written by " + owner);
    }

    @Override
    public void close() throws IOException {
        try {
            channel.close();
        } finally {
            HELD.remove(key);
        }
    }
}
