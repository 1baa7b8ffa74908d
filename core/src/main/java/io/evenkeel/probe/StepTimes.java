package io.evenkeel.probe;

import java.util.EnumMap;
import java.util.Map;
import java.util.function.LongSupplier;

/// Where the time of training goes: every nanosecond between the first [#during] and now belongs to one phase. Not
/// thread safe: for the training thread.
///
///     try (var _ = times.during(Phase.FORWARD)) {
///         loss = model.loss(batch);
///     }
public final class StepTimes {
    private final LongSupplier nanoTime;
    private final Map<Phase, Long> running = new EnumMap<>(Phase.class);
    private final Map<Phase, Long> finished = new EnumMap<>(Phase.class);
    private Phase phase = Phase.OTHER;
    private long since;
    private long finishedSteps;

    /// Parts of a step.
    public enum Phase {
        DATA,
        FORWARD,
        BACKWARD,
        OPTIMIZER,
        CHECKPOINT,
        PROBES,
        /// Everything else: guards, logging, evaluation.
        OTHER
    }

    /// Ends a phase.
    public interface Span extends AutoCloseable {
        @Override
        void close();
    }

    public StepTimes() {
        this(System::nanoTime);
    }

    StepTimes(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.since = nanoTime.getAsLong();
    }

    /// Charges the time until closed to `phase`, except for phases inside it; then the enclosing phase goes on.
    public Span during(Phase phase) {
        var enclosing = this.phase;
        enter(phase);
        return () -> enter(enclosing);
    }

    private void enter(Phase next) {
        var now = nanoTime.getAsLong();
        running.merge(phase, now - since, Long::sum);
        since = now;
        phase = next;
    }

    /// A step is over.
    public void endStep() {
        enter(phase);
        running.forEach((part, nanos) -> finished.merge(part, nanos, Long::sum));
        running.clear();
        finishedSteps++;
    }

    /// Mean milliseconds a step by phase over the steps that ended since the last call; empty when none did.
    public Map<Phase, Double> drain() {
        var means = new EnumMap<Phase, Double>(Phase.class);
        if (finishedSteps > 0) {
            for (var part : Phase.values()) {
                means.put(part, finished.getOrDefault(part, 0L) / 1e6 / finishedSteps);
            }
        }
        finished.clear();
        finishedSteps = 0;
        return means;
    }
}
