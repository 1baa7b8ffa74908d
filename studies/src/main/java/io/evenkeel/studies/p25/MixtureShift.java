package io.evenkeel.studies.p25;

import io.evenkeel.data.Batch;
import io.evenkeel.loss.LanguageModelLoss;
import io.evenkeel.metric.Readings;
import io.evenkeel.random.RandomStream;
import io.evenkeel.tensor.Autograd;
import io.evenkeel.tensor.Scope;
import io.evenkeel.train.PlainRun;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// From some step on, a share of the windows is text written backwards: at once, or with share and learning rate
/// rising over some steps.
final class MixtureShift {
    private final Shift shift;
    private final RandomStream random;
    private final List<Double> natural = new ArrayList<>();

    /// @param start first step of the new mixture
    /// @param ramp  steps until it is reached, and over which the rate rises again; 0 for at once
    /// @param share of windows that are turned round
    record Shift(int start, int ramp, double share) {}

    MixtureShift(Shift shift, RandomStream random) {
        this.shift = shift;
        this.random = random;
    }

    /// One step of a run.
    Readings step(PlainRun run) {
        var step = run.steps();
        var progress = step < shift.start() ? 0 : shift.ramp() == 0 ? 1 : Math.min(1, (step - shift.start() + 1.0) / shift.ramp());
        var batches = run.take();
        try (var _ = Scope.open()) {
            natural.add(loss(run, batches));
            batches.forEach(batch -> turn(batch, progress * shift.share()));
            var readings = run.backward(batches);
            var rewarm = step < shift.start() || shift.ramp() == 0 ? 1 : progress;
            run.update(run.schedule().factor(step) * rewarm, readings);
            return readings;
        } finally {
            batches.forEach(Batch::close);
        }
    }

    /// Loss of the windows as they were, without a gradient.
    private static double loss(PlainRun run, List<Batch> batches) {
        try (var _ = Autograd.noGrad()) {
            return batches.stream().mapToDouble(batch -> run.task().loss(batch).crossEntropy().item()).average().orElseThrow();
        }
    }

    private void turn(Batch batch, double share) {
        var inputs = batch.inputs().memory();
        var targets = batch.targets().memory();
        int context = (int) batch.inputs().size(1);
        for (var row = 0L; row < batch.size(); row++) {
            if (random.nextDouble() < share) {
                var from = row * context;
                for (var i = 0; i < context / 2; i++) {
                    var other = from + context - 1 - i;
                    var kept = inputs.getAtIndex(ValueLayout.JAVA_LONG, from + i);
                    inputs.setAtIndex(ValueLayout.JAVA_LONG, from + i, inputs.getAtIndex(ValueLayout.JAVA_LONG, other));
                    inputs.setAtIndex(ValueLayout.JAVA_LONG, other, kept);
                }
                for (var i = 0; i < context; i++) {
                    var next = i + 1 < context
                            ? inputs.getAtIndex(ValueLayout.JAVA_LONG, from + i + 1)
                            : LanguageModelLoss.IGNORED;
                    targets.setAtIndex(ValueLayout.JAVA_LONG, from + i, next);
                }
            }
        }
    }

    /// Loss on the text as it is written, every step.
    double[] natural() {
        return natural.stream().mapToDouble(Double::doubleValue).toArray();
    }

    /// How far the loss on natural text rises after the shift, see [#peak(double[], int, int)].
    double peak(int window) {
        return peak(natural(), shift.start(), window);
    }

    /// The largest mean of `window` losses on natural text from the shift on, above the mean of `window` before it.
    static double peak(double[] natural, int start, int window) {
        var before = mean(natural, start - window, start);
        var peak = Double.NEGATIVE_INFINITY;
        for (var end = start + window; end <= natural.length; end++) {
            peak = Math.max(peak, mean(natural, end - window, end));
        }
        return peak - before;
    }

    private static double mean(double[] values, int from, int to) {
        return Arrays.stream(values, from, to).average().orElseThrow();
    }
}
