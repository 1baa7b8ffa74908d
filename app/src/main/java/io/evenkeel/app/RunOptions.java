package io.evenkeel.app;

import io.evenkeel.data.fetch.Cache;
import io.evenkeel.gauntlet.FaultInjector;
import io.evenkeel.gauntlet.Strike;
import io.evenkeel.nn.Decoder;
import io.evenkeel.nn.Sampler;
import io.evenkeel.train.Interventions;
import io.evenkeel.train.Outcome;
import io.evenkeel.train.SavedModel;
import io.evenkeel.train.StopRequest;
import io.evenkeel.train.TrainingRun;
import io.evenkeel.train.TrainingRun.Context;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// What `train` and `resume` share: progress, signals, the end.
final class RunOptions {
    private static final int SAMPLE_TOKENS = 200;

    @Option(names = "--inject", hidden = true, description = "Strike the run with a fault: FAULT@STEP:SEED.")
    @Nullable
    String fault;

    @Mixin
    Output output;

    /// Trains with progress on the terminal.
    ///
    /// @param start     makes the run
    /// @param timeLimit how long it may take; null for no limit
    /// @return the exit code: 1 when the guard gave the run up or its verdict is bad
    int train(Function<Context, TrainingRun> start, Function<TrainingRun, @Nullable Duration> timeLimit) {
        var terminal = new Terminal(output.text(), Terminal.isLive());
        try (var run = start.apply(new Context(terminal, interventions(), Cache.directory()))) {
            terminal.line(headline(run));
            var stop = new StopRequest(timeLimit.apply(run));
            Interrupts.stopOnSignal(stop);
            var outcome = run.train(stop);
            terminal.end();
            report(terminal, outcome, run);
            output.document(outcome);
            return outcome.failed() ? 1 : 0;
        }
    }

    /// The options of a process that trains for this one.
    List<String> passedOn() {
        var words = new ArrayList<String>();
        if (output.json) {
            words.add("--json");
        }
        if (fault != null) {
            words.addAll(List.of("--inject", fault));
        }
        return words;
    }

    private Interventions interventions() {
        return fault == null ? Interventions.NONE : new FaultInjector(Strike.parse(fault));
    }

    private static String headline(TrainingRun run) {
        var manifest = run.directory().manifest();
        return String.format(
                Locale.ROOT,
                "%s: %,d parameters on %s, %d threads, %s, seed %d%n%s",
                manifest.name(),
                manifest.model().parameters(),
                manifest.data().id(),
                manifest.environment().threads(),
                manifest.environment().blas(),
                manifest.seed(),
                run.directory().path());
    }

    private static void report(Terminal terminal, Outcome outcome, TrainingRun run) {
        var path = outcome.run();
        if (outcome.stopped() != null) {
            terminal.line("stopped after step " + outcome.step() + " (" + outcome.stopped()
                    + "); resume with: evenkeel resume " + path);
            return;
        }
        terminal.line(String.format(
                Locale.ROOT,
                "done: step %,d, training loss %.4f, verdict %s",
                outcome.step(),
                outcome.trainLoss(),
                outcome.verdict()));
        if (outcome.valLoss() != null) {
            terminal.line(String.format(Locale.ROOT, "held-out loss %.4f nats", outcome.valLoss())
                    + (outcome.unigramEntropy() == null
                            ? ""
                            : String.format(
                                    Locale.ROOT,
                                    " (unigram entropy of the held-out text: %.4f)",
                                    outcome.unigramEntropy())));
        }
        var sample = sample(run);
        sample.ifPresent(text -> terminal.line("sample: " + text.replace("\n", "\n        ")));
        terminal.line("next: evenkeel show " + path + (sample.isPresent() ? "   evenkeel sample " + path : "")
                + "   evenkeel runs");
    }

    /// A short continuation by the model as it is now; nothing for a run without a language model.
    private static Optional<String> sample(TrainingRun run) {
        if (!(run.config().model() instanceof Decoder.Config)) {
            return Optional.empty();
        }
        try (var model = SavedModel.open(run.directory().path(), null, _ -> {})) {
            return Optional.of(model.sample("", SAMPLE_TOKENS, new Sampler.Config(0.8, null, null), 1));
        }
    }
}
