package io.evenkeel.gauntlet;

import io.evenkeel.InputException;
import io.evenkeel.detect.Event;
import io.evenkeel.metric.SeriesData;
import io.evenkeel.metric.SeriesNames;
import io.evenkeel.run.RunDirectory;
import io.evenkeel.run.RunEvent;
import io.evenkeel.run.Status;
import io.evenkeel.train.Outcome;
import io.evenkeel.train.RunSummary;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What became of a run, read from its directory.
///
/// @param detectedAfterSteps steps from the fault to the first event that tells of trouble, null when there was none
/// @param action             what was done, in the order it was first done, joined by `+`; `none` when nothing was
/// @param actions            how many decisions were carried out
/// @param survived           whether it reached its last step with a finite held-out loss and no verdict that says the
///                           run is lost
/// @param stepsLost          steps dropped or done again
/// @param secondsLost        wall time from the last step that counts to the next one, over all goings-back, beyond
///                           that of a step
/// @param effectiveTimeRatio time of the steps that count over that time plus what was lost
/// @param valLoss            last held-out loss, nats
/// @param verdict            of the run
record Account(
        @Nullable Long detectedAfterSteps,
        String action,
        int actions,
        boolean survived,
        long stepsLost,
        double secondsLost,
        double effectiveTimeRatio,
        @Nullable Double valLoss,
        String verdict) {
    /// Kinds of the events by which a run tells what it did about trouble.
    private static final Set<String> ACTIONS = Set.of(
            "skip-step",
            "clip-update",
            "rollback",
            "rewarm",
            "reduce-lr",
            "reset-moments",
            "raise-precision",
            "halt",
            "resume",
            "evict");

    /// Kinds of the events, beside those of detectors, by which trouble is noticed.
    private static final Set<String> NOTICES =
            Set.of("resume", "checkpoint-failed", "checkpoint-refused", "evict", "alert");

    /// A run that did not come to be.
    static final Account NONE = new Account(null, "none", 0, false, 0, 0, 0, null, "unknown");

    /// @param faultStep the step at which the fault struck, 0 for a run without one
    static Account of(Path run, long faultStep) {
        RunDirectory directory;
        try {
            directory = RunDirectory.open(run);
        } catch (InputException e) {
            return NONE;
        }
        var events = directory.events();
        var outcome = RunSummary.of(directory);
        var loss = directory.metrics().series(SeriesNames.LOSS);
        var stepSeconds = medianGap(loss);
        var lost = secondsLost(events, loss, stepSeconds);
        var productive = stepSeconds * loss.size();
        return new Account(
                detected(events, faultStep),
                action(events),
                (int) events.stream()
                        .filter(event -> ACTIONS.contains(event.kind()))
                        .count(),
                survived(directory, outcome),
                stepsLost(events),
                lost,
                productive / (productive + lost),
                outcome.valLoss(),
                outcome.verdict());
    }

    /// In one line.
    String summary() {
        return String.format(
                Locale.ROOT,
                "%s, held-out loss %s, %s, %d steps lost, verdict %s",
                survived ? "survived" : "lost",
                valLoss == null ? "-" : String.format(Locale.ROOT, "%.4f", valLoss),
                action,
                stepsLost,
                verdict);
    }

    private static boolean survived(RunDirectory directory, Outcome outcome) {
        var finished = directory
                .status()
                .map(Status::state)
                .filter(Status.State.FINISHED::equals)
                .isPresent();
        return finished
                && outcome.step() == outcome.totalSteps()
                && outcome.valLoss() != null
                && Double.isFinite(outcome.valLoss())
                && !outcome.failed();
    }

    private static @Nullable Long detected(List<RunEvent> events, long faultStep) {
        return events.stream()
                .filter(event -> event.step() >= faultStep || event.kind().equals("resume"))
                .filter(event -> NOTICES.contains(event.kind()) || isTrouble(event))
                .map(event -> Math.max(0, event.step() - faultStep))
                .findFirst()
                .orElse(null);
    }

    private static boolean isTrouble(RunEvent event) {
        return event.severity() != null && event.severity().compareTo(Event.Severity.WATCH) >= 0;
    }

    private static String action(List<RunEvent> events) {
        var done = new LinkedHashSet<String>();
        events.stream().map(RunEvent::kind).filter(ACTIONS::contains).forEach(done::add);
        return done.isEmpty() ? "none" : String.join("+", done);
    }

    private static long stepsLost(List<RunEvent> events) {
        return events.stream()
                .mapToLong(event -> switch (event.kind()) {
                    case "skip-step" -> 1;
                    case "rollback", "resume" ->
                        event.details().path("stepsLost").asLong(0);
                    default -> 0;
                })
                .sum();
    }

    private static double medianGap(SeriesData loss) {
        var seconds = loss.wallSeconds();
        var gaps = new double[Math.max(0, seconds.length - 1)];
        for (var i = 0; i < gaps.length; i++) {
            gaps[i] = seconds[i + 1] - seconds[i];
        }
        Arrays.sort(gaps);
        return gaps.length == 0 ? 0 : gaps[gaps.length / 2];
    }

    /// Where a run went back to a step, the time between this step and the next one is what it cost.
    private static double secondsLost(List<RunEvent> events, SeriesData loss, double stepSeconds) {
        var lost = stepSeconds
                * events.stream()
                        .filter(event -> event.kind().equals("skip-step"))
                        .count();
        var landings = new LinkedHashSet<Long>();
        for (var event : events) {
            switch (event.kind()) {
                case "rollback" -> landings.add(event.details().path("toStep").asLong());
                case "resume" -> landings.add(event.step());
                default -> {}
            }
        }
        for (var i = 1; i < loss.size(); i++) {
            if (landings.contains(loss.steps()[i] - 1)) {
                lost += Math.max(0, loss.wallSeconds()[i] - loss.wallSeconds()[i - 1] - stepSeconds);
            }
        }
        return lost;
    }
}
