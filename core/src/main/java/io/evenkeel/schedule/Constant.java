package io.evenkeel.schedule;

/// Always 1.
public record Constant() implements Schedule, Course {
    @Override
    public double factor(long step) {
        return 1;
    }

    @Override
    public Schedule build(long warmupSteps, long totalSteps) {
        return this;
    }
}
