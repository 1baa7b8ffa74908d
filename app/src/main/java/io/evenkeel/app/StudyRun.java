package io.evenkeel.app;

import io.evenkeel.InputException;
import io.evenkeel.config.ConfigReader;
import io.evenkeel.data.fetch.Cache;
import io.evenkeel.studies.Catalogue;
import io.evenkeel.study.Archive;
import io.evenkeel.study.Grid;
import io.evenkeel.study.Laboratory;
import io.evenkeel.study.Page;
import io.evenkeel.study.Paper;
import io.evenkeel.study.Report;
import io.evenkeel.study.Study;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `evenkeel study run`: runs the trials of a study that were not run before, and judges them.
@Command(
        name = "run",
        description = "Runs a study, several trials at a time; one that was interrupted goes on where it was.",
        footer = {
            "",
            "Exit codes: 0 the claims are judged, whatever the verdict; 1 trials are missing",
            "(broken, or the budget was too small); 2 wrong usage or input."
        })
final class StudyRun implements Callable<Integer> {
    @Parameters(paramLabel = "ID", description = "Number or short name of a paper: P34, 34 or peri-ln.")
    String id = "";

    @Mixin
    StudyCommand.Size size;

    @Mixin
    Jobs jobs;

    @Option(names = "--results", paramLabel = "DIR", description = "Store trials and verdict in this directory.")
    @Nullable
    Path results;

    @Option(
            names = "--pages",
            paramLabel = "DIR",
            description = "Write its page (Markdown, figures as SVG) into this directory.")
    @Nullable
    Path pages;

    @Mixin
    Output output;

    /// Trials at a time, and for how long; shared with `sweep`.
    static final class Jobs {
        @Option(
                names = "--jobs",
                paramLabel = "N",
                description = "Trials at a time, each with one thread; default: one a processor.")
        int jobs = Runtime.getRuntime().availableProcessors();

        @Option(
                names = "--budget",
                paramLabel = "TIME",
                description = "Start no trial after this time, such as 90s or 2h; what is there is judged.")
        @Nullable
        String budget;

        Laboratory laboratory(Output output) {
            if (jobs < 1) {
                throw new InputException("--jobs must be >= 1 but was " + jobs);
            }
            return new Laboratory(Cache.directory(), jobs, time(), output.text()::println);
        }

        private @Nullable Duration time() {
            return budget == null
                    ? null
                    : ConfigReader.read(List.of("budget=" + budget), new Budget(Duration.ZERO))
                            .budget();
        }

        /// The same notation as in configurations.
        record Budget(Duration budget) {}
    }

    @Override
    public Integer call() {
        var paper = Catalogue.paper(id);
        return run(paper, StudyCommand.study(paper));
    }

    private <C extends Record> int run(Paper paper, Study<C> study) {
        var scale = size.scale();
        if (results != null) {
            var stored = Archive.in(results).find(paper);
            if (stored.isPresent() && stored.get().scale().compareTo(scale) > 0) {
                throw new InputException("--results " + results + " holds a "
                        + stored.get().scale().label() + " run of " + paper.id() + ", which a " + scale.label()
                        + " run must not replace");
            }
        }
        var session = jobs.laboratory(output)
                .run(Grid.of(study, scale), serving(List.of("study", "serve", paper.id(), "--" + scale.label())));
        session.broken().forEach(each -> output.error("broken: " + each));
        if (session.unrun() > 0) {
            output.error(session.unrun() + " trials were not run; the same command goes on with them");
        }
        var report =
                Report.of(paper, study, scale, LocalDate.now(ZoneOffset.UTC), Report.thisMachine(), session.results());
        if (results != null && session.isComplete()) {
            Archive.in(results).put(report);
        }
        if (pages != null && session.isComplete()) {
            new Page(report).write(pages);
        }
        StudyShow.print(report, output);
        output.document(report.json());
        return session.isComplete() ? 0 : 1;
    }

    /// A process that serves a grid, with one thread for everything that is not the trial.
    static ProcessBuilder serving(List<String> arguments) {
        return Supervisor.process(List.of("-XX:+UseSerialGC", "-Xmx1g"), new ArrayList<>(arguments))
                .redirectError(Redirect.INHERIT);
    }
}
