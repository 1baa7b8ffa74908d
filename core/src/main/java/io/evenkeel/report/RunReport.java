package io.evenkeel.report;

import io.evenkeel.config.ConfigDiff;
import io.evenkeel.config.ConfigReader;
import io.evenkeel.metric.MetricHistory;
import io.evenkeel.metric.SeriesNames;
import io.evenkeel.plot.Html;
import io.evenkeel.run.RunDirectory;
import io.evenkeel.run.RunEvent;
import io.evenkeel.train.Outcome;
import io.evenkeel.train.RunConfig;
import io.evenkeel.train.RunSummary;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Runs as one HTML file without references: what became of them, the loss with what happened, the findings that
/// matter, what was done and what it cost; then all curves by group, decisions, checkpoints, configurations and their
/// differences.
public final class RunReport {
    private static final int MOST_FINDINGS = 3;
    private static final String STYLE = """
            dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem; margin: .5rem 0; }
            dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
            figure { margin: 1.2rem 0; }
            .grid { display: grid; grid-template-columns: repeat(auto-fit, minmax(24rem, 1fr)); gap: 0 1.5rem; } pre { overflow-x: auto; font-size: .85em; }
            nav a { margin-right: .8rem; } .top { margin-top: .5rem; }
            td:last-child { overflow-wrap: anywhere; } td { vertical-align: top; } details { margin: .5rem 0; }
            @media print { nav { display: none; } figure { break-inside: avoid; } }
            """;

    private final StringBuilder html = new StringBuilder();
    private final List<Shown> runs = new ArrayList<>();

    /// @param outcome what became of it
    private record Shown(RunDirectory directory, Outcome outcome, List<RunEvent> events) {
        String name() {
            return directory.manifest().name();
        }
    }

    private RunReport(List<RunDirectory> directories) {
        for (var directory : directories) {
            runs.add(new Shown(directory, RunSummary.of(directory), directory.events()));
        }
    }

    /// The page of one run, or of several beside each other.
    ///
    /// @param directories at least one
    /// @throws io.evenkeel.InputException when one of them is damaged
    public static String of(List<RunDirectory> directories) {
        return new RunReport(directories).page();
    }

    private String page() {
        var first = runs.getFirst();
        var title = runs.size() == 1 ? first.name() : runs.size() + " runs";
        var charts = new ReportCharts(runs.stream()
                .map(run -> ReportCharts.Run.of(run.directory(), label(run)))
                .toList());
        html.append("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">")
                .append("<meta name=\"viewport\" content=\"width=device-width\"><title>")
                .append(Html.escape(title))
                .append("</title><style>\n")
                .append(Html.STYLE)
                .append(STYLE)
                .append("</style></head><body>\n<h1>")
                .append(Html.escape(title))
                .append("</h1>\n");
        verdicts();
        figure(charts.loss());
        runs.forEach(this::findings);
        runs.forEach(this::done);
        runs.forEach(this::identity);
        var groups = charts.byGroup();
        html.append("<nav>");
        groups.keySet()
                .forEach(group -> html.append("<a href=\"#")
                        .append(anchor(group))
                        .append("\">")
                        .append(group)
                        .append("</a>"));
        html.append("</nav>\n");
        groups.forEach((group, figures) -> {
            html.append("<h2 id=\"")
                    .append(anchor(group))
                    .append("\">")
                    .append(group)
                    .append("</h2>\n");
            html.append("<div class=\"grid\">\n");
            figures.forEach(this::figure);
            html.append("</div>\n");
        });
        runs.forEach(this::checkpoints);
        runs.forEach(this::events);
        differences();
        runs.forEach(this::configuration);
        return html.append("</body></html>\n").toString();
    }

    private static String anchor(String group) {
        return group.toLowerCase(Locale.ROOT);
    }

    /// Unique among the runs: names may be the same.
    private String label(Shown run) {
        var same =
                runs.stream().filter(other -> other.name().equals(run.name())).count();
        return same == 1 ? run.name() : run.name() + " (" + (runs.indexOf(run) + 1) + ")";
    }

    private String heading(String text, Shown run) {
        return "<h2>" + text + (runs.size() == 1 ? "" : ": " + Html.escape(label(run))) + "</h2>\n";
    }

    private void figure(String svg) {
        html.append("<figure>").append(svg).append("</figure>\n");
    }

    private void verdicts() {
        for (var run : runs) {
            var outcome = run.outcome();
            html.append("<p class=\"top\"><span class=\"verdict ")
                    .append(Html.escape(outcome.verdict()))
                    .append("\">")
                    .append(Html.escape(outcome.verdict().toUpperCase(Locale.ROOT)))
                    .append("</span> ")
                    .append(runs.size() == 1 ? "" : Html.escape(label(run)) + ": ")
                    .append(String.format(
                            Locale.ROOT,
                            "step %,d of %,d, training loss %s, held-out loss %s",
                            outcome.step(),
                            outcome.totalSteps(),
                            number(outcome.trainLoss()),
                            number(outcome.valLoss())))
                    .append(outcome.stopped() == null ? "" : ". " + Html.escape(outcome.stopped()))
                    .append("</p>\n");
        }
    }

    private void findings(Shown run) {
        var worst = ReportCharts.worst(run.events());
        html.append(heading("What was found", run));
        if (worst.isEmpty()) {
            html.append("<p class=\"soft\">Nothing.</p>\n");
            return;
        }
        html.append("<ol>\n");
        worst.stream()
                .limit(MOST_FINDINGS)
                .forEach(event -> html.append("<li><p><strong>")
                        .append(Html.escape(event.kind()))
                        .append("</strong> at step ")
                        .append(String.format(Locale.ROOT, "%,d", event.step()))
                        .append(", ")
                        .append(
                                event.severity() == null
                                        ? ""
                                        : event.severity().name().toLowerCase(Locale.ROOT))
                        .append("</p><p>")
                        .append(Html.escape(event.text()))
                        .append("</p></li>\n"));
        html.append("</ol>\n<p class=\"soft\">")
                .append(worst.size())
                .append(" in all. <code>evenkeel diagnose ")
                .append(Html.escape(run.directory().path().toString()))
                .append("</code> tells causes and remedies.</p>\n");
    }

    /// What the program did by itself, and how many steps it did again for it.
    private void done(Shown run) {
        var acts = run.events().stream().filter(RunReport::isAct).toList();
        html.append(heading("What was done", run));
        if (acts.isEmpty()) {
            html.append("<p class=\"soft\">Nothing had to be.</p>\n");
            return;
        }
        html.append("<p>")
                .append(acts.size())
                .append(" times; ")
                .append(again(run.directory().metrics()))
                .append("</p>\n");
        table(
                List.of("step", "what", "in words"),
                acts,
                event -> List.of(String.format(Locale.ROOT, "%,d", event.step()), event.kind(), event.text()));
    }

    private static boolean isAct(RunEvent event) {
        return List.of(
                        "skip",
                        "rollback",
                        "rewarm",
                        "lr_change",
                        "reset_moments",
                        "raise_precision",
                        "halt",
                        "decision",
                        "recovered")
                .contains(event.kind());
    }

    /// Steps that a rollback has superseded.
    private static String again(MetricHistory metrics) {
        var steps = metrics.series(SeriesNames.LOSS).branches().stream()
                .mapToInt(branch -> branch.steps().length)
                .sum();
        return steps == 0
                ? "no step was done again."
                : String.format(Locale.ROOT, "%,d steps were done again for it.", steps);
    }

    private void identity(Shown run) {
        var manifest = run.directory().manifest();
        var environment = manifest.environment();
        html.append(heading("The run", run)).append("<dl>\n");
        row("directory", run.directory().path().toString());
        row("id", manifest.runId().toString());
        row("created", manifest.created().toString());
        row("command", String.join(" ", manifest.commandLine()));
        row(
                "model",
                String.format(Locale.ROOT, "%,d parameters", manifest.model().parameters()));
        row("data", manifest.data().id());
        row("seed", Long.toString(manifest.seed()));
        row(
                "engine",
                "libtorch " + environment.libtorch() + ", " + environment.blas() + ", " + environment.threads()
                        + " threads, " + environment.cpu());
        row(
                "speed",
                run.outcome().tokensPerSecond() == null
                        ? "-"
                        : String.format(
                                Locale.ROOT,
                                "%,.0f tokens a second",
                                run.outcome().tokensPerSecond()));
        row(
                "hash of the weights",
                run.outcome().stateHash() == null ? "-" : run.outcome().stateHash());
        html.append("</dl>\n");
    }

    private void row(String name, String value) {
        html.append("<dt>")
                .append(Html.escape(name))
                .append("</dt><dd>")
                .append(Html.escape(value))
                .append("</dd>\n");
    }

    private void checkpoints(Shown run) {
        html.append(heading("Checkpoints", run));
        table(
                List.of("step", "health", "held-out loss"),
                run.outcome().checkpoints(),
                checkpoint -> List.of(
                        String.format(Locale.ROOT, "%,d", checkpoint.step()),
                        checkpoint.healthy() ? "healthy" : "not yet: " + checkpoint.reason(),
                        number(checkpoint.valLoss())));
    }

    private void events(Shown run) {
        html.append(heading("Everything that happened", run))
                .append("<details><summary>")
                .append(run.events().size())
                .append(" events</summary>\n");
        table(
                List.of("step", "time", "kind", "in words"),
                run.events(),
                event -> List.of(
                        String.format(Locale.ROOT, "%,d", event.step()),
                        event.time().toString(),
                        event.kind(),
                        event.text()));
        html.append("</details>\n");
    }

    private <T> void table(List<String> header, List<T> rows, Function<T, List<String>> cells) {
        html.append("<table><tr>");
        header.forEach(cell -> html.append("<th>").append(Html.escape(cell)));
        html.append("</tr>\n");
        for (var each : rows) {
            html.append("<tr>");
            cells.apply(each).forEach(cell -> html.append("<td>").append(Html.escape(cell)));
            html.append("</tr>\n");
        }
        html.append("</table>\n");
    }

    /// Of each run from the first.
    private void differences() {
        for (var run : runs.subList(1, runs.size())) {
            html.append("<h2>")
                    .append(Html.escape(label(run)))
                    .append(" differs from ")
                    .append(Html.escape(label(runs.getFirst())))
                    .append("</h2>\n<pre>");
            ConfigDiff.between(config(runs.getFirst()), config(run))
                    .forEach(difference ->
                            html.append(Html.escape(difference.toString())).append('\n'));
            html.append("</pre>\n");
        }
    }

    private static RunConfig config(Shown run) {
        return ConfigReader.read(
                run.directory().config(), run.directory().path() + "/config.yaml", List.of(), RunConfig.defaults());
    }

    private void configuration(Shown run) {
        html.append(heading("Configuration", run))
                .append("<details><summary>config.yaml</summary><pre>")
                .append(Html.escape(run.directory().config()))
                .append("</pre></details>\n");
    }

    private static String number(@Nullable Double value) {
        return value == null ? "-" : String.format(Locale.ROOT, "%.4f", value);
    }
}
