package io.evenkeel.finding;

import io.evenkeel.detect.Detectors;
import io.evenkeel.detect.Event;
import io.evenkeel.detect.EventKind;
import io.evenkeel.plot.Axis;
import io.evenkeel.plot.Chart;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// `docs/reference/findings.md` and its pictures, made from [Knowledge] and [Examples].
public final class FindingsPage {
    private FindingsPage() {}

    /// The files of the page by their names below `docs/reference/`.
    public static Map<String, String> files() {
        var files = new LinkedHashMap<String, String>();
        var page = new StringBuilder("""
                # Findings

                What `evenkeel diagnose`, the guard and the verdict of a run know. Generated from the program
                (`FindingsPage`); figures marked *unverified* are defaults that no experiment here has tested yet.
                The curves are made up to show each finding; the marks are where the detector speaks.

                """);
        for (var kind : EventKind.values()) {
            var entry = Knowledge.of(kind);
            var picture = "findings/" + kind.label() + ".svg";
            page.append("## ")
                    .append(kind.label())
                    .append("\n\n")
                    .append(entry.meaning())
                    .append("\n\n![")
                    .append(kind.label())
                    .append("](")
                    .append(picture)
                    .append(")\n\n**Rule:** ")
                    .append(entry.rule())
                    .append(".\n**Source:** ")
                    .append(entry.source())
                    .append(".\n");
            if (!entry.wanted().isEmpty()) {
                page.append("**Surer with:** ")
                        .append(String.join(
                                ", ",
                                entry.wanted().stream()
                                        .map(wanted -> wanted.words() + " (`" + wanted.series() + "`)")
                                        .toList()))
                        .append(".\n");
            }
            page.append("\nLikely causes, before the run's own past is looked at:\n\n");
            entry.causes()
                    .forEach(cause -> page.append("- ").append(cause.text()).append('\n'));
            page.append("\nTry:\n\n");
            Knowledge.remedies(kind)
                    .forEach(remedy -> page.append("- ")
                            .append(remedy.text())
                            .append(remedy.paper() == null ? "" : " [" + remedy.paper() + "]")
                            .append(remedy.setting() == null ? "" : " `" + remedy.setting() + "`")
                            .append('\n'));
            page.append('\n');
            files.put(picture, picture(kind));
        }
        files.put("findings.md", page.toString());
        return files;
    }

    private static String picture(EventKind kind) {
        var example = Examples.of(kind);
        var shown = example.points().stream()
                .filter(readings -> readings.has(example.shown()))
                .toList();
        var chart = Chart.titled(kind.label())
                .x(Axis.linear("step"))
                .y(Axis.linear(example.shown()))
                .line(
                        example.shown(),
                        shown.stream().mapToDouble(r -> r.step()).toArray(),
                        shown.stream().mapToDouble(r -> r.get(example.shown())).toArray());
        var detectors = Detectors.defaults();
        for (var readings : example.points()) {
            for (var event : detectors.observe(readings)) {
                if (event.kind() == kind) {
                    chart = chart.event(readings.step(), label(event), tone(event));
                }
            }
        }
        return chart.svg();
    }

    private static String label(Event event) {
        return event.tellsRecovery() ? "over" : event.severity().name().toLowerCase(java.util.Locale.ROOT);
    }

    private static Chart.Tone tone(Event event) {
        if (event.tellsRecovery()) {
            return Chart.Tone.GOOD;
        }
        return switch (event.severity()) {
            case NOTE -> Chart.Tone.NOTE;
            case WATCH -> Chart.Tone.WATCH;
            case DAMAGED, FATAL -> Chart.Tone.BAD;
        };
    }

    /// What is told to try about a kind, in order.
    public static List<Finding.Remedy> remedies(EventKind kind) {
        return Knowledge.remedies(kind);
    }
}
