package io.evenkeel.log;

import io.evenkeel.metric.Readings;
import io.evenkeel.metric.SeriesNames;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The readings of one run on their way to its listener: what a log says of a step in several lines becomes one
/// [Readings], and steps that a series has had already are a restart.
///
/// Within one step the later value of a series wins. Restarts, replaced values and whatever else was noticed are
/// counted
/// and told in the notes.
final class RunStream {
    /// Integers up to here are exact in a double.
    static final double LARGEST_STEP = 1L << 53;

    private static final int MAX_NOTES = 50;
    private static final long NEVER = Long.MIN_VALUE;

    private final RunStreams owner;
    private final String id;
    private final Map<String, Integer> slots = new HashMap<>();
    private final List<String> names = new ArrayList<>();
    private final Set<String> notes = new LinkedHashSet<>();
    private @Nullable RunListener listener;

    private double[] values = new double[16];
    private long[] lastSteps = new long[16];
    private boolean[] present = new boolean[16];
    private int[] order = new int[16];
    private int pending;
    private long step;
    private double wall = Double.NaN;
    private long rows;
    private long steps;
    private long latest = NEVER;
    private long outOfOrder;
    private long restarts;
    private long replaced;
    private long replacedNonFinite;
    private long badSteps;
    private boolean gradientMoves;

    RunStream(RunStreams owner, String id) {
        this.owner = owner;
        this.id = id;
    }

    String id() {
        return id;
    }

    /// The number of a series, for [#put(int, double)]; -1 when the run has too many.
    int slot(String series) {
        var slot = slots.get(series);
        return slot != null ? slot : added(series);
    }

    private int added(String series) {
        var slot = names.size();
        if (slot >= owner.limits().series()) {
            note("has more than " + owner.limits().series() + " series: the rest is passed over");
            return -1;
        }
        names.add(series);
        slots.put(series, slot);
        if (slot == values.length) {
            values = Arrays.copyOf(values, 2 * slot);
            lastSteps = Arrays.copyOf(lastSteps, 2 * slot);
            present = Arrays.copyOf(present, 2 * slot);
            order = Arrays.copyOf(order, 2 * slot);
        }
        lastSteps[slot] = NEVER;
        return slot;
    }

    /// What follows was measured at this step.
    ///
    /// @param wallSeconds NaN when unknown
    void at(long atStep, double wallSeconds) {
        rows++;
        if (atStep != step) {
            flush();
            step = atStep;
        }
        if (!Double.isNaN(wallSeconds)) {
            wall = wallSeconds;
        }
    }

    /// As [#at(long, double)] for a step that was read as a number.
    ///
    /// @return false for one that is none, whose values are to be passed over
    boolean at(double atStep, double wallSeconds) {
        if (atStep != Math.rint(atStep) || Math.abs(atStep) > LARGEST_STEP) {
            badSteps++;
            return false;
        }
        at((long) atStep, wallSeconds);
        return true;
    }

    /// The next step, where a source does not count them: the first is 1.
    void next(double wallSeconds) {
        at(rows + 1, wallSeconds);
    }

    long step() {
        return step;
    }

    void put(String series, double value) {
        put(slot(series), value);
    }

    void put(int slot, double value) {
        if (slot < 0) {
            return;
        }
        if (present[slot]) {
            replaced++;
            replacedNonFinite += Double.isFinite(values[slot]) ? 0 : 1;
        } else {
            present[slot] = true;
            order[pending++] = slot;
        }
        values[slot] = value;
    }

    /// Gives the readings of the step that is being read.
    void flush() {
        if (pending == 0) {
            wall = Double.NaN;
            return;
        }
        var again = false;
        for (var i = 0; i < pending; i++) {
            again |= lastSteps[order[i]] >= step;
        }
        if (again) {
            restart(step);
        } else if (step < latest) {
            outOfOrder++;
        }
        latest = step;
        var readings = new Readings(step, wall);
        for (var i = 0; i < pending; i++) {
            var slot = order[i];
            readings.put(names.get(slot), values[slot]);
            gradientMoves |= values[slot] != 0 && names.get(slot).equals(SeriesNames.GRAD_NORM);
            lastSteps[slot] = step;
            present[slot] = false;
        }
        pending = 0;
        wall = Double.NaN;
        steps++;
        listener().readings(readings);
    }

    /// What was read with this step or a later one is superseded.
    void restart(long fromStep) {
        restarts++;
        for (var i = 0; i < names.size(); i++) {
            if (lastSteps[i] >= fromStep) {
                lastSteps[i] = fromStep - 1;
            }
        }
        listener().restarted(fromStep);
    }

    RunListener listener() {
        if (listener == null) {
            listener = owner.visitor().run(info());
        }
        return listener;
    }

    boolean begun() {
        return listener != null;
    }

    void note(String note) {
        if (notes.size() < MAX_NOTES) {
            notes.add(note);
        }
    }

    void caughtUp() {
        flush();
        if (listener != null) {
            listener.caughtUp(info());
        }
    }

    private RunInfo info() {
        var told = new LinkedHashSet<>(owner.notes());
        told.addAll(notes);
        if (restarts > 0) {
            told.add(
                    restarts > 20 && restarts > steps / 20
                            ? "steps go back " + restarts
                                    + " times: several runs seem to be mixed, which grouping by a column would part"
                            : "steps go back " + restarts + " times (resumed or rolled back): the later values count");
        }
        if (outOfOrder > 0) {
            told.add("some series stand behind others or count steps of their own: each is in order, all together are"
                    + " not");
        }
        if (replaced > 0) {
            told.add(replaced + " values were given again for the same step: the later ones count"
                    + (replacedNonFinite > 0
                            ? "; " + replacedNonFinite + " of those replaced were NaN or infinite"
                            : ""));
        }
        if (badSteps > 0) {
            told.add(badSteps + " rows have no whole number as their step and were passed over");
        }
        var missing = new ArrayList<String>();
        for (var series : List.of(SeriesNames.LOSS, SeriesNames.GRAD_NORM, SeriesNames.LR, SeriesNames.VAL_LOSS)) {
            if (!slots.containsKey(series)) {
                missing.add(series);
            }
        }
        if (slots.containsKey(SeriesNames.GRAD_NORM) && !gradientMoves && steps > 0) {
            told.add(SeriesNames.GRAD_NORM + " is 0 throughout: it was not computed");
        }
        if (slots.containsKey(SeriesNames.VAL_LOSS) && !slots.containsKey(SeriesNames.LOSS)) {
            told.add("only held-out losses are in this log: a spike between them is not seen");
        }
        var sources = new TreeMap<String, String>();
        owner.sources().forEach((series, source) -> {
            if (slots.containsKey(series) && !series.equals(source)) {
                sources.put(series, source);
            }
        });
        return new RunInfo(id, owner.format(), owner.path(), sources, List.copyOf(told), missing);
    }
}
