package io.evenkeel.finding;

import io.evenkeel.detect.Detectors;
import io.evenkeel.detect.Event;
import io.evenkeel.detect.Event.Severity;
import io.evenkeel.detect.EventKind;
import io.evenkeel.detect.Judge;
import io.evenkeel.detect.Verdict;
import io.evenkeel.detect.bench.PublishedRule;
import io.evenkeel.finding.RunDiagnosis.RuleAlarm;
import io.evenkeel.log.Collective;
import io.evenkeel.log.CollectiveProgress;
import io.evenkeel.log.RunInfo;
import io.evenkeel.log.RunListener;
import io.evenkeel.log.WorkerTask;
import io.evenkeel.metric.Readings;
import io.evenkeel.metric.SeriesNames;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Diagnoses one run as it is read, in one pass and with memory that does not depend on its length: the detectors and
/// the judge of a live run, on whatever series the log has.
final class RunDiagnoser implements RunListener {
    private final Detectors detectors = Detectors.defaults();
    private final Judge judge = new Judge(Judge.Config.defaults());
    private final Facts facts = new Facts();
    private final Curve curve = new Curve();
    private final Waiting waiting = new Waiting();
    private final Slowness slowness = new Slowness();
    private final List<PublishedRule> published = PublishedRule.all();
    private final long[] alarms = new long[published.size()];
    private final @Nullable Long[] firstAlarms = new Long[published.size()];
    private final Map<String, Finding> findings = new LinkedHashMap<>();
    private final Consumer<Finding> onFinding;
    private RunInfo info;
    private @Nullable Double lastLoss;
    private boolean hasCollectives;

    /// @param onFinding hears of each finding when it appears or grows worse
    RunDiagnoser(RunInfo info, Consumer<Finding> onFinding) {
        this.info = info;
        this.onFinding = onFinding;
    }

    @Override
    public void readings(Readings readings) {
        var judged = withLoss(readings);
        facts.add(judged);
        if (judged.has(SeriesNames.LOSS)) {
            var loss = judged.get(SeriesNames.LOSS);
            curve.add(judged.step(), loss);
            lastLoss = Double.isFinite(loss) ? (Double) loss : lastLoss;
            alarm(judged);
        }
        var events = detectors.observe(judged);
        judge.observe(judged, events);
        events.forEach(event -> take(event, judged));
    }

    /// A log that has only a held-out loss is judged by that.
    private Readings withLoss(Readings readings) {
        if (readings.has(SeriesNames.LOSS)
                || !readings.has(SeriesNames.VAL_LOSS)
                || facts.has(SeriesNames.LOSS) && !facts.has("(held-out loss only)")) {
            return readings;
        }
        var judged = new Readings(readings.step(), readings.wallSeconds());
        readings.forEach(judged::put);
        return judged.put("(held-out loss only)", 1).put(SeriesNames.LOSS, readings.get(SeriesNames.VAL_LOSS));
    }

    private void alarm(Readings readings) {
        for (var i = 0; i < published.size(); i++) {
            if (published.get(i).alarms(readings)) {
                alarms[i]++;
                if (firstAlarms[i] == null) {
                    firstAlarms[i] = readings.step();
                }
            }
        }
    }

    private void take(Event event, Readings readings) {
        var key = event.kind() + " " + event.subject();
        var known = findings.get(key);
        if (event.tellsRecovery()) {
            end(event);
            return;
        }
        if (event.severity() == Severity.NOTE && known == null) {
            put(key, finding(event, readings, 1));
            return;
        }
        if (known == null) {
            put(key, finding(event, readings, 1));
        } else if (known.endStep() != null || event.severity().compareTo(known.severity()) > 0) {
            var again = known.endStep() != null;
            var worse = event.severity().compareTo(known.severity()) > 0;
            var next = finding(event, readings, known.times() + (again ? 1 : 0));
            put(key, worse ? since(next, again ? next.step() : known.step(), next.seconds()) : reopened(known, next));
        }
    }

    /// What is not finite ends together, whatever it was seen in.
    private void end(Event event) {
        findings.replaceAll((_, finding) -> finding.endStep() == null
                        && finding.kind().equals(event.kind().label())
                        && (event.kind() == EventKind.NON_FINITE || finding.subject().equals(event.subject()))
                ? ended(finding, event.step())
                : finding);
    }

    private void put(String key, Finding finding) {
        findings.put(key, finding);
        onFinding.accept(finding);
    }

    private Finding finding(Event event, Readings readings, int times) {
        var entry = Knowledge.of(event.kind());
        return new Finding(
                event.kind().label(),
                event.since(),
                Double.isFinite(readings.wallSeconds()) ? (Double) readings.wallSeconds() : null,
                null,
                times,
                event.severity(),
                event.confidence(),
                event.subject(),
                event.evidence(),
                entry.causes(facts),
                entry.remedies(),
                entry.missing(facts));
    }

    private static Finding since(Finding finding, long step, @Nullable Double seconds) {
        return new Finding(
                finding.kind(),
                step,
                seconds,
                finding.endStep(),
                finding.times(),
                finding.severity(),
                finding.confidence(),
                finding.subject(),
                finding.evidence(),
                finding.causes(),
                finding.remedies(),
                finding.missing());
    }

    private static Finding ended(Finding finding, long step) {
        return new Finding(
                finding.kind(),
                finding.step(),
                finding.seconds(),
                step,
                finding.times(),
                finding.severity(),
                finding.confidence(),
                finding.subject(),
                finding.evidence(),
                finding.causes(),
                finding.remedies(),
                finding.missing());
    }

    /// The first and worst stays told; that it came again counts.
    private static Finding reopened(Finding known, Finding again) {
        return new Finding(
                known.kind(),
                known.step(),
                known.seconds(),
                null,
                again.times(),
                known.severity(),
                Math.max(known.confidence(), again.confidence()),
                known.subject(),
                known.evidence(),
                known.causes(),
                known.remedies(),
                known.missing());
    }

    @Override
    public void restarted(long step) {
        facts.restarted(step);
    }

    @Override
    public void collective(Collective collective) {
        hasCollectives = true;
        waiting.add(collective);
    }

    @Override
    public void progress(CollectiveProgress progress) {
        hasCollectives = true;
        waiting.saw(progress.rank());
    }

    @Override
    public void task(WorkerTask task) {
        slowness.add(task);
    }

    @Override
    public void caughtUp(RunInfo info) {
        this.info = info;
    }

    /// The diagnosis as things stand.
    RunDiagnosis result() {
        var all = new ArrayList<>(findings.values());
        var culprits = waiting.culprits();
        culprits.forEach(culprit -> all.add(ofWorker(
                EventKind.HANG, Severity.FATAL, 0.9, "rank " + culprit.rank(), culprit.evidence())));
        slowness.slow()
                .forEach(slow ->
                        all.add(ofWorker(EventKind.STRAGGLER, Severity.WATCH, 0.7, slow.worker(), slow.evidence())));
        all.sort(Comparator.comparingDouble((Finding finding) -> -finding.weight())
                .thenComparingLong(Finding::step));
        var judgement = judge.judgement();
        var rules = new ArrayList<RuleAlarm>();
        for (var i = 0; i < published.size(); i++) {
            rules.add(new RuleAlarm(published.get(i).name(), firstAlarms[i], alarms[i]));
        }
        var hung = hasCollectives && !culprits.isEmpty();
        return new RunDiagnosis(
                info,
                hung ? Verdict.DEAD : judgement.verdict(),
                hung ? 0.9 : judgement.confidence(),
                hung
                        ? "the job hangs; the others wait for "
                                + String.join(
                                        ", ",
                                        culprits.stream()
                                                .map(culprit -> "rank " + culprit.rank())
                                                .toList())
                        : judgement.reason(),
                facts.points(),
                facts.lastStep(),
                lastLoss,
                all,
                facts.points() == 0 ? List.of() : rules,
                curve);
    }

    private Finding ofWorker(EventKind kind, Severity severity, double confidence, String worker, String evidence) {
        var entry = Knowledge.of(kind);
        return new Finding(
                kind.label(),
                facts.lastStep(),
                null,
                null,
                1,
                severity,
                confidence,
                worker,
                evidence,
                entry.causes(facts),
                entry.remedies(),
                List.of());
    }
}
