package io.evenkeel.train;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// A wish that a run ends before its last step: after the step at hand, with a checkpoint.
public final class StopRequest {
    private final long startNanos = System.nanoTime();
    private final @Nullable Duration timeLimit;
    private volatile @Nullable String reason;

    /// @param timeLimit how long the run may take from now, null for no limit
    public StopRequest(@Nullable Duration timeLimit) {
        this.timeLimit = timeLimit;
    }

    /// Asks for the end; the first reason stays. Safe from any thread.
    public void stop(String reason) {
        if (this.reason == null) {
            this.reason = reason;
        }
    }

    /// Why the run is to end, or null when it is not.
    public @Nullable String reason() {
        if (reason == null && timeLimit != null && System.nanoTime() - startNanos >= timeLimit.toNanos()) {
            stop("time limit of " + timeLimit.toSeconds() + " s");
        }
        return reason;
    }
}
