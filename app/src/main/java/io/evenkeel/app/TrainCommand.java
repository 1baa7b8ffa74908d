package io.evenkeel.app;

import io.evenkeel.InputException;
import io.evenkeel.config.ConfigReader;
import io.evenkeel.config.ConfigWriter;
import io.evenkeel.run.RunDirectory;
import io.evenkeel.run.RunIds;
import io.evenkeel.train.RunConfig;
import io.evenkeel.train.TrainingRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `evenkeel train`: the main job.
@Command(
        name = "train",
        description = "Trains a model; without CONFIG a small language model on the bundled English text.",
        footer = {
            "",
            "A signal (Ctrl-C) ends the run after the step at hand with a checkpoint; a second one at once.",
            "Exit codes: 0 done or stopped, 1 the run ended badly, 2 wrong usage or input."
        })
final class TrainCommand implements Callable<Integer> {
    private static final long LEAST_PATIENCE = 5;

    @Parameters(arity = "0..1", paramLabel = "CONFIG", description = "YAML file; what it leaves out has the default.")
    @Nullable
    Path config;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "Sets one key over the file, such as optimizer.lr=1e-3; repeatable.")
    List<String> sets = new ArrayList<>();

    @Option(names = "--out", paramLabel = "DIR", description = "Directory of the run; default: a new one under runs/.")
    @Nullable
    Path out;

    @Option(names = "--steps", paramLabel = "N", description = "Same as --set train.steps=N.")
    @Nullable
    Long steps;

    @Option(names = "--seed", paramLabel = "N", description = "Same as --set train.seed=N.")
    @Nullable
    Long seed;

    @Option(
            names = "--restarts",
            paramLabel = "N",
            description = "Train in a process of its own, and resume it up to N times when it ends badly, is killed "
                    + "or makes no step for --patience.")
    int restarts;

    @Option(
            names = "--patience",
            paramLabel = "SECONDS",
            description = "With --restarts: how long it may go without a step; default: ${DEFAULT-VALUE}.")
    long patience = 600;

    @Option(names = "--print-config", description = "Print the resolved configuration and stop.")
    boolean printConfig;

    @Mixin
    RunOptions options;

    @Spec
    CommandSpec spec;

    @Override
    public Integer call() {
        if (restarts < 0) {
            throw new InputException("--restarts must be >= 0 but was " + restarts);
        }
        // A run's status is written every two seconds.
        if (patience < LEAST_PATIENCE) {
            throw new InputException("--patience must be >= " + LEAST_PATIENCE + " but was " + patience);
        }
        var text = config == null ? "" : read(config);
        var resolved = ConfigReader.read(
                text, config == null ? "defaults" : config.toString(), overrides(), RunConfig.defaults());
        if (printConfig) {
            options.output.result(ConfigWriter.yaml(resolved).stripTrailing());
            options.output.document(resolved);
            return 0;
        }
        var path = out == null ? freshPath() : out;
        if (restarts > 0) {
            return supervise(path);
        }
        return options.train(
                context -> TrainingRun.start(resolved, path, config == null ? null : text, commandLine(), context),
                _ -> resolved.train().timeLimit());
    }

    /// The same command in a process of its own, resumed as long as it takes.
    private int supervise(Path path) {
        var words = new ArrayList<>(List.of("train"));
        if (config != null) {
            words.add(config.toString());
        }
        overrides().forEach(set -> words.addAll(List.of("--set", set)));
        words.addAll(List.of("--out", path.toString()));
        words.addAll(options.passedOn());
        var resume = new ArrayList<>(List.of("resume", path.toString()));
        resume.addAll(options.passedOn());
        var err = spec.commandLine().getErr();
        var supervisor = new Supervisor(path, Duration.ofSeconds(patience), restarts, line -> err.println(line));
        return supervisor
                .supervise(
                        Supervisor.process(List.of(), words).inheritIO(),
                        Supervisor.process(List.of(), resume).inheritIO())
                .exitCode();
    }

    private List<String> overrides() {
        var overrides = new ArrayList<>(sets);
        if (steps != null) {
            overrides.add("train.steps=" + steps);
        }
        if (seed != null) {
            overrides.add("train.seed=" + seed);
        }
        return overrides;
    }

    private List<String> commandLine() {
        var words = new ArrayList<>(List.of("evenkeel"));
        words.addAll(spec.root().commandLine().getParseResult().originalArgs());
        return words;
    }

    private Path freshPath() {
        var now = Instant.now();
        var name = config == null ? "default" : config.getFileName().toString().replaceAll("\\.ya?ml$", "");
        return RunDirectory.freshPath(Path.of("runs"), name, now, RunIds.next(now));
    }

    static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new InputException(
                    "configuration " + file + " cannot be read: "
                            + (Files.exists(file) ? e.getMessage() : "no such file"),
                    e);
        }
    }
}
