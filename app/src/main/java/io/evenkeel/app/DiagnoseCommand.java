package io.evenkeel.app;

import io.evenkeel.AtomicFile;
import io.evenkeel.InputException;
import io.evenkeel.detect.Event.Severity;
import io.evenkeel.finding.Card;
import io.evenkeel.finding.Comparison;
import io.evenkeel.finding.Diagnoser;
import io.evenkeel.finding.Finding;
import io.evenkeel.finding.HtmlCard;
import io.evenkeel.finding.RunDiagnosis;
import io.evenkeel.log.LogOptions;
import io.evenkeel.log.LogSource;
import io.evenkeel.log.Logs;
import io.evenkeel.train.StopRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `evenkeel diagnose`: verdict cards for any tool's logs.
@Command(
        name = "diagnose",
        description = "Reads training logs of any tool and says what went wrong, since when, on what evidence, "
                + "what may be behind it and what to try. Formats are recognised: run directories, "
                + "TensorBoard, CSV, TSV, JSON lines, Parquet, Hugging Face, W&B, Lightning, Keras, text "
                + "logs of common trainers, key=value lines, flight recorder dumps, Chrome traces, Spark "
                + "event logs; also .gz; directories are searched.",
        footer = {
            "",
            "  evenkeel diagnose runs/ --html report.html",
            "  evenkeel diagnose log.csv --map loss=train/nll --group-by run_id",
            "  python train.py | evenkeel diagnose -        lines such as step=12 loss=3.4",
            "",
            "Exit codes: 0 nothing at or above --fail-on, 1 something is, 2 nothing could be read."
        })
final class DiagnoseCommand implements Callable<Integer> {
    private static final long FOLLOW_MILLIS = 500;
    private static final int MOST_CARDS = 3;

    @Parameters(arity = "1..*", paramLabel = "PATH", description = "Files or directories; - is standard input.")
    List<String> paths = new ArrayList<>();

    @Option(
            names = "--map",
            paramLabel = "SERIES=NAME",
            description = "What the log calls a series, such as loss=train/nll, step=it, grad-norm=gn; repeatable.")
    List<String> map = new ArrayList<>();

    @Option(
            names = "--group-by",
            paramLabel = "COLUMN",
            split = ",",
            description = "Column or columns that tell the runs of one file apart.")
    List<String> groupBy = new ArrayList<>();

    @Option(
            names = "--fail-on",
            paramLabel = "SEVERITY",
            description = "Exit with 1 from this severity on: note, watch, damaged or fatal; default: damaged.")
    Severity failOn = Severity.DAMAGED;

    @Option(names = "--html", paramLabel = "FILE", description = "Also write a page with the curves, events marked.")
    @Nullable
    Path html;

    @Option(
            names = "--follow",
            description = "Keep reading what is added, and print findings as they appear; Ctrl-C ends with the card.")
    boolean follow;

    @Option(names = "--compare", description = "Compare two runs: where they part.")
    boolean compare;

    @Option(
            names = "--tolerance",
            paramLabel = "SHARE",
            description = "With --compare: relative difference that does not count; default: ${DEFAULT-VALUE}.")
    double tolerance = 0.01;

    @Mixin
    Output output;

    @Override
    public Integer call() {
        var options = new LogOptions(LogOptions.parseMap(map), groupBy, follow, LogOptions.Limits.defaults());
        if (compare) {
            return compare(options);
        }
        var diagnoser = follow
                ? Diagnoser.live((info, finding) -> output.text().println(info.id() + ": " + live(finding)))
                : new Diagnoser();
        var stop = new StopRequest(null);
        if (follow) {
            Interrupts.stopOnSignal(stop);
        }
        var sources = open(options, diagnoser);
        try {
            read(sources, diagnoser);
            // Standard input has been read to its end by now.
            while (follow && !paths.equals(List.of("-")) && stop.reason() == null && pause()) {
                read(sources, diagnoser);
            }
        } finally {
            sources.forEach(LogSource::close);
        }
        var evidence = new Evidence();
        var runs = diagnoser.worstFirst().stream()
                .map(run -> run.withRemedies(evidence::of))
                .toList();
        diagnoser.warnings().forEach(warning -> output.error("evenkeel: " + warning));
        if (runs.isEmpty()) {
            throw new InputException("nothing could be read as a training log in " + String.join(", ", paths));
        }
        print(runs);
        if (html != null) {
            write(html, HtmlCard.of(runs));
        }
        return runs.stream().anyMatch(run -> run.reaches(failOn)) ? 1 : 0;
    }

    private List<LogSource> open(LogOptions options, Diagnoser diagnoser) {
        var sources = new ArrayList<LogSource>();
        for (var path : paths) {
            if (path.equals("-")) {
                sources.add(Logs.open(System.in, "standard input", options));
            } else {
                sources.addAll(Logs.open(Path.of(path), options, diagnoser::warning));
            }
        }
        return sources;
    }

    private static void read(List<LogSource> sources, Diagnoser diagnoser) {
        for (var source : sources) {
            try {
                source.read(diagnoser);
            } catch (InputException e) {
                if (sources.size() == 1) {
                    throw e;
                }
                diagnoser.warning(String.valueOf(e.getMessage()));
            }
        }
    }

    /// @return false when it was interrupted
    private static boolean pause() {
        try {
            Thread.sleep(FOLLOW_MILLIS);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static String live(Finding finding) {
        return String.format(
                Locale.ROOT,
                "step %,d  %s  %s  %s",
                finding.step(),
                finding.severityLabel(),
                finding.kind(),
                finding.evidence());
    }

    private void print(List<RunDiagnosis> runs) {
        if (output.json) {
            runs.forEach(run -> output.document(json(run)));
            return;
        }
        if (runs.size() == 1) {
            output.result(Card.of(runs.getFirst()).stripTrailing());
            return;
        }
        output.result(Card.table(runs));
        runs.stream()
                .filter(run -> run.reaches(Severity.DAMAGED))
                .limit(MOST_CARDS)
                .forEach(run -> output.result(Card.of(run)));
    }

    private int compare(LogOptions options) {
        if (paths.size() != 2 || paths.contains("-")) {
            throw new InputException("--compare must have two files or directories but had " + paths.size());
        }
        var comparison = Comparison.of(Path.of(paths.get(0)), Path.of(paths.get(1)), options, tolerance);
        output.result(comparison.text(paths.get(0), paths.get(1)).stripTrailing());
        output.document(comparison);
        return comparison.verdict().equals("differ") ? 1 : 0;
    }

    private static void write(Path file, String text) {
        try {
            AtomicFile.write(file, text.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new InputException("page " + file + " cannot be written: " + e.getMessage(), e);
        }
    }

    private static Map<String, @Nullable Object> json(RunDiagnosis run) {
        var json = new LinkedHashMap<String, @Nullable Object>();
        json.put("run", run.info().id());
        json.put("verdict", run.verdict().label());
        json.put("confidence", run.confidence());
        json.put("reason", run.reason());
        json.put("points", run.points());
        json.put("lastStep", run.lastStep());
        json.put("loss", run.loss());
        json.put("format", run.info().format().title());
        json.put("findings", run.findings().stream().map(DiagnoseCommand::json).toList());
        json.put("rules", run.rules());
        json.put("missing", run.info().missing());
        json.put("notes", run.info().notes());
        return json;
    }

    private static Map<String, @Nullable Object> json(Finding finding) {
        var json = new LinkedHashMap<String, @Nullable Object>();
        json.put("kind", finding.kind());
        json.put("step", finding.step());
        json.put("endStep", finding.endStep());
        json.put("seconds", finding.seconds());
        json.put("times", finding.times());
        json.put("severity", finding.severityLabel());
        json.put("confidence", finding.confidence());
        json.put("subject", finding.subject());
        json.put("evidence", finding.evidence());
        json.put("causes", finding.causes());
        json.put("remedies", finding.remedies());
        json.put("missing", finding.missing());
        return json;
    }
}
