package io.evenkeel.app;

import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;

/// Where a command prints: people read plain text; with `--json` standard output holds one JSON document and nothing
/// else, and everything for people goes to standard error.
final class Output {
    private static final JsonMapper JSON = JsonMapper.shared();

    @Option(
            names = "--json",
            description = "Print one JSON document on standard output; all else goes to standard error.")
    boolean json;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    boolean help;

    @Spec(Spec.Target.MIXEE)
    CommandSpec mixee;

    private CommandLine line() {
        return mixee.commandLine();
    }

    /// For people: standard output, or standard error beside JSON.
    PrintWriter text() {
        return json ? line().getErr() : line().getOut();
    }

    /// For people, aside from the result: standard error.
    void error(String text) {
        line().getErr().println(text);
    }

    /// Prints the document when JSON is asked for.
    void document(Object value) {
        if (json) {
            line().getOut().println(JSON.writeValueAsString(value));
        }
    }

    /// Prints a line for people that is part of the result; nothing beside JSON.
    void result(String text) {
        if (!json) {
            line().getOut().println(text);
        }
    }
}
