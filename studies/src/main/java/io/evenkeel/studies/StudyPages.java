package io.evenkeel.studies;

import io.evenkeel.study.Archive;
import io.evenkeel.study.Page;
import io.evenkeel.study.Paper;
import io.evenkeel.study.Report;
import io.evenkeel.study.Study;
import io.evenkeel.study.Texts;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.SequencedMap;

/// The pages of all studies that have results, and their index: a pure function of an archive.
public final class StudyPages {
    private StudyPages() {}

    /// All files by path, relative to the directory of the pages.
    public static SequencedMap<String, String> files(Archive archive) {
        var files = new LinkedHashMap<String, String>();
        var index = new StringBuilder("""
                <!-- Written by the build. Do not edit. -->
                # Studies

                One experiment a paper: what was claimed, what was found here, how sure it is. Verdicts are computed from the
                trials in `results/`; `evenkeel study verify P34` computes one again and repeats a random trial.

                | paper | | family | verdict | at | cost | what it proposes |
                |---|---|---|---|---|---|---|
                """);
        for (var paper : Catalogue.papers()) {
            var report = Catalogue.study(paper).flatMap(study -> report(archive, paper, study));
            report.ifPresent(each -> files.putAll(new Page(each).files()));
            index.append(row(paper, report));
        }
        files.putFirst("README.md", index.toString());
        return files;
    }

    private static Optional<Report> report(Archive archive, Paper paper, Study<?> study) {
        return archive.find(paper)
                .map(stored -> Report.of(
                        paper, study, stored.scale(), stored.date(), stored.machine(), archive.results(paper)));
    }

    private static String row(Paper paper, Optional<Report> report) {
        var title = report.isPresent() ? "[" + paper.title() + "](" + paper.fileName() + ".md)" : paper.title();
        return "| " + paper.id() + " | " + title + " | " + paper.family() + " | "
                + report.map(each -> each.verdict().text()).orElse("") + " | "
                + report.map(each -> each.date().toString()).orElse("") + " | "
                + report.map(each -> Texts.duration(each.seconds())).orElse("") + " | " + paper.summary() + " |\n";
    }
}
