package io.evenkeel.app;

import io.evenkeel.train.TrainingRun;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `evenkeel resume RUN`.
@Command(
        name = "resume",
        description = "Continues a run from its newest valid checkpoint, to the bit as if it had never stopped.")
final class ResumeCommand implements Callable<Integer> {
    @Parameters(paramLabel = "RUN", description = "Directory of the run.")
    Path run = Path.of("");

    @Option(names = "--steps", paramLabel = "N", description = "Train to this step instead of the configured one.")
    @Nullable
    Long steps;

    @Option(
            names = "--allow-different-engine",
            description =
                    "Go on although threads, BLAS or libtorch differ from the start; results differ in last bits.")
    boolean allowDifferentEngine;

    @Mixin
    RunOptions options;

    @Override
    public Integer call() {
        return options.train(
                context -> TrainingRun.resume(run, steps, allowDifferentEngine, context),
                training -> training.config().train().timeLimit());
    }
}
