package io.evenkeel.detect.bench;

import io.evenkeel.detect.Event;
import io.evenkeel.detect.Event.Severity;
import io.evenkeel.detect.EventKind;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.Supplier;

/// A rule: one of the program, which counts events of all detectors, or a published one.
sealed interface BenchRule {
    String name();

    /// @param counts which events are alarms
    record OfEvents(String name, Predicate<Event> counts) implements BenchRule {}

    /// An alarm when the run ends with a verdict of damaged, diverged or dead.
    record OfVerdict(String name) implements BenchRule {}

    record Published(String name, Supplier<AlarmRule> make) implements BenchRule {}

    /// Every rule of the benchmark: ours first.
    List<BenchRule> ALL = List.of(
            new OfEvents("evenkeel run alarm", BenchRule::isRunAlarm),
            new OfVerdict("evenkeel verdict at the end"),
            new OfEvents("evenkeel Divergence", event -> event.kind() == EventKind.DIVERGENCE && isRunAlarm(event)),
            new OfEvents("evenkeel Stuck", event -> event.kind() == EventKind.STUCK && isRunAlarm(event)),
            new OfEvents("evenkeel NonFinite", event -> event.kind() == EventKind.NON_FINITE && isRunAlarm(event)),
            new OfEvents("evenkeel LossSpike", event -> event.kind() == EventKind.LOSS_SPIKE && isTrouble(event)),
            new OfEvents(
                    "evenkeel GradientSpike", event -> event.kind() == EventKind.GRADIENT_SPIKE && isTrouble(event)),
            new OfEvents("evenkeel Drift", event -> event.kind() == EventKind.DRIFT && isTrouble(event)),
            new Published("6 sigma over 128, loss and gradient (OLMo)", () -> PublishedRules.sixSigma(128)),
            new Published("6 sigma over 32, loss and gradient (OLMo)", () -> PublishedRules.sixSigma(32)),
            new Published("6 sigma over 32, loss", () -> PublishedRules.sixSigmaOfLoss(32)),
            new Published("1.25 x weighted mean", () -> PublishedRules.ratioToWeightedMean(1.25, 0.9)),
            new Published("2 x mean of 100, patience 4 (LLM Foundry)", () -> PublishedRules.windowedMean(2, 100, 4)),
            new Published("2 x mean of 20, patience 4", () -> PublishedRules.windowedMean(2, 20, 4)),
            new Published("2.0 x mean of 10", () -> PublishedRules.multipleOfMean(2.0, 10)),
            new Published("2.0 x mean of 10 above it (Lightning)", () -> PublishedRules.relativeTolerance(2.0, 10)),
            new Published("10 x early maximum (Megatron-LM)", () -> PublishedRules.earlyMaximum(10, 100)));

    private static boolean isRunAlarm(Event event) {
        return DetectorBench.RUN_ALARMS.contains(event.kind())
                && event.severity().compareTo(Severity.DAMAGED) >= 0;
    }

    private static boolean isTrouble(Event event) {
        return event.severity().compareTo(Severity.WATCH) >= 0;
    }
}
