package io.evenkeel.app;

import io.evenkeel.InputException;
import io.evenkeel.data.fetch.Cache;
import io.evenkeel.random.RandomStream;
import io.evenkeel.studies.Catalogue;
import io.evenkeel.study.Grid;
import io.evenkeel.study.Paper;
import io.evenkeel.study.Report;
import io.evenkeel.study.Study;
import io.evenkeel.study.Verification;
import io.evenkeel.study.Workshop;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;

/// `evenkeel study verify`: whether stored results are what the code gives.
@Command(
        name = "verify",
        description = "Computes the verdict again from the stored trials, and runs one of them again to compare.",
        footer = {"", "Exit codes: 0 all agrees, 1 something does not, 2 wrong usage or input."})
final class StudyVerify implements Callable<Integer> {
    @Parameters(paramLabel = "ID", description = "Number or short name of a paper: P34, 34 or peri-ln.")
    String id = "";

    @Option(names = "--seed", paramLabel = "N", description = "Chooses the trial; default: another one every time.")
    @Nullable
    Long seed;

    @Mixin
    StudyCommand.From from;

    @Mixin
    Output output;

    @Override
    public Integer call() {
        var paper = Catalogue.paper(id);
        return verify(paper, StudyCommand.study(paper));
    }

    private <C extends Record> int verify(Paper paper, Study<C> study) {
        var archive = from.archive();
        var stored = archive.find(paper)
                .orElseThrow(
                        () -> new InputException(paper.id() + " has no results yet: evenkeel study run " + paper.id()));
        var report = Report.of(paper, study, stored.scale(), stored.date(), stored.machine(), archive.results(paper));
        StudyShow.print(report, output);
        var random = RandomStream.of(seed == null ? System.nanoTime() : seed, "verify");
        var found = Verification.of(
                stored,
                report,
                Grid.of(study, stored.scale()),
                random,
                new Workshop(Cache.directory()),
                output.text()::println);
        found.agreements().forEach(line -> output.result("  + " + line));
        found.objections().forEach(line -> output.result("  - " + line));
        var document = report.json();
        document.put("verified", found.objections().isEmpty());
        document.set("objections", JsonMapper.shared().valueToTree(found.objections()));
        output.document(document);
        return found.objections().isEmpty() ? 0 : 1;
    }
}
