package io.evenkeel.detect;

import io.evenkeel.detect.Event.Severity;
import org.jspecify.annotations.Nullable;

/// Turns a condition that is judged at every point into one event an episode: it speaks when the condition has held for
/// some points in a row, again when it has become worse for as many, and is armed anew when it has been absent for a
/// while.
final class Latch {
    private static final int SEVERITIES = Severity.values().length;

    private final int onAfter;
    private final int offAfter;
    private int[] streaks = new int[SEVERITIES];
    private long[] streakStarts = new long[SEVERITIES];
    private int absent;
    private int raised = -1;
    private long since;
    private int points;

    /// @param onAfter  points in a row that it takes to speak, >= 1
    /// @param offAfter points in a row without the condition that end the episode, >= 1
    Latch(int onAfter, int offAfter) {
        this.onAfter = onAfter;
        this.offAfter = offAfter;
    }

    record State(int[] streaks, long[] streakStarts, int absent, int raised, long since, int points) {}

    /// What came of a point.
    ///
    /// @param raised   the severity to speak with; null to stay silent
    /// @param ended    whether an episode that had spoken is over
    /// @param since    first step of the episode
    /// @param points   points from there to the last one with the condition
    record Change(@Nullable Severity raised, boolean ended, long since, int points) {}

    /// @param now how bad it is at this point; null when the condition is absent
    Change feed(long step, @Nullable Severity now) {
        for (var level = 0; level < SEVERITIES; level++) {
            boolean holds = now != null && now.ordinal() >= level;
            if (holds && streaks[level] == 0) {
                streakStarts[level] = step;
            }
            streaks[level] = holds ? streaks[level] + 1 : 0;
        }
        if (raised >= 0) {
            points++;
        }
        if (now == null) {
            absent++;
            if (raised < 0 || absent < offAfter) {
                return new Change(null, false, since, points);
            }
            var change = new Change(null, true, since, points - absent);
            raised = -1;
            return change;
        }
        absent = 0;
        for (var level = SEVERITIES - 1; level > raised; level--) {
            if (streaks[level] >= onAfter) {
                if (raised < 0) {
                    since = streakStarts[level];
                    points = streaks[level];
                }
                raised = level;
                return new Change(Severity.values()[level], false, since, points);
            }
        }
        return new Change(null, false, since, points);
    }

    /// Whether an episode is under way.
    boolean isRaised() {
        return raised >= 0;
    }

    /// First step of the episode under way, or of the last one.
    long since() {
        return since;
    }

    State state() {
        return new State(streaks.clone(), streakStarts.clone(), absent, raised, since, points);
    }

    void restore(State state) {
        if (state.streaks().length != SEVERITIES || state.streakStarts().length != SEVERITIES) {
            throw new IllegalArgumentException("state must have " + SEVERITIES + " severities");
        }
        streaks = state.streaks().clone();
        streakStarts = state.streakStarts().clone();
        absent = state.absent();
        raised = state.raised();
        since = state.since();
        points = state.points();
    }
}
