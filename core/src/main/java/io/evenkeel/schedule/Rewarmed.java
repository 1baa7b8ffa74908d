package io.evenkeel.schedule;

/// Another schedule, lowered at a step to a share of itself and raised linearly back to all of it: what a recovery does
/// after a rollback. Several may be stacked; their shares multiply.
///
/// @param schedule    what is lowered
/// @param fromStep    first step that is
/// @param steps       steps until the schedule holds in full again, `>= 1`
/// @param floorFactor share at `fromStep`, in [0, 1]
public record Rewarmed(Schedule schedule, long fromStep, long steps, double floorFactor) implements Schedule {
    public Rewarmed {
        Checks.atLeast(0, "fromStep", fromStep);
        Checks.atLeast(1, "steps", steps);
        if (!(floorFactor >= 0 && floorFactor <= 1)) {
            throw new IllegalArgumentException("floorFactor must be in [0, 1] but was " + floorFactor);
        }
    }

    @Override
    public double factor(long step) {
        var done = step - fromStep;
        var factor = schedule.factor(step);
        return done < 0 || done >= steps ? factor : factor * (floorFactor + (1 - floorFactor) * done / steps);
    }
}
