package io.evenkeel.run;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// What a run records of the machine and the checkout it runs in.
public final class Machine {
    private static final long GIT_SECONDS = 5;

    private Machine() {}

    /// The environment of this process; the arguments are what only the tensor library knows.
    public static Manifest.Environment environment(
            @Nullable String libtorch, @Nullable String blas, int threads, @Nullable String cpuCapability) {
        return new Manifest.Environment(
                System.getProperty("java.vm.name") + " " + System.getProperty("java.runtime.version"),
                libtorch,
                blas,
                threads,
                cpu(),
                cpuCapability,
                memoryBytes(),
                System.getProperty("os.name") + " " + System.getProperty("os.version") + " "
                        + System.getProperty("os.arch"));
    }

    private static String cpu() {
        try (var lines = Files.lines(Path.of("/proc/cpuinfo"), StandardCharsets.ISO_8859_1)) {
            return lines.filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse(System.getProperty("os.arch"));
        } catch (IOException e) {
            // Not Linux: the architecture is what there is.
            return System.getProperty("os.arch");
        }
    }

    private static long memoryBytes() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system
                ? system.getTotalMemorySize()
                : -1;
    }

    /// The revision of the checkout that `directory` lies in; empty when it lies in none, or without git.
    public static Optional<Manifest.Git> git(Path directory) {
        return output(directory, "git", "rev-parse", "HEAD")
                .filter(sha -> sha.matches("[0-9a-f]{40,64}"))
                .map(sha -> new Manifest.Git(
                        sha,
                        output(directory, "git", "status", "--porcelain", "--untracked-files=no")
                                .map(changes -> !changes.isEmpty())
                                .orElse(true)));
    }

    /// What a command prints; empty when it fails or takes too long.
    private static Optional<String> output(Path directory, String... command) {
        try {
            var process = new ProcessBuilder(command)
                    .directory(directory.toFile())
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            process.getOutputStream().close();
            var text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            if (!process.waitFor(GIT_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return Optional.empty();
            }
            return process.exitValue() == 0 ? Optional.of(text) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    /// The name of the machine, the same for all its processes.
    static String host() {
        try {
            return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
        } catch (IOException notLinux) {
            try {
                return InetAddress.getLocalHost().getHostName();
            } catch (UnknownHostException e) {
                return "unknown";
            }
        }
    }

    /// An id of the time since the machine was started; empty where the system has none.
    static String bootId() {
        try {
            return Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip();
        } catch (IOException e) {
            return "";
        }
    }
}
