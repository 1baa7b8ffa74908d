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
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinTask;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Diagnoses one run as it is read, in one pass and with memory that does not depend on its length: the detectors and
/// the judge of a live run, on whatever series the log has.
final class RunDiagnoser implements RunListener {
    /// Readings that are judged together, so that detectors work side by side.
    static final int BATCH = 256;
    /// Judging goes on beside reading, with as many threads as there are processors.
    private static final ForkJoinPool JUDGES =
            new ForkJoinPool(Runtime.getRuntime().availableProcessors());

    private Detectors detectors = Detectors.defaults();
    private Judge judge = new Judge(Judge.Config.defaults(), detectors);
    private final Excerpt excerpt = new Excerpt();
    private final Facts facts = new Facts();
    private final Curve curve = new Curve();
    private final Waiting waiting = new Waiting();
    private final Slowness slowness = new Slowness();
    private final List<PublishedRule> published = PublishedRule.all();
    private final long[] alarms = new long[published.size()];
    private final @Nullable Long[] firstAlarms = new Long[published.size()];
    private final Map<String, Finding> findings = new LinkedHashMap<>();
    private final Consumer<Finding> onFinding;
    private final int batch;
    private RunInfo info;
    private List<Readings> waitingReadings = new ArrayList<>();
    private @Nullable ForkJoinTask<?> working;
    private @Nullable Double lastLoss;
    private boolean hasLoss;
    private boolean hasCollectives;

    /// @param onFinding hears of each finding when it appears or grows worse
    /// @param batch     readings that are judged together
    RunDiagnoser(RunInfo info, Consumer<Finding> onFinding, int batch) {
        this.batch = batch;
        this.info = info;
        this.onFinding = onFinding;
    }

    @Override
    public void readings(Readings readings) {
        waitingReadings.add(withLoss(readings));
        if (waitingReadings.size() >= batch) {
            flush();
        }
    }

    /// Hands the readings that wait to everything that judges them, which goes on while more are read.
    private void flush() {
        settle();
        if (!waitingReadings.isEmpty()) {
            var batch = waitingReadings;
            waitingReadings = new ArrayList<>(BATCH);
            working = JUDGES.submit(() -> judge(batch));
        }
    }

    /// Waits until everything handed over is judged.
    private void settle() {
        if (working != null) {
            working.join();
            working = null;
        }
    }

    /// Judges all that was read.
    private void catchUp() {
        flush();
        settle();
    }

    private void judge(List<Readings> batch) {
        var alarming = JUDGES.submit(() -> IntStream.range(0, published.size()).forEach(rule -> alarm(rule, batch)));
        var events = detectors.observeAll(batch);
        alarming.join();
        for (var i = 0; i < batch.size(); i++) {
            var readings = batch.get(i);
            facts.add(readings);
            if (readings.has(SeriesNames.LOSS)) {
                var loss = readings.get(SeriesNames.LOSS);
                curve.add(readings.step(), loss);
                excerpt.add(readings);
                lastLoss = Double.isFinite(loss) ? (Double) loss : lastLoss;
            }
            judge.observe(readings, events.get(i));
            events.get(i).forEach(this::take);
        }
    }

    /// A log that has only a held-out loss is judged by that.
    private Readings withLoss(Readings readings) {
        if (readings.has(SeriesNames.LOSS)) {
            hasLoss = true;
            return readings;
        }
        if (hasLoss || !readings.has(SeriesNames.VAL_LOSS)) {
            return readings;
        }
        var judged = new Readings(readings.step(), readings.wallSeconds());
        readings.forEach(judged::put);
        return judged.put(SeriesNames.LOSS, readings.get(SeriesNames.VAL_LOSS));
    }

    private void alarm(int rule, List<Readings> batch) {
        for (var readings : batch) {
            if (published.get(rule).alarms(readings)) {
                alarms[rule]++;
                if (firstAlarms[rule] == null) {
                    firstAlarms[rule] = readings.step();
                }
            }
        }
    }

    private void take(Event event) {
        var key = event.kind() + " " + event.subject();
        var known = findings.get(key);
        if (event.tellsRecovery()) {
            end(event);
            return;
        }
        if (event.severity() == Severity.NOTE && known == null) {
            put(key, finding(event, facts.secondsAt(event.since()), 1));
            return;
        }
        if (known == null) {
            put(key, finding(event, facts.secondsAt(event.since()), 1));
        } else if (known.endStep() != null || event.severity().compareTo(known.severity()) > 0) {
            var again = known.endStep() != null;
            var times = known.times() + (again ? 1 : 0);
            var worse = event.severity().compareTo(known.severity()) > 0;
            // The first and worst is what is told; that it came again counts.
            put(
                    key,
                    worse
                            ? finding(event, facts.secondsAt(event.since()), times)
                            : known.seenAgain(times, event.severity()));
        }
    }

    /// What is not finite ends together, whatever it was seen in.
    private void end(Event event) {
        findings.replaceAll((_, finding) -> finding.endStep() == null
                        && finding.kind().equals(event.kind().label())
                        && (event.kind() == EventKind.NON_FINITE
                                || finding.subject().equals(event.subject()))
                ? ended(finding, event.step())
                : finding);
    }

    private void put(String key, Finding finding) {
        findings.put(key, finding);
        onFinding.accept(finding);
    }

    private Finding finding(Event event, @Nullable Double seconds, int times) {
        var entry = Knowledge.of(event.kind());
        return new Finding(
                event.kind().label(),
                event.since(),
                seconds,
                null,
                times,
                event.severity(),
                event.confidence(),
                event.subject(),
                event.evidence(),
                entry.causes(facts),
                Knowledge.remedies(event.kind()),
                entry.missing(facts));
    }

    /// What came back by itself and did no damage is worth a note.
    private static Finding ended(Finding finding, long step) {
        return finding.endedAt(step, finding.severity() == Severity.WATCH ? Severity.NOTE : finding.severity());
    }

    @Override
    public void restarted(long step) {
        catchUp();
        if (step < facts.lastStep() / 2) {
            // Another run under the same name: what was is no reference for it.
            detectors = Detectors.defaults();
            judge = new Judge(Judge.Config.defaults(), detectors);
        }
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
        catchUp();
        this.info = info;
    }

    /// The diagnosis as things stand.
    RunDiagnosis result() {
        catchUp();
        var all = new ArrayList<>(findings.values());
        var culprits = waiting.culprits();
        excerpt.jumps().stream()
                .filter(jump -> all.stream().noneMatch(finding -> covers(finding, jump)))
                .toList()
                .forEach(jump -> all.add(of(jump)));
        culprits.forEach(culprit -> all.add(ofCulprit(culprit)));
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

    private static boolean covers(Finding finding, Excerpt.Jump jump) {
        return finding.subject().equals(SeriesNames.LOSS)
                && finding.severity().compareTo(Severity.WATCH) >= 0
                && finding.step() <= jump.event().step()
                && (finding.endStep() == null
                        || finding.endStep() >= jump.event().step());
    }

    private Finding of(Excerpt.Jump jump) {
        var finding = finding(jump.event(), Double.isFinite(jump.seconds()) ? (Double) jump.seconds() : null, 1);
        return jump.endStep() < 0 ? finding : ended(finding, jump.endStep());
    }

    /// What a rank was seen to do orders the causes.
    private Finding ofCulprit(Waiting.Culprit culprit) {
        var hang = ofWorker(EventKind.HANG, Severity.FATAL, 0.9, "rank " + culprit.rank(), culprit.evidence());
        var causes = new ArrayList<Finding.Cause>();
        for (var cause : hang.causes()) {
            var outside = cause.text().contains("outside of communication");
            var fits = outside == culprit.silent();
            var seen = culprit.silent() ? "it has entered no operation" : "it has entered operations that do not end";
            causes.add(new Finding.Cause(
                    cause.text(), fits ? List.of(seen) : List.of(), fits ? List.of() : List.of(seen)));
        }
        causes.sort(Comparator.comparing(cause -> cause.speaksFor().isEmpty()));
        return hang.withCauses(causes);
    }

    private Finding ofWorker(EventKind kind, Severity severity, double confidence, String worker, String evidence) {
        var event =
                new Event(kind, facts.lastStep(), facts.lastStep(), severity, confidence, worker, evidence, Map.of());
        return finding(event, null, 1);
    }
}
