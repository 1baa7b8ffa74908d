package io.evenkeel.study;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.SequencedMap;
import java.util.LinkedHashMap;

/// The page of a study, as Markdown with figures beside it: a pure function of the report.
public final class Page {
    private static final String FIGURES = "figures";

    private final Report report;

    public Page(Report report) {
        this.report = report;
    }

    /// The files of the page by path, relative to the directory of all pages.
    public SequencedMap<String, String> files() {
        var files = new LinkedHashMap<String, String>();
        var exhibits = report.study().exhibits(report.results());
        files.put(report.paper().fileName() + ".md", markdown(exhibits));
        for (var exhibit : exhibits) {
            if (exhibit instanceof Exhibit.Figure figure) {
                files.put(path(figure), figure.figure().svg());
            }
        }
        return files;
    }

    /// Writes them.
    public void write(Path directory) {
        files().forEach((path, text) -> {
            var file = directory.resolve(path);
            try {
                Files.createDirectories(file.getParent());
                Files.writeString(file, text);
            } catch (IOException e) {
                throw new UncheckedIOException("page " + file + " cannot be written: " + e.getMessage(), e);
            }
        });
    }

    private String path(Exhibit.Figure figure) {
        return FIGURES + "/" + report.paper().directory() + "-" + figure.name() + ".svg";
    }

    private String markdown(List<Exhibit> exhibits) {
        var paper = report.paper();
        var about = report.study().description();
        var text = new StringBuilder();
        line(text, "<!-- Written by: evenkeel study run " + paper.id() + " --pages. Do not edit. -->");
        line(text, "# " + paper.id() + " " + paper.title());
        line(text, "");
        line(text, "**" + sentence(report.verdict().text()) + "** at " + report.scale().label() + " scale, "
                + report.date() + ": " + report.results().all().size() + " trials, "
                + Texts.duration(report.seconds()) + " of one processor. Family: " + paper.family() + ".");
        line(text, "");
        line(text, paper.summary());
        line(text, "");
        line(text, "## How it works");
        line(text, "");
        about.mechanism().forEach(each -> line(text, "- " + each));
        line(text, "");
        line(text, "## How it is tried here");
        line(text, "");
        line(text, about.setup());
        line(text, "");
        line(text, "## Claims");
        line(text, "");
        table(text, List.of("", "claim", "found", "outcome"), report.claims().stream()
                .map(claim -> List.of(claim.id(), claim.text(), claim.finding(), claim.outcome()))
                .toList());
        line(text, "");
        line(text, "The verdict is computed: " + report.study().rule().text()
                + ". Intervals are 95 %, by bootstrap over pairs of runs with the same seed where nothing else is said;"
                + " a claim whose interval holds its bound cannot be told.");
        if (!exhibits.isEmpty()) {
            line(text, "");
            line(text, "## Evidence");
            for (var exhibit : exhibits) {
                line(text, "");
                switch (exhibit) {
                    case Exhibit.Figure figure -> {
                        line(text, "![" + figure.caption() + "](" + path(figure) + ")");
                        line(text, "");
                        line(text, figure.caption());
                    }
                    case Exhibit.Table table -> {
                        line(text, table.caption());
                        line(text, "");
                        table(text, table.header(), table.rows());
                    }
                }
            }
        }
        line(text, "");
        line(text, "## What differs from the paper");
        line(text, "");
        about.deviations().forEach(each -> line(text, "- " + each));
        line(text, "");
        line(text, "## Use it");
        line(text, "");
        line(text, "```yaml");
        line(text, about.usage().strip());
        line(text, "```");
        line(text, "");
        line(text, "`evenkeel study verify " + paper.id() + "` computes the verdict again from the stored trials and runs"
                + " one of them again. The trials were run with " + report.machine() + ".");
        return text.toString();
    }

    private static String sentence(String words) {
        return words.substring(0, 1).toUpperCase(Locale.ROOT) + words.substring(1);
    }

    private static void table(StringBuilder text, List<String> header, List<List<String>> rows) {
        row(text, header);
        line(text, "|---".repeat(header.size()) + "|");
        rows.forEach(row -> row(text, row));
    }

    private static void row(StringBuilder text, List<String> cells) {
        text.append('|');
        cells.forEach(cell -> text.append(' ').append(cell.replace("|", "\\|")).append(" |"));
        text.append('\n');
    }

    private static void line(StringBuilder text, String line) {
        text.append(line).append('\n');
    }
}
