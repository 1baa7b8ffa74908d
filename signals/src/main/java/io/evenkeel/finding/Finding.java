package io.evenkeel.finding;

import io.evenkeel.detect.Event.Severity;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// Something wrong in a run, or noteworthy, and what may be behind it.
///
/// @param kind       label of the detector's event, such as `LossSpike`
/// @param step       first step of it
/// @param seconds    time of that step, seconds since 1970-01-01T00:00Z; null where the log has no clock
/// @param endStep    the step at which it was over; null while it is not
/// @param times      how often it was seen
/// @param severity   the worst it came to
/// @param confidence in [0, 1]
/// @param subject    the series or worker it is about
/// @param evidence   one sentence with the numbers
/// @param causes     likely ones first
/// @param remedies   what to try next, in order
/// @param missing    what this log does not have and the finding would be surer with
public record Finding(
        String kind,
        long step,
        @Nullable Double seconds,
        @Nullable Long endStep,
        int times,
        Severity severity,
        double confidence,
        String subject,
        String evidence,
        List<Cause> causes,
        List<Remedy> remedies,
        List<String> missing) {
    public Finding {
        causes = List.copyOf(causes);
        remedies = List.copyOf(remedies);
        missing = List.copyOf(missing);
    }

    /// A possible cause.
    ///
    /// @param text          what it is
    /// @param speaksFor     what in this run speaks for it
    /// @param speaksAgainst what speaks against it
    public record Cause(String text, List<String> speaksFor, List<String> speaksAgainst) {
        public Cause {
            speaksFor = List.copyOf(speaksFor);
            speaksAgainst = List.copyOf(speaksAgainst);
        }
    }

    /// Something to try.
    ///
    /// @param text     what
    /// @param paper    where it comes from: id in the catalogue and short title; null for common practice
    /// @param setting  the same as a setting of Evenkeel; null where it is none
    /// @param claim    the claim of the paper's study that is about it; null for none
    /// @param measured what the study found; null where it has not been run, or nobody has looked
    public record Remedy(
            String text,
            @Nullable String paper,
            @Nullable String setting,
            @Nullable String claim,
            @Nullable String measured) {
        /// The same with what was measured of it.
        public Remedy withMeasured(@Nullable String effect) {
            return new Remedy(text, paper, setting, claim, effect);
        }
    }

    /// The same, over at a step.
    Finding endedAt(long step, Severity severity) {
        return new Finding(
                kind,
                this.step,
                seconds,
                step,
                times,
                severity,
                confidence,
                subject,
                evidence,
                causes,
                remedies,
                missing);
    }

    /// The same, going on again.
    Finding seenAgain(int times, Severity now) {
        var worst = now.compareTo(severity) > 0 ? now : severity;
        return new Finding(
                kind, step, seconds, null, times, worst, confidence, subject, evidence, causes, remedies, missing);
    }

    Finding withRemedies(UnaryOperator<Remedy> change) {
        return with(causes, remedies.stream().map(change).toList());
    }

    Finding withCauses(List<Cause> causes) {
        return with(causes, remedies);
    }

    private Finding with(List<Cause> causes, List<Remedy> remedies) {
        return new Finding(
                kind,
                step,
                seconds,
                endStep,
                times,
                severity,
                confidence,
                subject,
                evidence,
                causes,
                remedies,
                missing);
    }

    /// What findings are ranked by: severity x confidence, halved for one that is over.
    double weight() {
        return (1 << 2 * severity.ordinal()) * confidence * (endStep == null ? 1 : 0.5);
    }

    /// The severity's name in output.
    public String severityLabel() {
        return severity.name().toLowerCase(Locale.ROOT);
    }
}
