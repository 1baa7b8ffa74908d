package io.evenkeel.detect;

import java.util.Map;

/// Something noteworthy that a detector saw.
///
/// @param kind       what kind of thing
/// @param step       the step whose readings made the detector speak
/// @param since      the first step that belongs to it, `<= step`
/// @param severity   how bad it is by itself
/// @param confidence probability in [0, 1] that it is real, as calibrated on labelled logs where possible
/// @param subject    the series, tensor, layer or worker it is about; empty for the whole run
/// @param evidence   one plain sentence with the numbers
/// @param numbers    the numbers of the evidence by name
public record Event(
        EventKind kind,
        long step,
        long since,
        Severity severity,
        double confidence,
        String subject,
        String evidence,
        Map<String, Double> numbers) {
    public Event {
        if (!(confidence >= 0 && confidence <= 1)) {
            throw new IllegalArgumentException("confidence must be in [0, 1] but was " + confidence);
        }
        numbers = Map.copyOf(numbers);
    }

    /// Number of the evidence that marks the end of an episode: for how many points it lasted.
    public static final String RECOVERED_AFTER = "recoveredAfterPoints";

    /// The same with another beginning.
    public Event beganAt(long since) {
        return new Event(kind, step, since, severity, confidence, subject, evidence, numbers);
    }

    /// Whether this tells the end of the episode that began at [#since] instead of trouble.
    public boolean tellsRecovery() {
        return numbers.containsKey(RECOVERED_AFTER);
    }

    /// How bad an event is, least first.
    public enum Severity {
        /// Worth knowing; nothing to do.
        NOTE,
        /// May become damage: look at it.
        WATCH,
        /// The run lost ground or carries a wound.
        DAMAGED,
        /// The run cannot reach its aim any more without being repaired.
        FATAL
    }
}
