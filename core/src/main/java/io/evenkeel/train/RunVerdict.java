package io.evenkeel.train;

import io.evenkeel.detect.Detectors;
import io.evenkeel.detect.Judge;
import io.evenkeel.detect.Verdict;
import io.evenkeel.run.RunDirectory;

/// The verdict on a run, from its directory: that of its readings, in the light of what was done about trouble.
final class RunVerdict {
    private RunVerdict() {}

    static Verdict of(RunDirectory directory) {
        var detectors = Detectors.defaults();
        var judge = new Judge(Judge.Config.defaults());
        directory.metrics().forEach(readings -> judge.observe(readings, detectors.observe(readings)));
        var verdict = judge.judgement().verdict();
        var events = directory.events();
        if (events.stream().anyMatch(event -> event.kind().equals(Recovery.HALT)) && !verdict.isBad()) {
            return Verdict.DAMAGED;
        }
        // Steps that were rolled back are not among the readings any more, but the run did need a repair.
        var repaired = events.stream().anyMatch(event -> event.kind().equals(Recovery.RECOVERED));
        return repaired && (verdict == Verdict.HEALTHY || verdict == Verdict.WATCH) ? Verdict.RECOVERED : verdict;
    }
}
