package io.evenkeel.app;

import io.evenkeel.InputException;
import io.evenkeel.config.ConfigReader;
import io.evenkeel.study.ConfigSweep;
import io.evenkeel.study.Grid;
import io.evenkeel.study.LrSweep;
import io.evenkeel.study.Results;
import io.evenkeel.study.Scale;
import io.evenkeel.study.Training;
import io.evenkeel.train.RunConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `evenkeel sweep`: how sensitive configurations are to their learning rate.
@Command(
        name = "sweep",
        description = "Trains configurations over a grid of learning rates and seeds, without a guard, and tells how"
                + " much each loses when its rate is off (learning-rate sensitivity).",
        footer = {"", "Exit codes: 0 all runs were made, 1 some are missing, 2 wrong usage or input."})
final class SweepCommand implements Callable<Integer> {
    @Parameters(
            arity = "1..*",
            paramLabel = "CONFIG",
            description = "YAML files of runs; several are compared, each on the same grid.")
    List<Path> files = List.of();

    @Option(
            names = "--lr",
            paramLabel = "RATE",
            split = ",",
            description = "Peak learning rates; default: ${DEFAULT-VALUE}.")
    List<Double> rates = List.of(1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2);

    @Option(names = "--seeds", paramLabel = "N", description = "Runs a rate; default: ${DEFAULT-VALUE}.")
    int seeds = 3;

    @Option(names = "--set", paramLabel = "KEY=VALUE", description = "Sets one key over all files; repeatable.")
    List<String> sets = new ArrayList<>();

    @Option(names = "--out", paramLabel = "FILE", description = "Write the figure (SVG) there.")
    @Nullable
    Path out;

    @Option(names = "--serve", hidden = true, description = "Runs trials for another process.")
    boolean serve;

    @Mixin
    StudyRun.Jobs jobs;

    @Mixin
    Output output;

    @Override
    public Integer call() {
        var grid = Grid.of(sweep(), Scale.FULL);
        if (serve) {
            StudyServe.serve(grid, output);
            return 0;
        }
        var session = jobs.laboratory(output).run(grid, StudyRun.serving(arguments()));
        session.broken().forEach(each -> output.error("broken: " + each));
        if (session.unrun() > 0) {
            output.error(session.unrun() + " runs were not made; the same command goes on with them");
        }
        show(session.results());
        return session.isComplete() ? 0 : 1;
    }

    private ConfigSweep sweep() {
        var configs = new LinkedHashMap<String, RunConfig>();
        for (var file : files) {
            var name = String.valueOf(file.getFileName());
            if (configs.put(
                            name,
                            ConfigReader.read(TrainCommand.read(file), file.toString(), sets, RunConfig.defaults()))
                    != null) {
                throw new InputException("files must have different names but two are " + name);
            }
        }
        try {
            return new ConfigSweep(configs, rates, seeds);
        } catch (IllegalArgumentException e) {
            throw new InputException(String.valueOf(e.getMessage()), e);
        }
    }

    private List<String> arguments() {
        var words = new ArrayList<>(List.of("sweep", "--serve", "--seeds", Integer.toString(seeds)));
        rates.forEach(rate -> words.add("--lr=" + rate));
        sets.forEach(set -> words.add("--set=" + set));
        files.forEach(file -> words.add(file.toString()));
        return words;
    }

    private void show(Results results) {
        var sweep = new LrSweep(results);
        if (results.isEmpty()) {
            output.document(Map.of("arms", List.of(), "runs", List.of()));
            return;
        }
        var table = sweep.table("");
        Columns.of(table.header(), table.rows()).forEach(output::result);
        if (out != null) {
            try {
                Files.writeString(
                        out,
                        sweep.chart("Held-out loss by peak learning rate", "").svg());
            } catch (IOException e) {
                throw new InputException("figure " + out + " cannot be written: " + e.getMessage(), e);
            }
            output.result("figure: " + out);
        }
        var document = new LinkedHashMap<String, Object>();
        document.put("arms", results.arms().stream().map(arm -> arm(sweep, arm)).toList());
        document.put(
                "runs",
                results.all().stream()
                        .map(run -> {
                            var row = new LinkedHashMap<String, Object>();
                            row.put("arm", run.arm());
                            row.put("lr", Double.valueOf(run.factors().getOrDefault(LrSweep.LR, "NaN")));
                            row.put("seed", run.seed());
                            row.put("initial", finite(run.measured().number(Training.INITIAL)));
                            row.put("final", finite(run.measured().number(Training.FINAL)));
                            return row;
                        })
                        .toList());
        output.document(document);
    }

    private static Map<String, @Nullable Object> arm(LrSweep sweep, String arm) {
        var sensitivity = sweep.sensitivity(arm);
        var row = new LinkedHashMap<String, @Nullable Object>();
        row.put("arm", arm);
        row.put("sensitivity", finite(sensitivity.value()));
        row.put("low", finite(sensitivity.low()));
        row.put("high", finite(sensitivity.high()));
        row.put("seeds", sensitivity.n());
        return row;
    }

    private static @Nullable Double finite(double value) {
        return Double.isFinite(value) ? Double.valueOf(value) : null;
    }
}
