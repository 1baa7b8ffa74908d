package io.evenkeel.finding;

import io.evenkeel.detect.Event.Severity;
import io.evenkeel.detect.Verdict;
import io.evenkeel.log.RunInfo;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// What is said of one run.
///
/// @param info       where it was found and what reading it assumed
/// @param verdict    what has become of it; `unknown` where too little is there to tell
/// @param confidence in the verdict, in [0, 1]
/// @param reason     for the verdict, one sentence
/// @param points     losses read
/// @param lastStep   the last step read
/// @param loss       last finite training loss; null when there was none
/// @param findings   the weightiest first
/// @param rules      which published rules would have alarmed
/// @param curve      the loss, reduced without losing a spike
public record RunDiagnosis(
        RunInfo info,
        Verdict verdict,
        double confidence,
        String reason,
        long points,
        long lastStep,
        @Nullable Double loss,
        List<Finding> findings,
        List<RuleAlarm> rules,
        Curve curve) {
    public RunDiagnosis {
        findings = List.copyOf(findings);
        rules = List.copyOf(rules);
    }

    /// A published rule on this run.
    ///
    /// @param rule      its name
    /// @param firstStep the step of its first alarm; null when it was silent
    /// @param alarms    how many points alarmed
    public record RuleAlarm(String rule, @Nullable Long firstStep, long alarms) {}

    /// The same with other remedies.
    public RunDiagnosis withRemedies(UnaryOperator<Finding.Remedy> change) {
        return new RunDiagnosis(
                info,
                verdict,
                confidence,
                reason,
                points,
                lastStep,
                loss,
                findings.stream().map(finding -> finding.withRemedies(change)).toList(),
                rules,
                curve);
    }

    /// The worst severity of a finding; empty when there is none.
    public OptionalInt worst() {
        return findings.stream()
                .mapToInt(finding -> finding.severity().ordinal())
                .max();
    }

    /// Whether a finding, or the verdict, is at least that bad.
    public boolean reaches(Severity severity) {
        return worst().orElse(-1) >= severity.ordinal() || verdictSeverity().compareTo(severity) >= 0;
    }

    private Severity verdictSeverity() {
        return switch (verdict) {
            case HEALTHY, UNKNOWN, RECOVERED -> Severity.NOTE;
            case WATCH -> Severity.WATCH;
            case DAMAGED -> Severity.DAMAGED;
            case DIVERGED, DEAD -> Severity.FATAL;
        };
    }
}
