package io.evenkeel.study;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/// Runs trials in a process of their own. It reads keys, a line each, and answers with a line of JSON: an outcome,
/// or an object with an `error`. It ends at the end of its input. When it dies, the next trial gets a new one.
final class ProcessBench implements Bench {
    private final ProcessBuilder builder;
    private volatile @Nullable Live live;

    /// A running process and the two ends of the conversation.
    private record Live(Process process, BufferedReader answers, PrintWriter keys) {}

    /// A trial must not go on when nobody waits for it any more.
    private final Thread atExit = new Thread(this::destroy);

    /// @param builder of a process that calls [Grid#serve]; its standard error goes where the builder says
    ProcessBench(ProcessBuilder builder) {
        this.builder = builder;
        Runtime.getRuntime().addShutdownHook(atExit);
    }

    @Override
    public Outcome run(String key) {
        var talk = live == null ? start() : live;
        live = talk;
        talk.keys().println(key);
        try {
            var answer = talk.answers().readLine();
            if (answer == null) {
                live = null;
                throw new BrokenTrial("its process ended with code "
                        + talk.process().waitFor());
            }
            var json = JsonMapper.shared().readTree(answer);
            if (json.has("error")) {
                throw new BrokenTrial(json.path("error").stringValue());
            }
            return Outcome.of(json);
        } catch (IOException e) {
            live = null;
            throw new BrokenTrial("its process cannot be read: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BrokenTrial("interrupted");
        }
    }

    private Live start() {
        try {
            var process = builder.start();
            return new Live(process, process.inputReader(), new PrintWriter(process.outputWriter(), true));
        } catch (IOException e) {
            throw new BrokenTrial("no process can be started for it: " + e.getMessage());
        }
    }

    private void destroy() {
        var talk = live;
        if (talk != null) {
            talk.process().destroy();
        }
    }

    @Override
    public void close() {
        if (live != null) {
            live.keys().close();
            destroy();
        }
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException e) {
            // The JVM is ending, and the hook has run or will.
        }
    }
}
