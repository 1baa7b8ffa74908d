package io.evenkeel.app;

import io.evenkeel.InputException;
import io.evenkeel.run.RunDirectory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// Keeps a run alive in a process of its own: one that ends badly or makes no more steps is ended and resumed from its
/// newest valid checkpoint.
///
/// Progress is the step in `status.json`, which the training process writes; a process that still writes heartbeats but
/// makes no step hangs as well.
final class Supervisor {
    private static final long POLL_MILLIS = 200;

    private final Path run;
    private final Duration patience;
    private final int maxRestarts;
    private final Consumer<String> log;

    /// @param run         directory of the run
    /// @param patience    how long it may go without a new step once it made one
    /// @param maxRestarts how often it is resumed
    /// @param log         hears of what is done
    Supervisor(Path run, Duration patience, int maxRestarts, Consumer<String> log) {
        this.run = run;
        this.patience = patience;
        this.maxRestarts = maxRestarts;
        this.log = log;
    }

    /// How a supervised run ended.
    ///
    /// @param exitCode of the last process
    /// @param restarts how often it was resumed
    /// @param hangs    how many of these were for want of progress
    record End(int exitCode, int restarts, int hangs) {}

    /// Runs until it ends well, ends with wrong input (exit code 2), or the restarts are spent.
    ///
    /// @param start  command line of the first process
    /// @param resume command line of those after it
    End supervise(ProcessBuilder start, ProcessBuilder resume) {
        var next = start;
        var hangs = 0;
        for (var restarts = 0; ; restarts++) {
            try {
                var process = next.start();
                var hung = watch(process);
                if (hung) {
                    hangs++;
                }
                var code = process.waitFor();
                if (code == 0 || code == 2 || restarts == maxRestarts || !Files.exists(run.resolve("manifest.json"))) {
                    return new End(code, restarts, hangs);
                }
                log.accept((hung ? "no step for " + patience.toSeconds() + " s" : "ended with code " + code)
                        + ", resuming (" + (restarts + 1) + " of " + maxRestarts + ")");
                next = resume;
            } catch (IOException e) {
                throw new UncheckedIOException("cannot start a training process: " + e.getMessage(), e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while a run was supervised", e);
            }
        }
    }

    /// Waits for the end of a process, or ends it when it makes no progress.
    ///
    /// @return whether it was ended for want of progress
    private boolean watch(Process process) throws InterruptedException {
        var lastStep = -1L;
        var since = 0L;
        while (!process.waitFor(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
            var step = step();
            if (step != lastStep) {
                lastStep = step;
                since = System.nanoTime();
            } else if (since != 0 && System.nanoTime() - since > patience.toNanos()) {
                process.destroyForcibly();
                return true;
            }
        }
        return false;
    }

    private long step() {
        try {
            return Files.exists(run.resolve("status.json"))
                    ? RunDirectory.open(run)
                            .status()
                            .map(status -> status.step())
                            .orElse(-1L)
                    : -1;
        } catch (InputException e) {
            // It is being written for the first time.
            return -1;
        }
    }

    /// A process of this program with the same JVM and class path.
    static ProcessBuilder process(List<String> jvmOptions, List<String> arguments) {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(option -> !option.startsWith("-agentlib") && !option.startsWith("-javaagent"))
                .toList());
        command.addAll(jvmOptions);
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(Main.class.getName());
        command.addAll(arguments);
        return new ProcessBuilder(command);
    }
}
