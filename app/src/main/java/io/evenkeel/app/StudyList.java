package io.evenkeel.app;

import io.evenkeel.studies.Catalogue;
import io.evenkeel.study.Paper;
import io.evenkeel.study.Report;
import io.evenkeel.study.Texts;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `evenkeel study list`: all papers, with what is known of them.
@Command(name = "list", description = "Lists all papers: family, state, verdict, date, cost.")
final class StudyList implements Callable<Integer> {
    private static final String LINE = "%-4s %-28s %-26s %-12s %-15s %-11s %8s";

    @Mixin
    StudyCommand.From from;

    @Mixin
    Output output;

    @Override
    public Integer call() {
        output.result(String.format(Locale.ROOT, LINE, "id", "name", "family", "state", "verdict", "date", "cost"));
        var archive = from.archive();
        var rows = Catalogue.papers().stream()
                .map(paper -> row(paper, archive.find(paper)))
                .toList();
        output.document(rows);
        return 0;
    }

    private Map<String, Object> row(Paper paper, Optional<Report.Stored> stored) {
        var implemented = Catalogue.study(paper).isPresent();
        var state = !implemented ? "planned" : stored.isPresent() ? "evaluated" : "implemented";
        output.result(String.format(
                        Locale.ROOT,
                        LINE,
                        paper.id(),
                        paper.slug(),
                        paper.family(),
                        state,
                        stored.map(each -> each.verdict().label()).orElse("-"),
                        stored.map(each -> each.date().toString()).orElse("-"),
                        stored.map(each -> Texts.duration(each.seconds())).orElse("-"))
                .stripTrailing());
        var row = new LinkedHashMap<String, Object>();
        row.put("id", paper.id());
        row.put("slug", paper.slug());
        row.put("title", paper.title());
        row.put("family", paper.family());
        row.put("state", state);
        row.put("verdict", stored.map(each -> each.verdict().label()).orElse(null));
        row.put("scale", stored.map(each -> each.scale().label()).orElse(null));
        row.put("date", stored.map(each -> each.date().toString()).orElse(null));
        row.put("seconds", stored.map(Report.Stored::seconds).orElse(null));
        return row;
    }
}
