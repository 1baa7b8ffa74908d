package io.evenkeel.simulate;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/// The finished checkpoints of a job. The beginning, step 0, can always be gone back to.
final class Saved {
    private static final Checkpoint BEGINNING = new Checkpoint(0, null);

    /// Those kept for ever, then those kept for a while; both oldest first.
    private final List<Checkpoint> archived = new ArrayList<>();

    private final List<Checkpoint> recent = new ArrayList<>();
    private final int keep;
    private final long archiveSteps;

    /// @param damage what was wrong with the weights, null for nothing
    record Checkpoint(long step, @Nullable Damage damage) {}

    /// Weights that are no good.
    ///
    /// @param onset    the first step with them
    /// @param shows    the step at which it can be seen
    /// @param fromData whether the data of the step did it
    record Damage(long onset, long shows, boolean fromData) {}

    /// @param archiveSteps steps between those kept for ever
    Saved(int keep, long archiveSteps) {
        this.keep = keep;
        this.archiveSteps = archiveSteps;
    }

    /// Adds one, and drops what is not kept: of those older than the newest `keep`, all but the newest healthy one.
    ///
    /// @param healthy tells the health of the checkpoint of a step; null where health is not known
    void add(Checkpoint checkpoint, @Nullable LongPredicate healthy) {
        recent.add(checkpoint);
        if (checkpoint.step() - (archived.isEmpty() ? 0 : archived.getLast().step()) >= archiveSteps) {
            archived.add(checkpoint);
        }
        int guarded = -1;
        for (int i = recent.size() - 1; i >= 0 && guarded < 0 && healthy != null; i--) {
            guarded = healthy.test(recent.get(i).step()) ? i : -1;
        }
        for (int i = recent.size() - keep - 1; i >= 0; i--) {
            if (i != guarded) {
                recent.remove(i);
            }
        }
    }

    /// The newest one.
    Checkpoint newest() {
        return !recent.isEmpty() ? recent.getLast() : !archived.isEmpty() ? archived.getLast() : BEGINNING;
    }

    /// The newest one whose step is at most `notAfter` and passes; null when none does.
    @Nullable
    Checkpoint newest(long notAfter, LongPredicate passes) {
        for (var list : List.of(recent, archived)) {
            for (int i = list.size() - 1; i >= 0; i--) {
                var checkpoint = list.get(i);
                if (checkpoint.step() <= notAfter && passes.test(checkpoint.step())) {
                    return checkpoint;
                }
            }
        }
        return notAfter >= 0 && passes.test(0) ? BEGINNING : null;
    }

    /// Drops all that are newer than a step: they belong to a branch that was given up.
    void dropAfter(long step) {
        recent.removeIf(checkpoint -> checkpoint.step() > step);
        archived.removeIf(checkpoint -> checkpoint.step() > step);
    }
}
