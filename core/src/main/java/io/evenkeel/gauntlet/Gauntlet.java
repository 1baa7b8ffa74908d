package io.evenkeel.gauntlet;

import io.evenkeel.InputException;
import io.evenkeel.config.ConfigReader;
import io.evenkeel.config.ConfigWriter;
import io.evenkeel.train.Interventions;
import io.evenkeel.train.RunConfig;
import io.evenkeel.train.StopRequest;
import io.evenkeel.train.TrainListener;
import io.evenkeel.train.TrainingRun;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The same run again and again: undisturbed, and under every fault with and without protection.
///
/// Runs whose fault ends or stops the process take place in processes of their own; the others here, some at a time.
public final class Gauntlet {
    private static final int WORKERS = 4;
    private static final Duration HEARTBEAT = Duration.ofMillis(500);

    private final Options options;
    private final Processes processes;
    private final Path cache;
    private final Consumer<String> log;

    /// What is run.
    ///
    /// @param config    the run
    /// @param faults    what happens to it
    /// @param cleanRuns undisturbed runs with different seeds, to count actions that nothing called for
    /// @param seed      of the run; the next ones are those of the clean runs
    /// @param jobs      runs at a time
    /// @param directory where the runs are kept
    public record Options(RunConfig config, List<Fault> faults, int cleanRuns, long seed, int jobs, Path directory) {}

    /// Starts runs in processes of their own.
    public interface Processes {
        /// Trains to the end.
        ///
        /// @param config   configuration file
        /// @param run      the directory of the run, new
        /// @param restarts how often a process that ended or hangs is resumed
        void train(Path config, Path run, Strike strike, int restarts);
    }

    /// @param processes for faults that end a process
    /// @param cache     where prepared data is kept
    /// @param log       hears a line a run
    public Gauntlet(Options options, Processes processes, Path cache, Consumer<String> log) {
        this.options = options;
        this.processes = processes;
        this.cache = cache;
        this.log = log;
    }

    /// The configuration that is disturbed by default.
    public static RunConfig defaultConfig() {
        try (var yaml = Objects.requireNonNull(Gauntlet.class.getResourceAsStream("gauntlet.yaml"))) {
            var text = new String(yaml.readAllBytes(), StandardCharsets.UTF_8);
            return ConfigReader.read(text, "gauntlet.yaml", List.of(), RunConfig.defaults());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// One run.
    private record Trial(
            String name, Protection protection, @Nullable Strike strike, long seed) {}

    /// Runs everything.
    public GauntletReport run() {
        requireRoom();
        var undisturbed = new Trial("undisturbed", Protection.GUARD, null, options.seed());
        var trials = new ArrayList<>(List.of(undisturbed));
        for (var fault : options.faults()) {
            var strike = new Strike(
                    fault,
                    FaultInjector.step(
                            options.seed() + fault.ordinal(),
                            options.config().train().steps()),
                    options.seed());
            for (var protection : Protection.values()) {
                if (protection != Protection.RESTART || !endsTheProcess(fault)) {
                    trials.add(new Trial(fault.label() + "-" + protection.label(), protection, strike, options.seed()));
                }
            }
        }
        for (var i = 1; i <= options.cleanRuns(); i++) {
            trials.add(new Trial("clean-" + i, Protection.GUARD, null, options.seed() + i));
        }
        var accounts = runAll(trials);
        var reference = Objects.requireNonNull(accounts.get(undisturbed));
        var rows = trials.stream()
                .filter(trial -> trial.strike() != null)
                .map(trial -> row(trial, Objects.requireNonNull(accounts.get(trial)), reference))
                .toList();
        var clean = trials.stream()
                .filter(trial -> trial.strike() == null)
                .map(accounts::get)
                .filter(Objects::nonNull)
                .toList();
        return GauntletReport.of(rows, clean, reference);
    }

    private void requireRoom() {
        var directory = options.directory();
        try {
            Files.createDirectories(directory);
            try (var children = Files.list(directory)) {
                if (children.findAny().isPresent()) {
                    throw new InputException(
                            "directory of the gauntlet must be new or empty but was one with files in it (" + directory
                                    + ")");
                }
            }
        } catch (IOException e) {
            throw new InputException(directory + " cannot be used: " + e.getMessage(), e);
        }
    }

    private static boolean endsTheProcess(Fault fault) {
        return fault.kind() == Fault.Kind.PROCESS || fault.kind() == Fault.Kind.CHECKPOINT;
    }

    private Map<Trial, Account> runAll(List<Trial> trials) {
        var accounts = new LinkedHashMap<Trial, Account>();
        // Workers are judged by their times, so a run with several has the machine for itself.
        var alone = trials.stream().collect(Collectors.partitioningBy(Gauntlet::needsWorkers));
        runAll(alone.getOrDefault(false, List.of()), options.jobs(), accounts);
        runAll(alone.getOrDefault(true, List.of()), 1, accounts);
        return accounts;
    }

    private static boolean needsWorkers(Trial trial) {
        return trial.strike() != null && trial.strike().fault().kind() == Fault.Kind.WORKER;
    }

    private void runAll(List<Trial> trials, int jobs, Map<Trial, Account> accounts) {
        try (var pool = Executors.newFixedThreadPool(jobs)) {
            var futures = new LinkedHashMap<Trial, Future<Account>>();
            for (var trial : trials) {
                Callable<Account> job = () -> account(trial);
                futures.put(trial, pool.submit(job));
            }
            futures.forEach((trial, future) -> accounts.put(trial, result(trial, future)));
        }
    }

    private static Account result(Trial trial, Future<Account> future) {
        try {
            return future.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted in the run " + trial.name(), e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof InputException wrong) {
                throw wrong;
            }
            throw new IllegalStateException("the run " + trial.name() + " could not be done: " + e.getCause(), e);
        }
    }

    private Account account(Trial trial) {
        var train = options.config().train().withSeed(trial.seed());
        var config = options.config()
                .withTrain(needsWorkers(trial) ? train.withWorkers(WORKERS, HEARTBEAT) : train)
                .withGuard(trial.protection().guard(options.config().guard()));
        var run = options.directory().resolve(trial.name());
        var strike = trial.strike();
        if (strike != null && endsTheProcess(strike.fault())) {
            processes.train(write(config, trial), run, strike, trial.protection() == Protection.GUARD ? 3 : 0);
        } else {
            trainHere(config, run, strike);
        }
        var account = Account.of(run, strike == null ? 0 : strike.step());
        log.accept(String.format("%-28s %s", trial.name(), account.summary()));
        return account;
    }

    private Path write(RunConfig config, Trial trial) {
        try {
            return Files.writeString(options.directory().resolve(trial.name() + ".yaml"), ConfigWriter.yaml(config));
        } catch (IOException e) {
            throw new InputException(options.directory() + " cannot be written: " + e.getMessage(), e);
        }
    }

    /// A run that ends with an error has left a directory that says so.
    private void trainHere(RunConfig config, Path run, @Nullable Strike strike) {
        var faults = strike == null ? Interventions.NONE : new FaultInjector(strike);
        var context = new TrainingRun.Context(TrainListener.SILENT, faults, cache);
        try (var training = TrainingRun.start(config, run, null, List.of("gauntlet"), context)) {
            training.train(new StopRequest(null));
        } catch (InputException e) {
            throw e;
        } catch (RuntimeException e) {
            log.accept(run.getFileName() + " ended with: " + e.getMessage());
        }
    }

    private static GauntletReport.Row row(Trial trial, Account account, Account reference) {
        var strike = Objects.requireNonNull(trial.strike());
        return new GauntletReport.Row(
                strike.fault().label(),
                trial.protection() == Protection.GUARD,
                trial.protection().label(),
                strike.step(),
                account.detectedAfterSteps(),
                account.action(),
                account.survived(),
                account.stepsLost(),
                account.secondsLost(),
                account.effectiveTimeRatio(),
                account.valLoss(),
                account.valLoss() == null || reference.valLoss() == null
                        ? null
                        : account.valLoss() - reference.valLoss(),
                account.verdict());
    }
}
