package io.evenkeel.data.fetch;

import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/// Where fetched and derived files are kept: they can be made again, so the whole directory may be deleted at any time.
public final class Cache {
    private Cache() {}

    /// `EVENKEEL_CACHE`, else `evenkeel` under `XDG_CACHE_HOME`, else `~/.cache/evenkeel`.
    public static Path directory() {
        return directory(System.getenv(), System.getProperty("user.home"));
    }

    static Path directory(Map<String, String> environment, String home) {
        var own = environment.getOrDefault("EVENKEEL_CACHE", "");
        if (!own.isBlank()) {
            return Path.of(own);
        }
        var xdg = environment.getOrDefault("XDG_CACHE_HOME", "");
        return (xdg.isBlank() ? Path.of(home, ".cache") : Path.of(xdg)).resolve("evenkeel");
    }

    /// Fills a new directory.
    public interface Filler {
        void fill(Path directory) throws IOException;
    }

    /// Makes the directory `target` whole or not at all: it is filled beside its place and then moved there. What
    /// stood there before is replaced; when another process was faster, its result stays.
    public static void publish(Path target, Filler filler) throws IOException {
        var parent = target.toAbsolutePath().getParent();
        Files.createDirectories(parent);
        var filling = Files.createTempDirectory(parent, "." + target.getFileName() + "-");
        try {
            filler.fill(filling);
            delete(target);
            move(filling, target);
        } finally {
            delete(filling);
        }
    }

    /// Moves a file or directory to its place in one step.
    public static void move(Path from, Path to) throws IOException {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            throw e;
        } catch (FileSystemException e) {
            if (!Files.exists(to)) {
                throw e;
            }
        }
    }

    /// Deletes a file or a directory with all it contains; nothing happens when there is none.
    public static void delete(Path root) throws IOException {
        if (!Files.exists(root, java.nio.file.LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        List<Path> paths;
        try (var tree = Files.walk(root)) {
            paths = tree.sorted(Comparator.reverseOrder()).toList();
        }
        for (var path : paths) {
            Files.deleteIfExists(path);
        }
    }
}
