package io.evenkeel.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;

/// What a command line printed and returned, run in this process.
record CommandRun(int code, String out, String err) {
    static CommandRun of(String... arguments) {
        var out = new StringWriter();
        var err = new StringWriter();
        var code = Main.run(new PrintWriter(out), new PrintWriter(err), arguments);
        return new CommandRun(code, out.toString(), err.toString());
    }

    /// Wrong usage or input: code 2, nothing on standard output, one line on standard error.
    ///
    /// @param parts of that line
    void assertRefused(String... parts) {
        assertThat(code).as(err).isEqualTo(2);
        assertThat(err.strip().lines()).as("one line").hasSize(1);
        assertThat(err).contains(parts);
        assertThat(out).isEmpty();
    }
}
