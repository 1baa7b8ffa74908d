package io.evenkeel.detect.bench;

import io.evenkeel.InputException;
import io.evenkeel.detect.Detector;
import io.evenkeel.detect.Detectors;
import io.evenkeel.detect.Divergence;
import io.evenkeel.detect.Event;
import io.evenkeel.detect.Event.Severity;
import io.evenkeel.detect.EventKind;
import io.evenkeel.detect.GradientSpike;
import io.evenkeel.detect.Judge;
import io.evenkeel.detect.LossSpike;
import io.evenkeel.detect.Verdict;
import io.evenkeel.metric.Readings;
import io.evenkeel.statistic.Proportion;
import io.evenkeel.statistic.Sample;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;

/// Recall and false alarms of detectors, ours and published, on runs of which is known how they ended.
///
/// A bad run counts as caught when a rule alarms at any of its points (from the injection on, where there is one); a
/// healthy run as alarmed in the same way. Points, not steps, are counted: the real logs have one point every 1 to 500
/// steps. The rows come for the submissions that thresholds may be tuned on, for the others, and for both.
public final class DetectorBench {
    /// The kinds of event that, at [Severity#DAMAGED] or worse, say that the run as a whole is bad. A spike is not
    /// among them: what it leaves behind is.
    public static final Set<EventKind> RUN_ALARMS =
            EnumSet.of(EventKind.NON_FINITE, EventKind.DIVERGENCE, EventKind.STUCK, EventKind.LOSS_SCALE_DEATH);

    private static final long SEED = 20;
    private static final int INJECTED_EACH = 20;

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
    /// @param injected whether to judge injected faults too
    public record Options(boolean injected) {
        public static Options defaults() {
            return new Options(true);
        }
    }

    private record Rule(String name, Supplier<AlarmRule> make) {}

    /// What one rule did on one run.
    private record Result(LabelledRun run, int firstAlarm, int alarms) {}

    /// Runs every rule on every run.
    ///
    /// @param logs directory with the labelled logs
    /// @throws InputException when a file is missing or damaged
    public static List<Row> run(Path logs, Options options) {
        LogFiles.files(logs).values().forEach(file -> {
            if (!Files.isRegularFile(file)) {
                throw new InputException("logs must hold " + file.getFileName() + " but it was missing in " + logs);
            }
        });
        var sets = new LinkedHashMap<String, List<LabelledRun>>();
        var real = LogFiles.algoPerf(logs);
        sets.put("algoperf", real);
        sets.put(
                "algoperf tune",
                real.stream().filter(run -> LogFiles.tunes(run.group())).toList());
        sets.put(
                "algoperf test",
                real.stream().filter(run -> !LogFiles.tunes(run.group())).toList());
        sets.put("modded-nanogpt", LogFiles.otherHealthy(logs));
        if (options.injected()) {
            var injected = InjectedRuns.generate(SEED, INJECTED_EACH);
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
        var rows = new ArrayList<Row>();
        for (var rule : rules()) {
            var known = new java.util.HashMap<LabelledRun, Result>();
            sets.forEach((name, runs) -> rows.add(row(
                    rule.name(),
                    name,
                    runs.stream()
                            .map(run -> known.computeIfAbsent(run, r -> judge(rule, r)))
                            .toList())));
        }
        return rows;
    }

    private static List<Rule> rules() {
        return List.of(
                new Rule("evenkeel run alarm", () -> any(Detectors.defaults(), DetectorBench::isRunAlarm)),
                new Rule("evenkeel verdict at the end", VerdictAtEnd::new),
                new Rule(
                        "evenkeel Divergence",
                        () -> any(new Divergence(Divergence.Config.defaults()), DetectorBench::isRunAlarm)),
                new Rule(
                        "evenkeel LossSpike",
                        () -> any(new LossSpike(LossSpike.Config.defaults()), DetectorBench::isTrouble)),
                new Rule(
                        "evenkeel GradientSpike",
                        () -> any(new GradientSpike(GradientSpike.Config.defaults()), DetectorBench::isTrouble)),
                new Rule("6 sigma over 128, loss and gradient (OLMo)", () -> PublishedRules.sixSigma(128)),
                new Rule("6 sigma over 32, loss and gradient (OLMo)", () -> PublishedRules.sixSigma(32)),
                new Rule("6 sigma over 32, loss", () -> PublishedRules.sixSigmaOfLoss(32)),
                new Rule("1.25 x weighted mean", () -> PublishedRules.ratioToWeightedMean(1.25, 0.9)),
                new Rule("2 x mean of 100, patience 4 (LLM Foundry)", () -> PublishedRules.windowedMean(2, 100, 4)),
                new Rule("2 x mean of 20, patience 4", () -> PublishedRules.windowedMean(2, 20, 4)),
                new Rule("2.0 x mean of 10", () -> PublishedRules.multipleOfMean(2.0, 10)),
                new Rule("2.0 x mean of 10 above it (Lightning)", () -> PublishedRules.relativeTolerance(2.0, 10)),
                new Rule("10 x early maximum (Megatron-LM)", () -> PublishedRules.earlyMaximum(10, 100)));
    }

    /// Condemns a run whose verdict at the end is damaged, diverged or dead.
    private static final class VerdictAtEnd implements AlarmRule {
        private final Detectors detectors = Detectors.defaults();
        private final Judge judge = new Judge(Judge.Config.defaults());

        @Override
        public boolean alarms(Readings readings) {
            judge.observe(readings, detectors.observe(readings));
            return false;
        }

        @Override
        public boolean alarmsAtEnd() {
            var verdict = judge.judgement().verdict();
            return verdict.isBad() || verdict == Verdict.DAMAGED;
        }
    }

    private static boolean isRunAlarm(Event event) {
        return RUN_ALARMS.contains(event.kind()) && event.severity().compareTo(Severity.DAMAGED) >= 0;
    }

    private static boolean isTrouble(Event event) {
        return event.severity().compareTo(Severity.WATCH) >= 0;
    }

    private static AlarmRule any(Detector detector, Predicate<Event> counts) {
        return readings -> detector.observe(readings).stream().anyMatch(counts);
    }

    private static Result judge(Rule rule, LabelledRun run) {
        var alarmRule = rule.make().get();
        var state = new Object() {
            int index;
            int first = -1;
            int alarms;
            boolean before;

            void see(Readings readings) {
                boolean alarm = alarmRule.alarms(readings);
                if (alarm && index >= run.trouble()) {
                    first = first < 0 ? index : first;
                    alarms += before ? 0 : 1;
                }
                before = alarm;
                index++;
            }
        };
        run.replay(state::see);
        if (alarmRule.alarmsAtEnd()) {
            return new Result(run, run.points() - 1, 1);
        }
        return new Result(run, state.first, state.alarms);
    }

    private static Row row(String rule, String runs, List<Result> results) {
        var bad = results.stream().filter(r -> r.run().bad()).toList();
        var healthy = results.stream().filter(r -> !r.run().bad()).toList();
        var caught = bad.stream().filter(r -> r.firstAlarm() >= 0).toList();
        long points = healthy.stream().mapToLong(r -> r.run().points()).sum();
        long alarms = healthy.stream().mapToLong(Result::alarms).sum();
        return new Row(
                rule,
                runs,
                new Proportion(caught.size(), bad.size()),
                new Proportion(healthy.stream().filter(r -> r.firstAlarm() >= 0).count(), healthy.size()),
                points == 0 ? Double.NaN : 1000.0 * alarms / points,
                median(caught, r -> r.run().points() - 1 - r.firstAlarm()),
                median(caught, r -> 1 - (r.firstAlarm() + 1.0) / r.run().points()),
                median(
                        caught.stream().filter(r -> r.run().trouble() >= 0).toList(),
                        r -> r.firstAlarm() - r.run().trouble()));
    }

    private static double median(List<Result> results, java.util.function.ToDoubleFunction<Result> value) {
        return Sample.median(results.stream().mapToDouble(value).toArray());
    }

    /// The rows as a table of plain text.
    public static String table(List<Row> rows) {
        var text = new StringBuilder(String.format(
                java.util.Locale.ROOT,
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
                    java.util.Locale.ROOT,
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
                        java.util.Locale.ROOT,
                        "%d/%d %.1f%% [%.1f %.1f]",
                        p.successes(),
                        p.trials(),
                        100 * p.share(),
                        100 * p.low(),
                        100 * p.high());
    }

    static void main(String[] args) {
        System.out.print(table(run(Path.of(args[0]), Options.defaults())));
    }
}
