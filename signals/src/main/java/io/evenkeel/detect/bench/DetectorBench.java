package io.evenkeel.detect.bench;

import static java.util.Objects.requireNonNull;

import io.evenkeel.InputException;
import io.evenkeel.detect.Detectors;
import io.evenkeel.detect.Event.Severity;
import io.evenkeel.detect.EventKind;
import io.evenkeel.detect.Judge;
import io.evenkeel.detect.Verdict;
import io.evenkeel.statistic.Proportion;
import io.evenkeel.statistic.Sample;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/// Recall and false alarms of detectors, ours and published, on runs of which is known how they ended.
///
/// A bad run counts as caught when a rule alarms at any of its points (from the injection on, where there is one); a
/// healthy run as alarmed in the same way. Points, not steps, are counted: the real logs have one point every 1 to 500
/// steps. The rows come for the submissions that thresholds may be tuned on, for the others, and for both.
///
/// The form of [io.evenkeel.detect.Divergence] and its round constants were found by looking at all of these logs, so
/// the rows of the second half are no figures on unseen runs; later changes are to be tuned on the first half only.
public final class DetectorBench {
    /// The kinds of event that, at [Severity#DAMAGED] or worse, say that the run as a whole is bad. A spike is not
    /// among them: what it leaves behind is.
    public static final Set<EventKind> RUN_ALARMS =
            EnumSet.of(EventKind.NON_FINITE, EventKind.DIVERGENCE, EventKind.STUCK, EventKind.LOSS_SCALE_DEATH);

    private static final long SEED = 20;

    private static final AlarmRule NEVER = _ -> false;

    private DetectorBench() {}

    /// One rule on one set of runs.
    ///
    /// @param rule              name of the rule
    /// @param runs              which runs: collection and half
    /// @param caught            bad runs with an alarm, of all bad runs
    /// @param alarmed           healthy runs with an alarm, of all healthy runs
    /// @param alarmsPer1000     alarms that do not follow an alarm at the point before, per 1,000 points of healthy
    /// runs
    /// @param medianLeadPoints  points from the first alarm to the end of a caught run; NaN when none was caught
    /// @param medianLeadShare   the same as a share of the run
    /// @param medianDelayPoints points from the injection to the first alarm; NaN where nothing was injected
    public record Row(
            String rule,
            String runs,
            Proportion caught,
            Proportion alarmed,
            double alarmsPer1000,
            double medianLeadPoints,
            double medianLeadShare,
            double medianDelayPoints) {}

    /// Which runs are judged.
    ///
    /// @param injectedEach runs of every kind of injected fault, >= 0; four times as many without a fault
    public record Options(int injectedEach) {
        public Options {
            if (injectedEach < 0) {
                throw new IllegalArgumentException("injectedEach must be >= 0 but was " + injectedEach);
            }
        }

        public static Options defaults() {
            return new Options(20);
        }
    }

    /// What one rule did on one run.
    private static final class Result {
        final LabelledRun run;
        int firstAlarm = -1;
        int alarms;
        private boolean before;

        Result(LabelledRun run) {
            this.run = run;
        }

        void see(int point, boolean alarm) {
            if (alarm && point >= run.trouble()) {
                firstAlarm = firstAlarm < 0 ? point : firstAlarm;
                alarms += before ? 0 : 1;
            }
            before = alarm;
        }
    }

    /// Runs every rule on every run.
    ///
    /// @param logs directory with the labelled logs; null to judge injected faults only
    /// @throws InputException when a file is missing or damaged
    public static List<Row> run(@Nullable Path logs, Options options) {
        var sets = new LinkedHashMap<String, List<LabelledRun>>();
        if (logs != null) {
            addRealRuns(logs, sets);
        }
        if (options.injectedEach() > 0) {
            var injected = InjectedRuns.generate(SEED, options.injectedEach());
            sets.put("injected", injected);
            for (var fault :
                    injected.stream().map(LabelledRun::group).distinct().toList()) {
                sets.put(
                        "injected " + fault,
                        injected.stream()
                                .filter(run -> run.group().equals(fault))
                                .toList());
            }
        }
        var runs = sets.values().stream().flatMap(List::stream).distinct().toList();
        var results = new HashMap<LabelledRun, List<Result>>();
        runs.parallelStream()
                .map(DetectorBench::judge)
                .toList()
                .forEach(judged -> results.put(judged.getFirst().run, judged));
        var rows = new ArrayList<Row>();
        for (var i = 0; i < BenchRule.ALL.size(); i++) {
            int rule = i;
            sets.forEach((name, set) -> rows.add(row(
                    BenchRule.ALL.get(rule).name(),
                    name,
                    set.stream()
                            .map(run -> requireNonNull(results.get(run)).get(rule))
                            .toList())));
        }
        return rows;
    }

    private static void addRealRuns(Path logs, Map<String, List<LabelledRun>> sets) {
        LogFiles.files(logs).values().forEach(file -> {
            if (!Files.isRegularFile(file)) {
                throw new InputException("logs must hold " + file.getFileName() + " but it was missing in " + logs);
            }
        });
        var real = LogFiles.algoPerf(logs);
        sets.put("algoperf", real);
        sets.put(
                "algoperf tune",
                real.stream().filter(run -> LogFiles.tunes(run.group())).toList());
        sets.put(
                "algoperf test",
                real.stream().filter(run -> !LogFiles.tunes(run.group())).toList());
        sets.put("modded-nanogpt", LogFiles.otherHealthy(logs));
    }

    /// Shows a run to every rule.
    private static List<Result> judge(LabelledRun run) {
        var detectors = Detectors.defaults();
        var judge = new Judge(Judge.Config.defaults());
        var results = BenchRule.ALL.stream().map(_ -> new Result(run)).toList();
        var published = BenchRule.ALL.stream()
                .map(rule -> rule instanceof BenchRule.Published(var _, var make) ? make.get() : NEVER)
                .toList();
        for (var point = 0; point < run.points(); point++) {
            var readings = run.readings(point);
            var events = detectors.observe(readings);
            judge.observe(readings, events);
            boolean last = point == run.points() - 1;
            for (var i = 0; i < BenchRule.ALL.size(); i++) {
                boolean alarm = switch (BenchRule.ALL.get(i)) {
                    case BenchRule.OfEvents(var _, var counts) ->
                        events.stream().anyMatch(counts);
                    case BenchRule.OfVerdict _ ->
                        last && condemned(judge.judgement().verdict());
                    case BenchRule.Published _ -> published.get(i).alarms(readings);
                };
                results.get(i).see(point, alarm);
            }
        }
        return results;
    }

    private static boolean condemned(Verdict verdict) {
        return verdict.isBad() || verdict == Verdict.DAMAGED;
    }

    private static Row row(String rule, String runs, List<Result> results) {
        var bad = results.stream().filter(r -> r.run.bad()).toList();
        var healthy = results.stream().filter(r -> !r.run.bad()).toList();
        var caught = bad.stream().filter(r -> r.firstAlarm >= 0).toList();
        long points = healthy.stream().mapToLong(r -> r.run.points()).sum();
        long alarms = healthy.stream().mapToLong(r -> r.alarms).sum();
        return new Row(
                rule,
                runs,
                new Proportion(caught.size(), bad.size()),
                new Proportion(healthy.stream().filter(r -> r.firstAlarm >= 0).count(), healthy.size()),
                points == 0 ? Double.NaN : 1000.0 * alarms / points,
                median(caught, r -> r.run.points() - 1 - r.firstAlarm),
                median(caught, r -> 1 - (r.firstAlarm + 1.0) / r.run.points()),
                median(
                        caught.stream().filter(r -> r.run.trouble() >= 0).toList(),
                        r -> r.firstAlarm - r.run.trouble()));
    }

    private static double median(List<Result> results, ToDoubleFunction<Result> value) {
        return Sample.median(results.stream().mapToDouble(value).toArray());
    }

    /// The rows as a table of plain text.
    public static String table(List<Row> rows) {
        var text = new StringBuilder(String.format(
                Locale.ROOT,
                "%-44s %-26s %-22s %-24s %8s %8s %7s %7s%n",
                "rule",
                "runs",
                "bad caught",
                "healthy alarmed",
                "per 1000",
                "lead",
                "lead %",
                "delay"));
        for (var row : rows) {
            text.append(String.format(
                    Locale.ROOT,
                    "%-44s %-26s %-22s %-24s %8.3f %8.0f %7.0f %7.0f%n",
                    row.rule(),
                    row.runs(),
                    share(row.caught()),
                    share(row.alarmed()),
                    row.alarmsPer1000(),
                    row.medianLeadPoints(),
                    100 * row.medianLeadShare(),
                    row.medianDelayPoints()));
        }
        return text.toString();
    }

    private static String share(Proportion p) {
        return p.trials() == 0
                ? "-"
                : String.format(
                        Locale.ROOT,
                        "%d/%d %.1f%% [%.1f %.1f]",
                        p.successes(),
                        p.trials(),
                        100 * p.share(),
                        100 * p.low(),
                        100 * p.high());
    }
}
