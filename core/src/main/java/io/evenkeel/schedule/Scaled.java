package io.evenkeel.schedule;

/// Another schedule times a constant from a step on.
///
/// @param schedule what is scaled
/// @param fromStep first step that is
/// @param by       the constant, finite and `>= 0`
public record Scaled(Schedule schedule, long fromStep, double by) implements Schedule {
    public Scaled {
        Checks.atLeast(0, "fromStep", fromStep);
        if (!(by >= 0 && by < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("by must be finite and >= 0 but was " + by);
        }
    }

    @Override
    public double factor(long step) {
        return step < fromStep ? schedule.factor(step) : schedule.factor(step) * by;
    }
}
