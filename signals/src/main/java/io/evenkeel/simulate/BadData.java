package io.evenkeel.simulate;

import io.evenkeel.random.RandomStream;
import java.util.ArrayList;
import java.util.List;

/// Steps whose data spoils the weights. They are a property of the data: a job that goes back meets them again, unless
/// they lie in a stretch it skips. Other data takes the place of what is skipped, so step numbers stay.
final class BadData {
    private final RandomStream random;
    private final double everySteps;
    private final double atOnceShare;
    private final List<Long> steps = new ArrayList<>();
    private final List<Boolean> atOnce = new ArrayList<>();
    private final List<long[]> skipped = new ArrayList<>();

    BadData(Faults faults, RandomStream random) {
        this.random = random;
        everySteps = faults.spikeEverySteps();
        atOnceShare = faults.spikeAtOnceShare();
    }

    /// The first bad step after `step`; [Long#MAX_VALUE] for none.
    long next(long step) {
        if (everySteps == Double.POSITIVE_INFINITY) {
            return Long.MAX_VALUE;
        }
        int i = steps.size();
        while (i > 0 && steps.get(i - 1) > step) {
            i--;
        }
        while (true) {
            if (i == steps.size()) {
                var gap = 1 + (long) (-everySteps * Math.log1p(-random.nextDouble()));
                steps.add((steps.isEmpty() ? 0 : steps.getLast()) + gap);
                atOnce.add(random.nextDouble() < atOnceShare);
            }
            if (steps.get(i) > step && !isSkipped(steps.get(i))) {
                return steps.get(i);
            }
            i++;
        }
    }

    private boolean isSkipped(long step) {
        return skipped.stream().anyMatch(stretch -> stretch[0] <= step && step <= stretch[1]);
    }

    /// Whether a detector can tell the step from its gradient, before its update.
    boolean atOnce(long step) {
        return atOnce.get(steps.indexOf(step));
    }

    /// Leaves the data of these steps out from now on.
    void skip(long from, long to) {
        if (from <= to) {
            skipped.add(new long[] {from, to});
        }
    }
}
