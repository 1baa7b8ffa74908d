package io.evenkeel.app;

import io.evenkeel.finding.Finding;
import io.evenkeel.studies.Catalogue;
import io.evenkeel.study.Archive;
import io.evenkeel.study.Claim;
import io.evenkeel.study.Paper;
import io.evenkeel.study.Report;
import io.evenkeel.study.Study;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// What studies found of remedies: the measured effect of the claim that is about one.
final class Evidence {
    private static final int ID_LENGTH = 3;

    private final Map<String, Optional<Report>> reports = new HashMap<>();

    /// The remedy with its measured effect, when its paper has a study with results.
    Finding.Remedy of(Finding.Remedy remedy) {
        var claim = remedy.claim();
        if (remedy.paper() == null || claim == null) {
            return remedy;
        }
        var id = remedy.paper().substring(0, ID_LENGTH);
        return remedy.withMeasured(reports.computeIfAbsent(id, Evidence::report)
                .map(report -> words(report.claim(claim), id))
                .orElse(null));
    }

    private static String words(Claim claim, String id) {
        return claim.text() + ": " + claim.estimate().text() + ", " + claim.outcome() + " (evenkeel study show " + id
                + ")";
    }

    private static Optional<Report> report(String id) {
        var paper = Catalogue.paper(id);
        return Catalogue.study(paper).flatMap(study -> report(paper, study));
    }

    private static Optional<Report> report(Paper paper, Study<?> study) {
        var archive = Archive.bundled();
        return archive.find(paper)
                .map(stored -> Report.of(
                        paper, study, stored.scale(), stored.date(), stored.machine(), archive.results(paper)));
    }
}
