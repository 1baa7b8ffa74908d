package io.evenkeel.gauntlet;

import io.evenkeel.guard.Guard;
import io.evenkeel.guard.Ladder.Action;
import io.evenkeel.guard.Ladder.Rung;
import java.util.List;
import java.util.Locale;

/// What protects a run.
public enum Protection {
    /// Nothing: detectors only record, and nobody resumes a process that ends.
    OFF,
    /// What is done without a guard: at trouble go back to the last checkpoint and do the same again, three times.
    RESTART,
    /// The guard as configured; a process that ends or hangs is resumed.
    GUARD;

    private static final int RESTARTS = 3;

    /// The guard of a run under this protection.
    Guard.Config guard(Guard.Config configured) {
        return switch (this) {
            case OFF -> configured.withEnabled(false);
            case RESTART -> configured.withLadder(List.of(new Rung(List.of(new Action.Rollback(-1)), RESTARTS)));
            case GUARD -> configured.withEnabled(true);
        };
    }

    /// The name in output, such as `guard`.
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
