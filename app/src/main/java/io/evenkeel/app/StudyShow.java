package io.evenkeel.app;

import io.evenkeel.studies.Catalogue;
import io.evenkeel.study.Claim;
import io.evenkeel.study.Exhibit;
import io.evenkeel.study.Page;
import io.evenkeel.study.Paper;
import io.evenkeel.study.Report;
import io.evenkeel.study.Study;
import io.evenkeel.study.Texts;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `evenkeel study show`: a method, its claims, the evidence, and how to use it.
@Command(name = "show", description = "Shows a study: how the method works, what was found, how to use it.")
final class StudyShow implements Callable<Integer> {
    @Parameters(paramLabel = "ID", description = "Number or short name of a paper: P34, 34 or peri-ln.")
    String id = "";

    @Option(
            names = "--pages",
            paramLabel = "DIR",
            description = "Write its page (Markdown, figures as SVG) into this directory.")
    @Nullable
    Path pages;

    @Mixin
    StudyCommand.From from;

    @Mixin
    Output output;

    @Override
    public Integer call() {
        var paper = Catalogue.paper(id);
        var study = Catalogue.study(paper);
        if (study.isEmpty()) {
            heading(paper);
            output.result("no study yet");
            output.document(unknown(paper, "planned"));
            return 0;
        }
        var report = from.report(paper, study.get());
        if (report.isEmpty()) {
            heading(paper);
            about(study.get());
            output.result("not run yet: evenkeel study run " + paper.id());
            output.document(unknown(paper, "implemented"));
            return 0;
        }
        if (pages != null) {
            new Page(report.get()).write(pages);
            output.result("page: " + pages.resolve(paper.fileName() + ".md"));
            return 0;
        }
        heading(paper);
        about(study.get());
        print(report.get(), output);
        output.result("");
        for (var exhibit : study.get().exhibits(report.get().results())) {
            if (exhibit instanceof Exhibit.Table table) {
                output.result(table.caption());
                Columns.of(table.header(), table.rows()).forEach(line -> output.result("  " + line));
                output.result("");
            }
        }
        output.result("use it:");
        study.get().description().usage().strip().lines().forEach(line -> output.result("  " + line));
        output.document(report.get().json());
        return 0;
    }

    private void heading(Paper paper) {
        output.result(paper.id() + "  " + paper.title() + "  (" + paper.family() + ")");
        output.result(paper.summary());
        output.result("");
    }

    private void about(Study<?> study) {
        var about = study.description();
        about.mechanism().forEach(line -> output.result("- " + line));
        output.result("");
        output.result("here: " + about.setup());
        output.result("");
        output.result("differs from the paper:");
        about.deviations().forEach(line -> output.result("- " + line));
        output.result("");
    }

    private static Map<String, Object> unknown(Paper paper, String state) {
        var document = new LinkedHashMap<String, Object>();
        document.put("id", paper.id());
        document.put("slug", paper.slug());
        document.put("state", state);
        document.put("claims", List.of());
        document.put("verdict", null);
        return document;
    }

    /// Claims and verdict.
    static void print(Report report, Output output) {
        output.result(report.verdict().text() + ", " + report.scale().label() + " scale, " + report.date() + ", "
                + report.results().all().size() + " trials, " + Texts.duration(report.seconds()) + " of one processor");
        for (var claim : report.claims()) {
            output.result("  " + mark(claim) + " " + claim.id() + ": " + claim.text());
            output.result("      " + claim.finding() + ": " + claim.outcome());
        }
        output.result("  rule: " + report.study().rule().text());
    }

    private static String mark(Claim claim) {
        var holds = claim.holds();
        return holds == null ? "?" : holds ? "+" : "-";
    }
}
