package io.evenkeel.finding;

import io.evenkeel.detect.Verdict;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// A diagnosis as plain text: the verdict first, then the findings that matter, each with what to do.
public final class Card {
    private static final int MOST_FINDINGS = 8;
    private static final int WIDTH = 110;
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

    private Card() {}

    /// The word for a verdict: where nothing can be told it says so.
    static String word(Verdict verdict) {
        return verdict == Verdict.UNKNOWN ? "cannot tell" : verdict.label();
    }

    /// The card of one run.
    public static String of(RunDiagnosis run) {
        var text = new StringBuilder();
        line(text, "%s: %s (%.0f %%), %s", run.info().id(), word(run.verdict()), 100 * run.confidence(), run.reason());
        line(
                text,
                "  %s, %,d losses, last step %,d%s",
                run.info().format().title(),
                run.points(),
                run.lastStep(),
                run.loss() == null ? "" : String.format(Locale.ROOT, ", last loss %.4g", run.loss()));
        run.info().notes().forEach(note -> wrap(text, "  note: ", note));
        if (!run.info().missing().isEmpty()) {
            wrap(text, "  not in this log: ", String.join(", ", run.info().missing()));
        }
        var number = 1;
        for (var finding :
                run.findings().subList(0, Math.min(MOST_FINDINGS, run.findings().size()))) {
            text.append('\n');
            finding(text, number++, finding);
        }
        if (run.findings().size() > MOST_FINDINGS) {
            line(
                    text,
                    "%n  and %d lesser findings (--json has all)",
                    run.findings().size() - MOST_FINDINGS);
        }
        rules(text, run);
        return text.toString();
    }

    private static void finding(StringBuilder text, int number, Finding finding) {
        line(
                text,
                "  %d. %s  %s, %.0f %%, from step %,d%s%s%s",
                number,
                finding.kind(),
                finding.severityLabel(),
                100 * finding.confidence(),
                finding.step(),
                finding.seconds() == null
                        ? ""
                        : " (" + TIME.format(Instant.ofEpochMilli((long) (finding.seconds() * 1e3))) + ")",
                finding.endStep() == null ? "" : String.format(Locale.ROOT, " to %,d", finding.endStep()),
                finding.times() > 1 ? ", " + finding.times() + " times" : "");
        wrap(text, "     ", finding.evidence());
        var causes = finding.causes();
        for (var i = 0; i < causes.size(); i++) {
            wrap(text, i == 0 ? "     cause?  " : "     or      ", words(causes.get(i)));
        }
        for (var i = 0; i < finding.remedies().size(); i++) {
            wrap(
                    text,
                    i == 0 ? "     try     " : "     then    ",
                    words(finding.remedies().get(i)));
        }
        if (!finding.missing().isEmpty()) {
            wrap(text, "     to be surer: ", "this log lacks " + String.join(", ", finding.missing()));
        }
    }

    static String words(Finding.Cause cause) {
        return cause.text()
                + (cause.speaksFor().isEmpty() ? "" : "; for it: " + String.join(", ", cause.speaksFor()))
                + (cause.speaksAgainst().isEmpty() ? "" : "; against it: " + String.join(", ", cause.speaksAgainst()));
    }

    static String words(Finding.Remedy remedy) {
        return remedy.text()
                + (remedy.paper() == null ? "" : " [" + remedy.paper() + "]")
                + (remedy.setting() == null ? "" : " {" + remedy.setting() + "}")
                + (remedy.measured() == null ? "" : "; measured: " + remedy.measured());
    }

    private static void rules(StringBuilder text, RunDiagnosis run) {
        var fired =
                run.rules().stream().filter(rule -> rule.firstStep() != null).toList();
        if (run.rules().isEmpty()) {
            return;
        }
        text.append('\n');
        wrap(
                text,
                "  published rules: ",
                fired.isEmpty()
                        ? "none of the " + run.rules().size() + " would have alarmed"
                        : String.join(
                                        "; ",
                                        fired.stream()
                                                .map(rule -> String.format(
                                                        Locale.ROOT,
                                                        "%s first at step %,d (%,d alarms)",
                                                        rule.rule(),
                                                        rule.firstStep(),
                                                        rule.alarms()))
                                                .toList())
                                + "; "
                                + (run.rules().size() - fired.size()) + " others silent");
    }

    /// Many runs in a table, in the order given.
    public static String table(List<RunDiagnosis> runs) {
        var text = new StringBuilder();
        line(text, "%-12s %5s %9s %10s  %-44s %s", "verdict", "sure", "points", "loss", "worst finding", "run");
        for (var run : runs) {
            var worst = run.findings().isEmpty() ? null : run.findings().getFirst();
            line(
                    text,
                    "%-12s %4.0f%% %,9d %10s  %-44s %s",
                    word(run.verdict()),
                    100 * run.confidence(),
                    run.points(),
                    run.loss() == null ? "-" : String.format(Locale.ROOT, "%.4g", run.loss()),
                    worst == null
                            ? ""
                            : String.format(
                                    Locale.ROOT,
                                    "%s %s from step %,d",
                                    worst.kind(),
                                    worst.severityLabel(),
                                    worst.step()),
                    run.info().id());
        }
        var counts = new ArrayList<String>();
        for (var verdict : Verdict.values()) {
            var count = runs.stream().filter(run -> run.verdict() == verdict).count();
            if (count > 0) {
                counts.add(count + " " + word(verdict));
            }
        }
        line(text, "%d runs: %s", runs.size(), String.join(", ", counts));
        return text.toString();
    }

    private static void line(StringBuilder text, String format, Object... arguments) {
        text.append(String.format(Locale.ROOT, format, arguments).stripTrailing())
                .append('\n');
    }

    /// A text behind a prefix, with what does not fit below it.
    private static void wrap(StringBuilder text, String prefix, String content) {
        var indent = " ".repeat(prefix.length());
        var width = prefix.length();
        text.append(prefix);
        var first = true;
        for (var word : content.split(" ", -1)) {
            if (!first && width + 1 + word.length() > WIDTH) {
                text.append('\n').append(indent);
                width = indent.length();
                first = true;
            }
            text.append(first ? "" : " ").append(word);
            width += word.length() + (first ? 0 : 1);
            first = false;
        }
        text.append('\n');
    }
}
