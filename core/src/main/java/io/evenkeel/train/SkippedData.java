package io.evenkeel.train;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// Which stretches of the data's order a run leaves out, and where a step's examples begin under them.
///
/// A stretch begins and ends at the border of a step, so the examples of a step are always consecutive and the position
/// of every step is a pure function of these stretches.
final class SkippedData {
    private final List<Stretch> stretches = new ArrayList<>();
    private final long examplesPerStep;

    /// @param examplesPerStep examples that one optimizer step takes
    SkippedData(long examplesPerStep) {
        this.examplesPerStep = examplesPerStep;
    }

    /// Examples left out.
    ///
    /// @param from first position in the data's order
    /// @param to   position behind the last
    record Stretch(long from, long to) {}

    /// The position of the first example of a step.
    ///
    /// @param step optimizer steps done before it, skipped ones included
    long position(long step) {
        var position = step * examplesPerStep;
        for (var stretch : stretches) {
            if (position < stretch.from()) {
                break;
            }
            position += stretch.to() - stretch.from();
        }
        return position;
    }

    /// Leaves out the data of the steps `fromStep` to `toStep` (counted from 1, both included) as they were taken
    /// so far.
    ///
    /// @return the stretches that are new, in order
    List<Stretch> skipSteps(long fromStep, long toStep) {
        var added = new ArrayList<Stretch>();
        for (var step = fromStep; step <= toStep; step++) {
            var from = position(step - 1);
            var last = added.isEmpty() ? null : added.getLast();
            if (last != null && last.to() == from) {
                added.set(added.size() - 1, new Stretch(last.from(), from + examplesPerStep));
            } else {
                added.add(new Stretch(from, from + examplesPerStep));
            }
        }
        stretches.addAll(added);
        stretches.sort(Comparator.comparingLong(Stretch::from));
        return added;
    }

    List<Stretch> stretches() {
        return List.copyOf(stretches);
    }

    void restore(List<Stretch> saved) {
        stretches.clear();
        stretches.addAll(saved);
    }
}
