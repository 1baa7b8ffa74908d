package io.evenkeel.data.fetch;

import io.evenkeel.InputException;
import io.evenkeel.data.format.Gzip;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/// Fetches and unpacks packages with the clients of the machine, whose own settings say from where. Nothing is
/// installed, and no script of a package runs.
final class Packages {
    private final Path directory;
    private final Consumer<String> progress;
    private final List<String> versions = new ArrayList<>();

    /// @param directory an empty one to work in
    Packages(Path directory, Consumer<String> progress) {
        this.directory = directory;
        this.progress = progress;
    }

    /// The file names of the packages fetched, which tell their versions.
    List<String> versions() {
        return List.copyOf(versions);
    }

    /// Fetches and unpacks a package of Debian.
    Path debian(String name) throws IOException {
        var into = Files.createDirectories(directory.resolve(name));
        progress.accept("apt-get download " + name);
        // Without the sandbox user, root may download into directories that are closed to others.
        run(into, "apt-get", "-q", "-o", "APT::Sandbox::User=root", "download", name);
        var archive = only(into, ".deb");
        versions.add(archive.getFileName().toString());
        var unpacked = into.resolve("content");
        run(into, "dpkg-deb", "-x", archive.toString(), unpacked.toString());
        Files.delete(archive);
        return unpacked;
    }

    /// Fetches and unpacks a package of npm.
    Path npm(String name, String version) throws IOException {
        var into =
                Files.createDirectories(directory.resolve(name.replace("@", "").replace('/', '-')));
        progress.accept("npm pack " + name + "@" + version);
        run(into, "npm", "pack", "--silent", name + "@" + version);
        var archive = only(into, ".tgz");
        versions.add(archive.getFileName().toString());
        var unpacked = into.resolve("content");
        untar(archive, unpacked);
        Files.delete(archive);
        return unpacked;
    }

    /// Unpacks a tar without the first component of each path.
    private static void untar(Path archive, Path into) throws IOException {
        try (var tar = new TarArchiveInputStream(Gzip.open(archive))) {
            for (var entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                var slash = entry.getName().indexOf('/');
                if (!entry.isFile() || slash < 0) {
                    continue;
                }
                var target = into.resolve(entry.getName().substring(slash + 1)).normalize();
                if (!target.startsWith(into)) {
                    throw new IOException(
                            archive.getFileName() + " has a path that leads out of it: " + entry.getName());
                }
                Files.createDirectories(target.getParent());
                Files.copy(tar, target, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }

    private static Path only(Path directory, String suffix) throws IOException {
        try (var files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(suffix))
                    .findFirst()
                    .orElseThrow(() -> new IOException("the client left no " + suffix + " file"));
        }
    }

    /// Runs a program and gives what it printed.
    ///
    /// @throws InputException when it is not installed or fails, with its last words
    static String run(Path directory, String... command) throws IOException {
        var errors = Files.createTempFile(directory, "run", ".err");
        Process process;
        try {
            process = new ProcessBuilder(command)
                    .directory(directory.toFile())
                    .redirectError(errors.toFile())
                    .start();
        } catch (IOException e) {
            throw new InputException(
                    "the program " + command[0] + " is needed to fetch this set but is not installed here", e);
        }
        process.getOutputStream().close();
        try {
            var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            var status = process.waitFor();
            if (status != 0) {
                throw new InputException(String.join(" ", command) + " failed with status " + status + ": "
                        + lastLine(Files.readString(errors), output)
                        + (command[0].equals("apt-get") ? "; 'apt-get update' may be needed first" : ""));
            }
            return output;
        } catch (InterruptedException e) {
            process.destroy();
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while " + command[0] + " was running", e);
        } finally {
            Files.deleteIfExists(errors);
        }
    }

    private static String lastLine(String errors, String output) {
        var said = errors.isBlank() ? output : errors;
        return said.strip().lines().reduce((_, last) -> last).orElse("it said nothing");
    }
}
