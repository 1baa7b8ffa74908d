package io.evenkeel.app;

import io.evenkeel.InputException;
import io.evenkeel.report.RunReport;
import io.evenkeel.run.RunDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `evenkeel report`: runs as one HTML file.
@Command(
        name = "report",
        description =
                "Writes one self-contained HTML file: verdict, loss with events, findings, what was done, all curves, "
                        + "checkpoints and configuration; of several runs beside each other.")
final class ReportCommand implements Callable<Integer> {
    @Parameters(paramLabel = "RUN", arity = "1..*", description = "Directories of runs.")
    List<Path> runs = List.of();

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description = "Where to; default: report.html in the directory of the first run.")
    @Nullable
    Path out;

    @Mixin
    Output output;

    @Override
    public Integer call() {
        var directories = runs.stream().map(RunDirectory::open).toList();
        var target = out == null ? directories.getFirst().path().resolve("report.html") : out;
        var page = RunReport.of(directories);
        try {
            Files.writeString(target, page);
        } catch (IOException e) {
            throw new InputException(
                    "--out must be a file that can be written but was " + target + " (" + e.getMessage() + ")");
        }
        output.result("wrote " + target);
        output.document(Map.of("report", target.toString(), "bytes", page.length()));
        return 0;
    }
}
