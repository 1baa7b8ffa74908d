package io.evenkeel.train;

import io.evenkeel.detect.Verdict;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a run has come to; the fields of `--json`.
///
/// @param run             its directory
/// @param step            optimizer steps done
/// @param totalSteps      optimizer steps configured
/// @param trainLoss       mean of the last training losses, nats; null before the first step
/// @param valLoss         last held-out loss, nats; null when none was measured
/// @param unigramEntropy  what a model that knows only how often each token occurs would reach on the held-out text,
///                        nats a token; null for other data
/// @param verdict         healthy, watch, recovered, damaged, diverged, dead or unknown
/// @param tokensPerSecond median over the steps
/// @param stateHash       SHA-256 of the weights of the last checkpoint
/// @param checkpoints     those on disk, oldest first
/// @param stopped         why it ended before its last step; null when it did not
public record Outcome(
        String run,
        long step,
        long totalSteps,
        @Nullable Double trainLoss,
        @Nullable Double valLoss,
        @Nullable Double unigramEntropy,
        String verdict,
        @Nullable Double tokensPerSecond,
        @Nullable String stateHash,
        List<CheckpointLine> checkpoints,
        @Nullable String stopped) {
    /// Whether the run ended badly: it did not learn what it was to, or the guard gave it up.
    public boolean failed() {
        return verdict.equals(Verdict.DIVERGED.label()) || verdict.equals(Verdict.DEAD.label());
    }

    /// A checkpoint in brief.
    public record CheckpointLine(
            long step, boolean healthy, @Nullable Double valLoss, String reason) {}
}
