package io.evenkeel.study;

import io.evenkeel.random.RandomStream;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// Whether stored results are what the code gives: the grid is complete, the claims and the verdict follow from the
/// trials, and a trial that is run again measures the same. The bits of a trial depend on the machine
/// ([Report#thisMachine]): on another one a difference is told and is no objection.
///
/// @param agreements what was found to be right
/// @param objections what was not
public record Verification(List<String> agreements, List<String> objections) {
    public Verification {
        agreements = List.copyOf(agreements);
        objections = List.copyOf(objections);
    }

    /// Checks.
    ///
    /// @param stored what was found when the trials were run
    /// @param report what the code finds in them now
    /// @param random chooses the trial that is run again
    /// @param log    hears which one
    public static <C extends Record> Verification of(
            Report.Stored stored, Report report, Grid<C> grid, RandomStream random, Workshop workshop, Consumer<String> log) {
        var agreements = new ArrayList<String>();
        var objections = new ArrayList<String>();
        var results = report.results().all();
        var current = results.stream()
                .filter(result -> grid.byKey().containsKey(result.key()))
                .toList();
        if (current.size() == results.size() && results.size() == grid.trials().size()) {
            agreements.add("all " + results.size() + " trials are those of the code's grid");
        } else {
            objections.add(current.size() + " of " + results.size() + " trials are in the code's grid of "
                    + grid.trials().size());
        }
        if (stored.document().path("claims").equals(report.json().path("claims"))
                && stored.verdict() == report.verdict()) {
            agreements.add("claims and verdict follow from the trials: " + report.verdict().label());
        } else {
            objections.add("stored verdict " + stored.verdict().label() + ", computed now " + report.verdict().label()
                    + ", or a claim differs");
        }
        if (!current.isEmpty()) {
            again(current.get(random.nextInt(current.size())), report, grid, workshop, log, agreements, objections);
        }
        return new Verification(agreements, objections);
    }

    private static <C extends Record> void again(
            Result result,
            Report report,
            Grid<C> grid,
            Workshop workshop,
            Consumer<String> log,
            List<String> agreements,
            List<String> objections) {
        var trial = String.valueOf(grid.byKey().get(result.key()));
        log.accept("running again: " + trial + " (took " + Texts.duration(result.seconds()) + ")");
        var measured = grid.run(result.key(), workshop).measured();
        if (measured.equals(result.measured())) {
            agreements.add(trial + " measures the same again, bit for bit");
        } else if (report.machine().equals(Report.thisMachine())) {
            objections.add(trial + " measures " + measured.numbers() + " now but " + result.measured().numbers()
                    + " is stored");
        } else {
            agreements.add(trial + " measures " + measured.numbers() + " on this machine (" + Report.thisMachine()
                    + "), " + result.measured().numbers() + " on " + report.machine());
        }
    }
}
