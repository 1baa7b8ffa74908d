package io.evenkeel.app;

import io.evenkeel.InputException;
import io.evenkeel.studies.Catalogue;
import io.evenkeel.study.Archive;
import io.evenkeel.study.Paper;
import io.evenkeel.study.Report;
import io.evenkeel.study.Scale;
import io.evenkeel.study.Study;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `evenkeel study ...`: the catalogue of papers, the experiments on them, and what they found.
@Command(
        name = "study",
        description = "Papers on training stability: an experiment on each, and its computed verdict.",
        subcommands = {StudyList.class, StudyShow.class, StudyRun.class, StudyVerify.class, StudyServe.class})
final class StudyCommand extends CommandGroup {
    /// Where results are read.
    static final class From {
        @Option(
                names = "--results",
                paramLabel = "DIR",
                description = "Read results from this directory; default: those that come with the program.")
        @Nullable
        Path results;

        Archive archive() {
            return results == null ? Archive.bundled() : Archive.in(results);
        }

        /// What is known of a study, judged anew by its code; empty when it was never run.
        Optional<Report> report(Paper paper, Study<?> study) {
            return archive()
                    .find(paper)
                    .map(stored -> Report.of(
                            paper,
                            study,
                            stored.scale(),
                            stored.date(),
                            stored.machine(),
                            archive().results(paper)));
        }
    }

    /// How much is run.
    static final class Size {
        @Option(names = "--smoke", description = "Only whether everything works: at most 20 s.")
        boolean smoke;

        @Option(names = "--full", description = "What verdicts are computed from, about 15 minutes; the default.")
        boolean full;

        @Option(names = "--extended", description = "The published grid as far as it fits a computer: hours.")
        boolean extended;

        Scale scale() {
            if ((smoke ? 1 : 0) + (full ? 1 : 0) + (extended ? 1 : 0) > 1) {
                throw new InputException("only one of --smoke, --full and --extended can be given");
            }
            return smoke ? Scale.SMOKE : extended ? Scale.EXTENDED : Scale.FULL;
        }
    }

    /// The study on a paper.
    ///
    /// @throws InputException when there is none yet
    static Study<?> study(Paper paper) {
        return Catalogue.study(paper)
                .orElseThrow(() -> new InputException(paper.id() + " (" + paper.slug()
                        + ") has no study yet; evenkeel study list shows those that have"));
    }
}
