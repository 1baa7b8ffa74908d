package io.evenkeel.app;

import io.evenkeel.data.fetch.Cache;
import io.evenkeel.run.RunDirectory;
import io.evenkeel.run.RunEvent;
import io.evenkeel.run.Status;
import io.evenkeel.train.Outcome;
import io.evenkeel.train.RunSummary;
import io.evenkeel.train.SkippedReplay;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `evenkeel show RUN`.
@Command(name = "show", description = "Shows what a run has come to: verdict first, then losses, events, checkpoints.")
final class ShowCommand implements Callable<Integer> {
    private static final int LAST_EVENTS = 12;

    @Parameters(paramLabel = "RUN", description = "Directory of the run.")
    Path run = Path.of("");

    @Option(names = "--skipped", description = "List the data that was left out, by document and offset.")
    boolean skipped;

    @Option(
            names = "--replay",
            description = "With --skipped: read that data again and print its loss under the newest checkpoint.")
    boolean replay;

    @Option(names = "--events", description = "List every event instead of the last ones.")
    boolean events;

    @Mixin
    Output output;

    @Override
    public Integer call() {
        var directory = RunDirectory.open(run);
        if (skipped && replay) {
            replay(directory);
            return 0;
        }
        if (skipped) {
            var lines = SkippedLine.of(directory);
            lines.forEach(line -> output.result(line.toString()));
            if (lines.isEmpty()) {
                output.result("no data was left out");
            }
            output.document(lines);
            return 0;
        }
        var outcome = RunSummary.of(directory);
        output.document(outcome);
        print(directory, outcome);
        return 0;
    }

    private void replay(RunDirectory directory) {
        var lines = SkippedReplay.of(directory, Cache.directory());
        output.document(lines);
        for (var example : lines) {
            line(
                    "step %,d  %s  %s @ %d  loss %.4f%s",
                    example.step(),
                    example.action(),
                    example.document(),
                    example.offset(),
                    example.loss(),
                    example.text() == null ? "" : "  " + example.text().replaceAll("\\s+", " "));
        }
        if (lines.isEmpty()) {
            output.result("no data was left out");
        }
    }

    private void print(RunDirectory directory, Outcome outcome) {
        var manifest = directory.manifest();
        line("verdict     %s", outcome.verdict());
        line("run         %s", manifest.name());
        line("state       %s", directory.status().map(this::state).orElse("never started"));
        line("step        %,d of %,d", outcome.step(), outcome.totalSteps());
        line("train loss  %s", number(outcome.trainLoss()));
        line(
                "held-out    %s%s",
                number(outcome.valLoss()),
                outcome.unigramEntropy() == null ? "" : "   unigram entropy " + number(outcome.unigramEntropy()));
        line(
                "speed       %s tokens/s",
                outcome.tokensPerSecond() == null
                        ? "-"
                        : String.format(Locale.ROOT, "%,.0f", outcome.tokensPerSecond()));
        line(
                "model       %,d parameters on %s",
                manifest.model().parameters(), manifest.data().id());
        line(
                "engine      libtorch %s, %s, %d threads, %s",
                manifest.environment().libtorch(),
                manifest.environment().blas(),
                manifest.environment().threads(),
                manifest.environment().cpu());
        line("state hash  %s", outcome.stateHash());
        for (var checkpoint : outcome.checkpoints()) {
            line(
                    "checkpoint  %,d  %s  held-out %s",
                    checkpoint.step(),
                    checkpoint.healthy() ? "healthy" : "not yet healthy (" + checkpoint.reason() + ")",
                    number(checkpoint.valLoss()));
        }
        printEvents(directory.events());
    }

    private void printEvents(List<RunEvent> all) {
        var shown = events ? all : all.subList(Math.max(0, all.size() - LAST_EVENTS), all.size());
        if (shown.size() < all.size()) {
            line("events      the last %d of %d (--events shows all)", shown.size(), all.size());
        }
        for (var event : shown) {
            line("event       step %,d  %s  %s", event.step(), event.kind(), event.text());
        }
    }

    private String state(Status status) {
        return status.liveness(Instant.now()).name().toLowerCase(Locale.ROOT)
                + (status.message() == null ? "" : " (" + status.message() + ")");
    }

    private static String number(@Nullable Double value) {
        return value == null ? "-" : String.format(Locale.ROOT, "%.4f", value);
    }

    private void line(String format, @Nullable Object... arguments) {
        output.result(String.format(Locale.ROOT, format, arguments));
    }
}
