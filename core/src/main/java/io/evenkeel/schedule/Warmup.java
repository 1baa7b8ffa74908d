package io.evenkeel.schedule;

/// The factor of another schedule, times `t / steps` in the first updates `t = 1 .. steps`.
///
/// @param steps updates until the other schedule holds in full, `>= 1`
/// @param then  the other schedule; it counts from the start of the run too
public record Warmup(long steps, Schedule then) implements Schedule {
    public Warmup {
        Checks.atLeast(1, "steps", steps);
    }

    @Override
    public double factor(long step) {
        var t = step + 1;
        return t >= steps ? then.factor(step) : then.factor(step) * t / steps;
    }
}
