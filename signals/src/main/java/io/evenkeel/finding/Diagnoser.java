package io.evenkeel.finding;

import io.evenkeel.log.RunInfo;
import io.evenkeel.log.RunListener;
import io.evenkeel.log.RunVisitor;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.BiConsumer;

/// Diagnoses every run of the logs that are read into it.
///
///     var diagnoser = new Diagnoser();
///     Logs.read(path, LogOptions.defaults(), diagnoser);
///     for (var run : diagnoser.results()) { ... }
public final class Diagnoser implements RunVisitor {
    private final List<RunDiagnoser> runs = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();
    private final BiConsumer<RunInfo, Finding> onFinding;
    private final int batch;

    /// For logs that are complete.
    public Diagnoser() {
        this((_, _) -> {}, RunDiagnoser.BATCH);
    }

    private Diagnoser(BiConsumer<RunInfo, Finding> onFinding, int batch) {
        this.onFinding = onFinding;
        this.batch = batch;
    }

    /// For logs that grow: every point is judged when it is read.
    ///
    /// @param onFinding hears of each finding when it appears or grows worse
    public static Diagnoser live(BiConsumer<RunInfo, Finding> onFinding) {
        return new Diagnoser(onFinding, 1);
    }

    @Override
    public RunListener run(RunInfo info) {
        var run = new RunDiagnoser(info, finding -> onFinding.accept(info, finding), batch);
        runs.add(run);
        return run;
    }

    @Override
    public void warning(String message) {
        warnings.add(message);
    }

    /// What could not be read.
    public List<String> warnings() {
        return List.copyOf(warnings);
    }

    /// The diagnoses as things stand, in the order the runs were found.
    public List<RunDiagnosis> results() {
        return runs.stream().map(RunDiagnoser::result).toList();
    }

    /// The same, the worst first.
    public List<RunDiagnosis> worstFirst() {
        return results().stream()
                .sorted(Comparator.comparingDouble(Diagnoser::badness).reversed())
                .toList();
    }

    private static double badness(RunDiagnosis run) {
        double verdict = switch (run.verdict()) {
            case DEAD -> 6;
            case DIVERGED -> 5;
            case DAMAGED -> 4;
            case WATCH -> 3;
            case RECOVERED -> 2;
            case UNKNOWN -> 1;
            case HEALTHY -> 0;
        };
        var worst = run.findings().isEmpty() ? 0 : run.findings().getFirst().weight();
        return verdict + worst / (1 + worst);
    }
}
