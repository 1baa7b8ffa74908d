package io.evenkeel.finding;

import io.evenkeel.detect.Event.Severity;
import io.evenkeel.plot.Axis;
import io.evenkeel.plot.Chart;
import io.evenkeel.plot.Html;
import java.util.List;
import java.util.Locale;

/// Diagnoses as one HTML file without references: the curve with its marked events, and the cards.
public final class HtmlCard {
    private static final int MOST_MARKS = 8;

    private HtmlCard() {}

    /// The page of some runs, in the order given.
    public static String of(List<RunDiagnosis> runs) {
        var html = new StringBuilder("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
                + "<meta name=\"viewport\" content=\"width=device-width\"><title>Evenkeel diagnosis</title><style>\n"
                + Html.STYLE + "</style></head><body>\n<h1>Diagnosis</h1>\n");
        if (runs.size() > 1) {
            summary(html, runs);
        }
        for (var i = 0; i < runs.size(); i++) {
            run(html, runs.get(i), i);
        }
        return html.append("</body></html>\n").toString();
    }

    private static void summary(StringBuilder html, List<RunDiagnosis> runs) {
        html.append("<table><tr><th>verdict<th>worst finding<th>run</tr>\n");
        for (var i = 0; i < runs.size(); i++) {
            var run = runs.get(i);
            html.append("<tr><td>")
                    .append(verdict(run))
                    .append("<td>")
                    .append(
                            run.findings().isEmpty()
                                    ? ""
                                    : Html.escape(run.findings().getFirst().kind()) + " from step "
                                            + run.findings().getFirst().step())
                    .append("<td><a href=\"#run")
                    .append(i)
                    .append("\">")
                    .append(Html.escape(run.info().id()))
                    .append("</a></tr>\n");
        }
        html.append("</table>\n");
    }

    private static String verdict(RunDiagnosis run) {
        return "<span class=\"verdict " + run.verdict().label() + "\">" + Card.word(run.verdict()) + "</span>";
    }

    private static void run(StringBuilder html, RunDiagnosis run, int index) {
        html.append("<h2 id=\"run")
                .append(index)
                .append("\">")
                .append(Html.escape(run.info().id()))
                .append("</h2>\n<p>")
                .append(verdict(run))
                .append(String.format(Locale.ROOT, " (%.0f %%): ", 100 * run.confidence()))
                .append(Html.escape(run.reason()))
                .append("</p>\n<p class=\"soft\">")
                .append(Html.escape(run.info().format().title()))
                .append(String.format(Locale.ROOT, ", %,d losses, last step %,d</p>%n", run.points(), run.lastStep()));
        run.info()
                .notes()
                .forEach(note -> html.append("<p class=\"soft\">")
                        .append(Html.escape(note))
                        .append("</p>\n"));
        if (run.curve().steps().length > 1) {
            html.append(chart(run)).append('\n');
        }
        html.append("<ol>\n");
        run.findings().forEach(finding -> finding(html, finding));
        html.append("</ol>\n");
        rules(html, run);
    }

    private static String chart(RunDiagnosis run) {
        var curve = run.curve();
        var chart = Chart.titled("Loss").x(Axis.linear("step")).y(Axis.linear("loss"));
        if (curve.perStretch() > 1) {
            chart = chart.subtitle("the largest of every " + curve.perStretch() + " points, and down to the smallest")
                    .band("loss", curve.steps(), curve.low(), curve.high());
        }
        chart = chart.line("loss", curve.steps(), curve.high());
        for (var finding :
                run.findings().subList(0, Math.min(MOST_MARKS, run.findings().size()))) {
            chart = chart.event(
                    finding.step(),
                    finding.kind(),
                    finding.endStep() != null
                            ? Chart.Tone.GOOD
                            : finding.severity().compareTo(Severity.DAMAGED) >= 0
                                    ? Chart.Tone.BAD
                                    : finding.severity() == Severity.WATCH ? Chart.Tone.WATCH : Chart.Tone.NOTE);
        }
        return chart.svg();
    }

    private static void finding(StringBuilder html, Finding finding) {
        html.append("<li><p><strong>")
                .append(Html.escape(finding.kind()))
                .append("</strong> <span class=\"soft\">")
                .append(finding.severityLabel())
                .append(String.format(
                        Locale.ROOT,
                        ", %.0f %%, from step %,d%s</span></p>",
                        100 * finding.confidence(),
                        finding.step(),
                        finding.endStep() == null ? "" : String.format(Locale.ROOT, " to %,d", finding.endStep())));
        paragraph(html, "", finding.evidence());
        finding.causes().forEach(cause -> paragraph(html, "Cause? ", Card.words(cause)));
        finding.remedies().forEach(remedy -> {
            html.append("<p><span class=\"soft\">Try </span>").append(Html.escape(remedy.text()));
            if (remedy.paper() != null) {
                html.append(" <span class=\"soft\">[")
                        .append(Html.escape(remedy.paper()))
                        .append("]</span>");
            }
            if (remedy.setting() != null) {
                html.append(" <code>").append(Html.escape(remedy.setting())).append("</code>");
            }
            if (remedy.measured() != null) {
                html.append(" <span class=\"soft\">measured: ")
                        .append(Html.escape(remedy.measured()))
                        .append("</span>");
            }
            html.append("</p>\n");
        });
        if (!finding.missing().isEmpty()) {
            paragraph(html, "To be surer: ", "this log lacks " + String.join(", ", finding.missing()));
        }
        html.append("</li>\n");
    }

    private static void paragraph(StringBuilder html, String label, String text) {
        html.append("<p><span class=\"soft\">")
                .append(label)
                .append("</span>")
                .append(Html.escape(text))
                .append("</p>\n");
    }

    private static void rules(StringBuilder html, RunDiagnosis run) {
        if (run.rules().isEmpty()) {
            return;
        }
        html.append("<table><tr><th>published rule<th>first alarm<th>alarms</tr>\n");
        run.rules()
                .forEach(rule -> html.append("<tr><td>")
                        .append(Html.escape(rule.rule()))
                        .append("<td>")
                        .append(rule.firstStep() == null ? "silent" : "step " + rule.firstStep())
                        .append("<td>")
                        .append(rule.alarms())
                        .append("</tr>\n"));
        html.append("</table>\n");
    }
}
