package io.evenkeel.app;

import io.evenkeel.finding.Finding;
import io.evenkeel.studies.Catalogue;
import io.evenkeel.study.Archive;
import io.evenkeel.study.Paper;
import io.evenkeel.study.Report;
import io.evenkeel.study.Study;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/// What studies found of remedies: the measured effect behind the name of a paper.
final class Evidence {
    private static final Pattern ID = Pattern.compile("P\\d{2}");

    private final Map<String, Optional<String>> effects = new HashMap<>();

    /// The remedy with its measured effect, when its paper has a study with results.
    Finding.Remedy of(Finding.Remedy remedy) {
        if (remedy.paper() == null) {
            return remedy;
        }
        var id = ID.matcher(remedy.paper());
        return id.find()
                ? remedy.withMeasured(
                        effects.computeIfAbsent(id.group(), Evidence::effect).orElse(null))
                : remedy;
    }

    private static Optional<String> effect(String id) {
        var paper = Catalogue.paper(id);
        return Catalogue.study(paper).flatMap(study -> effect(paper, study));
    }

    private static Optional<String> effect(Paper paper, Study<?> study) {
        var archive = Archive.bundled();
        return archive.find(paper)
                .map(stored -> Report.of(
                        paper, study, stored.scale(), stored.date(), stored.machine(), archive.results(paper)))
                .map(report -> report.headline().text() + ": "
                        + report.headline().estimate().text() + " ("
                        + report.verdict().text() + "; evenkeel study show "
                        + paper.id() + ")");
    }
}
