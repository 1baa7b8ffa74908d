package io.evenkeel.studies.p03;

import io.evenkeel.data.Batch;
import io.evenkeel.data.RepeatedNgrams;
import io.evenkeel.metric.Readings;
import io.evenkeel.random.RandomStream;
import io.evenkeel.train.PlainRun;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Makes some windows of a stream of text into a few tokens over and over, as crawled text has them; and filters them
/// out again, if asked to.
final class DirtyStream {
    private static final int LONGEST = 13;

    private final double share;
    private final @Nullable RepeatedNgrams filter;
    private final RandomStream random;

    /// @param share of windows that are made so
    DirtyStream(double share, @Nullable RepeatedNgrams filter, RandomStream random) {
        this.share = share;
        this.filter = filter;
        this.random = random;
    }

    /// A step of a run on such data.
    Readings step(PlainRun run) {
        return run.step(run.schedule().factor(run.steps()), this::soil);
    }

    /// Changes batches in place.
    void soil(List<Batch> batches) {
        for (var batch : batches) {
            var inputs = batch.inputs().memory();
            var targets = batch.targets().memory();
            int context = (int) batch.inputs().size(1);
            for (var row = 0L; row < batch.size(); row++) {
                if (random.nextDouble() < share) {
                    var length = 1 + random.nextInt(LONGEST);
                    var from = row * context;
                    for (var i = (long) length; i <= context; i++) {
                        var token = inputs.getAtIndex(ValueLayout.JAVA_LONG, from + i - length);
                        if (i < context) {
                            inputs.setAtIndex(ValueLayout.JAVA_LONG, from + i, token);
                        }
                        targets.setAtIndex(ValueLayout.JAVA_LONG, from + i - 1, token);
                    }
                }
                if (filter != null) {
                    filter.ignore(inputs, targets, row, context);
                }
            }
        }
    }
}
