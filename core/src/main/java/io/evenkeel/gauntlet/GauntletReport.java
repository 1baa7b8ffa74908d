package io.evenkeel.gauntlet;

import io.evenkeel.statistic.Proportion;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What survived which fault, at what cost, and whether that is good enough.
///
/// @param faults       two rows a fault: without protection, and with the guard
/// @param restarts     a row a fault: the plain alternative, to go back to the last checkpoint and do the same again;
///                     faults that end the process have none, since for them the guard does just that
/// @param cleanRuns    undisturbed runs under the guard
/// @param falseActions decisions carried out in those
/// @param valLoss      held-out loss of the undisturbed run, nats
/// @param bars         what is asked of the guard
public record GauntletReport(
        List<Row> faults,
        List<Row> restarts,
        int cleanRuns,
        int falseActions,
        @Nullable Double valLoss,
        List<Bar> bars) {
    /// Largest rise of the held-out loss over that of the undisturbed run, as a share of it.
    private static final double LOSS_BAR = 0.01;

    /// One run under a fault.
    ///
    /// @param fault              its label
    /// @param guard              whether the guard acted
    /// @param protection         `off`, `restart` (go back to the last checkpoint and do the same again) or `guard`
    /// @param atStep             the step at which it struck first
    /// @param detectedAfterSteps steps until an event told of it, null when none did
    /// @param action             what was done
    /// @param survived           whether the run came to its last step in order
    /// @param stepsLost          steps dropped or done again
    /// @param secondsLost        time from the last step that counts to the next
    /// @param effectiveTimeRatio time of steps that count over all of it
    /// @param valLoss            last held-out loss, nats
    /// @param valLossDelta       that minus the undisturbed run's
    /// @param verdict            on the run
    public record Row(
            String fault,
            boolean guard,
            String protection,
            long atStep,
            @Nullable Long detectedAfterSteps,
            String action,
            boolean survived,
            long stepsLost,
            double secondsLost,
            double effectiveTimeRatio,
            @Nullable Double valLoss,
            @Nullable Double valLossDelta,
            String verdict) {}

    /// Something asked of the guard.
    ///
    /// @param text  what
    /// @param holds whether it is so
    /// @param found what was found
    public record Bar(String text, boolean holds, String found) {}

    static GauntletReport of(List<Row> rows, List<Account> clean, Account reference) {
        var falseActions = clean.stream().mapToInt(Account::actions).sum();
        var bars = new ArrayList<Bar>();
        var guarded = rows.stream().filter(Row::guard).toList();
        var dead =
                guarded.stream().filter(row -> !row.survived()).map(Row::fault).toList();
        bars.add(new Bar(
                "every fault is survived",
                dead.isEmpty(),
                guarded.size() - dead.size() + " of " + guarded.size() + names(dead)));
        var worse = guarded.stream()
                .filter(row -> !lossInBounds(row, rows, reference))
                .map(Row::fault)
                .toList();
        bars.add(new Bar(
                "held-out loss within 1 % of the undisturbed run's, or better than without guard where data is bad",
                worse.isEmpty(), guarded.size() - worse.size() + " of " + guarded.size() + names(worse)));
        guarded.stream()
                .filter(row -> row.fault().equals(Fault.NAN_BATCH.label()))
                .forEach(row -> bars.add(new Bar(
                        "a single NaN batch costs its own step", row.stepsLost() <= 1, row.stepsLost() + " step(s)")));
        var interval = new Proportion(
                (int) clean.stream().filter(account -> account.actions() > 0).count(), clean.size());
        bars.add(new Bar(
                "no action in undisturbed runs",
                falseActions == 0,
                String.format(
                        Locale.ROOT,
                        "%d in %d runs (share of runs with one at most %.0f %% with 95 %% confidence)",
                        falseActions,
                        clean.size(),
                        100 * interval.high())));
        return new GauntletReport(
                rows.stream().filter(row -> !isRestart(row)).toList(),
                rows.stream().filter(GauntletReport::isRestart).toList(),
                clean.size(),
                falseActions,
                reference.valLoss(),
                List.copyOf(bars));
    }

    private static boolean isRestart(Row row) {
        return row.protection().equals(Protection.RESTART.label());
    }

    private static boolean lossInBounds(Row row, List<Row> rows, Account reference) {
        if (row.valLoss() == null || reference.valLoss() == null) {
            return false;
        }
        if (row.valLoss() <= reference.valLoss() * (1 + LOSS_BAR)) {
            return true;
        }
        var off = rows.stream()
                .filter(other ->
                        other.fault().equals(row.fault()) && other.protection().equals(Protection.OFF.label()))
                .findFirst()
                .map(Row::valLoss);
        return Strike.fault(row.fault()).kind() == Fault.Kind.DATA && (off.isEmpty() || !(off.get() < row.valLoss()));
    }

    private static String names(List<String> faults) {
        return faults.isEmpty() ? "" : ", not " + String.join(", ", faults);
    }

    /// Whether everything asked of the guard holds.
    public boolean passed() {
        return bars.stream().allMatch(Bar::holds);
    }

    /// A line a fault: without a guard, with plain restarts, with the guard.
    public String table() {
        var text = new StringBuilder(String.format(
                Locale.ROOT, "%-22s %5s  %-16s %-22s %s%n", "", "", "no protection", "plain restart", "guard"));
        text.append(String.format(
                Locale.ROOT,
                "%-22s %5s  %-16s %-22s %-8s %8s %6s %7s %6s  %s%n",
                "fault",
                "step",
                "loss",
                "loss, steps lost",
                "loss",
                "detected",
                "lost",
                "seconds",
                "ETR",
                "action"));
        byFault().forEach((fault, arms) -> text.append(line(fault, arms)));
        for (var bar : bars) {
            text.append(
                    String.format(Locale.ROOT, "%s  %s: %s%n", bar.holds() ? "pass" : "FAIL", bar.text(), bar.found()));
        }
        return text.toString();
    }

    private Map<String, Map<String, Row>> byFault() {
        var grouped = new LinkedHashMap<String, Map<String, Row>>();
        Stream.concat(faults.stream(), restarts.stream())
                .forEach(row -> grouped.computeIfAbsent(row.fault(), _ -> new LinkedHashMap<>())
                        .put(row.protection(), row));
        return grouped;
    }

    private static String line(String fault, Map<String, Row> arms) {
        var off = arms.get(Protection.OFF.label());
        var restart = arms.get(Protection.RESTART.label());
        var guard = arms.get(Protection.GUARD.label());
        return String.format(
                Locale.ROOT,
                "%-22s %5s  %-16s %-22s %-8s %8s %6s %7s %6s  %s%n",
                fault,
                guard == null ? "" : guard.atStep(),
                loss(off),
                restart == null ? "-" : loss(restart) + ", " + restart.stepsLost(),
                loss(guard),
                guard == null || guard.detectedAfterSteps() == null ? "-" : guard.detectedAfterSteps(),
                guard == null ? "-" : guard.stepsLost(),
                guard == null ? "-" : String.format(Locale.ROOT, "%.1f", guard.secondsLost()),
                guard == null ? "-" : String.format(Locale.ROOT, "%.2f", guard.effectiveTimeRatio()),
                guard == null ? "-" : guard.action());
    }

    private static String loss(@Nullable Row row) {
        if (row == null) {
            return "-";
        }
        if (!row.survived()) {
            return "lost (" + row.verdict() + ")";
        }
        // 0.0 - -0.0 and the like would print a sign that means nothing.
        return row.valLossDelta() == null
                ? "?"
                : String.format(Locale.ROOT, "%+.4f", Math.round(row.valLossDelta() * 1e4) / 1e4 + 0.0);
    }
}
