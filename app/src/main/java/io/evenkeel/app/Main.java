package io.evenkeel.app;

import io.evenkeel.InputException;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.Properties;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/// The program `evenkeel`. Exit codes: 0 success; 1 the work itself failed or its verdict is bad; 2 wrong usage or
/// input, in one line on standard error.
@Command(
        name = "evenkeel",
        description = "Trains neural networks on libtorch and keeps the training stable.",
        versionProvider = Main.Version.class,
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            TrainCommand.class,
            ResumeCommand.class,
            ShowCommand.class,
            ReportCommand.class,
            ExportCommand.class,
            RunsCommand.class,
            SampleCommand.class,
            DataCommand.class,
            GauntletCommand.class,
            DiagnoseCommand.class,
            StudyCommand.class,
            SweepCommand.class,
            BenchCommand.class
        },
        footer = {
            "",
            "Start here:",
            "  evenkeel train                        a small language model on the bundled English text",
            "  evenkeel train my.yaml --set optimizer.lr=1e-3",
            "  evenkeel train --print-config         every key with its default",
            "  evenkeel diagnose logs/               what went wrong in runs of any tool",
            "",
            "Exit codes: 0 success, 1 the work failed or its verdict is bad, 2 wrong usage or input."
        })
public final class Main implements Callable<Integer> {
    @Option(names = "--debug", scope = ScopeType.INHERIT, description = "Print the stack trace of an error.")
    boolean debug;

    @CommandLine.Spec
    CommandLine.Model.CommandSpec spec;

    private Main() {}

    public static void main(String[] args) {
        System.exit(run(writer(System.out), writer(System.err), args));
    }

    private static PrintWriter writer(PrintStream stream) {
        return new PrintWriter(stream, true, StandardCharsets.UTF_8);
    }

    /// Runs one command line.
    ///
    /// @return the exit code
    public static int run(PrintWriter out, PrintWriter err, String... args) {
        var main = new Main();
        var line = new CommandLine(main)
                .setOut(out)
                .setErr(err)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setAbbreviatedOptionsAllowed(false);
        line.setParameterExceptionHandler((wrong, _) -> {
            var command = wrong.getCommandLine();
            err.println(firstLine(String.valueOf(wrong.getMessage())) + " (see: "
                    + command.getCommandSpec().qualifiedName() + " --help)");
            return 2;
        });
        line.setExecutionExceptionHandler((error, _, _) -> {
            out.flush();
            if (main.debug) {
                error.printStackTrace(err);
            }
            return report(error, err);
        });
        return line.execute(args);
    }

    private static int report(Exception error, PrintWriter err) {
        if (error instanceof InputException) {
            err.println("evenkeel: " + error.getMessage());
            return 2;
        }
        err.println("evenkeel: " + firstLine(String.valueOf(error.getMessage())) + " ("
                + error.getClass().getSimpleName() + "; --debug prints the stack trace)");
        return 1;
    }

    private static String firstLine(String text) {
        return text.lines().findFirst().orElse("");
    }

    /// Without a command: how to use it.
    @Override
    public Integer call() {
        spec.commandLine().usage(spec.commandLine().getErr());
        return 2;
    }

    /// The version and the git revision that the build stamps.
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            var build = new Properties();
            try (var stamp = Objects.requireNonNull(Main.class.getResourceAsStream("build.properties"))) {
                build.load(stamp);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            var revision = build.getProperty("revision", "");
            return new String[] {
                "evenkeel " + build.getProperty("version") + (revision.isEmpty() ? "" : " (" + revision + ")")
            };
        }
    }
}
