package io.evenkeel.app;

import io.evenkeel.InputException;
import io.evenkeel.config.ConfigReader;
import io.evenkeel.data.fetch.Cache;
import io.evenkeel.gauntlet.Fault;
import io.evenkeel.gauntlet.Gauntlet;
import io.evenkeel.gauntlet.Strike;
import io.evenkeel.simulate.SimulationReport;
import io.evenkeel.simulate.Sweep;
import io.evenkeel.train.RunConfig;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `evenkeel gauntlet`: the same run under injected faults, or a simulation of many workers.
@Command(
        name = "gauntlet",
        description = "Trains the same run under injected faults, unprotected, with plain restarts, and under "
                + "the guard: what survived, at what cost. With --simulate, recovery policies for 8 to "
                + "12,288 workers instead.",
        footer = {"", "Exit codes: 0 the guard did what is asked of it, 1 it did not, 2 wrong usage or input."})
final class GauntletCommand implements Callable<Integer> {
    /// Longer than the two seconds between two writings of a run's status.
    private static final Duration PATIENCE = Duration.ofSeconds(8);

    @Parameters(
            arity = "0..1",
            paramLabel = "CONFIG",
            description = "YAML file of the run; default: a decoder of seconds.")
    @Nullable
    Path config;

    @Option(names = "--set", paramLabel = "KEY=VALUE", description = "Sets one key over the file; repeatable.")
    List<String> sets = new ArrayList<>();

    @Option(
            names = "--faults",
            paramLabel = "NAME",
            split = ",",
            description = "Only these, by name; default: all (--list shows them).")
    List<String> faults = new ArrayList<>();

    @Option(names = "--list", description = "List the faults and stop.")
    boolean list;

    @Option(
            names = "--clean-runs",
            paramLabel = "N",
            description = "Undisturbed runs with other seeds; default: ${DEFAULT-VALUE}.")
    int cleanRuns = 20;

    @Option(names = "--seed", paramLabel = "N", description = "Seed of the run; default: ${DEFAULT-VALUE}.")
    long seed = 1;

    @Option(
            names = "--jobs",
            paramLabel = "N",
            description = "Runs at a time; default: one a processor, each with one thread.")
    int jobs = Runtime.getRuntime().availableProcessors();

    @Option(
            names = "--out",
            paramLabel = "PATH",
            description = "Keep the runs in this new directory; with --simulate: write the figure (SVG) there.")
    @Nullable
    Path out;

    @Option(names = "--simulate", description = "Simulate recovery policies for many workers instead.")
    boolean simulate;

    @Mixin
    Output output;

    @Override
    public Integer call() {
        if (list) {
            for (var fault : Fault.values()) {
                output.result(String.format(Locale.ROOT, "%-22s %s", fault.label(), fault.description()));
            }
            output.document(List.of(Fault.values()).stream().map(Fault::label).toList());
            return 0;
        }
        return simulate ? simulate() : run();
    }

    private int run() {
        if (cleanRuns < 0 || jobs < 1) {
            throw new InputException(
                    "--clean-runs must be >= 0 and --jobs >= 1 but were " + cleanRuns + " and " + jobs);
        }
        var chosen = faults.isEmpty()
                ? List.of(Fault.values())
                : faults.stream().map(Strike::fault).toList();
        var directory = out == null ? temporary() : out;
        try {
            var report = new Gauntlet(
                            new Gauntlet.Options(configuration(), chosen, cleanRuns, seed, jobs, directory),
                            this::process,
                            Cache.directory(),
                            output.text()::println)
                    .run();
            output.result(report.table().stripTrailing());
            output.document(report);
            return report.passed() ? 0 : 1;
        } finally {
            if (out == null) {
                delete(directory);
            }
        }
    }

    private RunConfig configuration() {
        if (config == null) {
            return sets.isEmpty()
                    ? Gauntlet.defaultConfig()
                    : ConfigReader.read("", "defaults of the gauntlet", sets, Gauntlet.defaultConfig());
        }
        return ConfigReader.read(TrainCommand.read(config), config.toString(), sets, RunConfig.defaults());
    }

    /// A run in processes of its own, which write what they print beside it.
    private void process(Path yaml, Path run, Strike strike, int restarts) {
        var log = new File(run + ".log");
        var inject = List.of("--inject", strike.toString());
        var start = new ArrayList<>(List.of("train", yaml.toString(), "--out", run.toString()));
        start.addAll(inject);
        var resume = new ArrayList<>(List.of("resume", run.toString()));
        resume.addAll(inject);
        new Supervisor(run, PATIENCE, restarts, _ -> {})
                .supervise(
                        Supervisor.process(List.of(), start)
                                .redirectErrorStream(true)
                                .redirectOutput(Redirect.appendTo(log)),
                        Supervisor.process(List.of(), resume)
                                .redirectErrorStream(true)
                                .redirectOutput(Redirect.appendTo(log)));
    }

    private int simulate() {
        var report = SimulationReport.of(Sweep.Config.defaults());
        output.result("effective training-time ratio (95 % interval over seeds)");
        output.result(report.table().stripTrailing());
        if (out != null) {
            try {
                Files.writeString(out, report.svg());
            } catch (IOException e) {
                throw new InputException("figure " + out + " cannot be written: " + e.getMessage(), e);
            }
            output.result("figure: " + out);
        }
        var document = new LinkedHashMap<String, Object>();
        document.put("simulation", report.rows());
        output.document(document);
        return 0;
    }

    private static Path temporary() {
        try {
            return Files.createTempDirectory("evenkeel-gauntlet");
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make a directory for the runs: " + e.getMessage(), e);
        }
    }

    private static void delete(Path directory) {
        try (var tree = Files.walk(directory)) {
            for (var path : tree.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot delete " + directory + ": " + e.getMessage(), e);
        }
    }
}
