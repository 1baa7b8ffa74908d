package io.evenkeel.train;

import io.evenkeel.InputException;
import io.evenkeel.checkpoint.CheckpointStore;
import io.evenkeel.metric.SeriesData;
import io.evenkeel.metric.SeriesNames;
import io.evenkeel.run.RunDirectory;
import io.evenkeel.run.Status;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a run has come to, from its directory alone.
public final class RunSummary {
    /// The last training losses whose mean stands for the training loss now.
    private static final int RECENT = 50;

    private RunSummary() {}

    /// Reads a run.
    ///
    /// @throws InputException when a file of it is damaged
    public static Outcome of(RunDirectory directory) {
        var store = new CheckpointStore(directory.checkpoints());
        var metrics = directory.metrics();
        var status = directory.status();
        var loss = metrics.series(SeriesNames.LOSS);
        var speed = metrics.series(SeriesNames.TOKENS_PER_SECOND);
        var val = metrics.series(SeriesNames.VAL_LOSS);
        return new Outcome(
                directory.path().toString(),
                loss.size() == 0 ? 0 : loss.steps()[loss.size() - 1],
                status.map(Status::totalSteps).orElse(0L),
                recentMean(loss),
                val.size() == 0 ? null : val.values()[val.size() - 1],
                last(metrics.series(SeriesNames.UNIGRAM_ENTROPY)),
                RunVerdict.of(directory).label(),
                median(speed),
                store.steps().isEmpty() ? null : hash(store),
                checkpoints(store),
                status.filter(s -> s.state() != Status.State.FINISHED)
                        .map(Status::message)
                        .orElse(null));
    }

    private static @Nullable Double last(SeriesData series) {
        return series.size() == 0 ? null : series.values()[series.size() - 1];
    }

    private static @Nullable Double recentMean(SeriesData series) {
        return Arrays.stream(series.values())
                .skip(Math.max(0, series.size() - RECENT))
                .boxed()
                .mapToDouble(Double::doubleValue)
                .average()
                .stream()
                .boxed()
                .findFirst()
                .orElse(null);
    }

    private static @Nullable Double median(SeriesData series) {
        if (series.size() == 0) {
            return null;
        }
        var sorted = series.values().clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    /// The hash of the weights in the newest valid checkpoint.
    private static @Nullable String hash(CheckpointStore store) {
        try (var checkpoint = store.newestValid(_ -> {}).orElse(null)) {
            return checkpoint == null ? null : checkpoint.hash();
        }
    }

    private static List<Outcome.CheckpointLine> checkpoints(CheckpointStore store) {
        return store.steps().stream()
                .map(step -> {
                    try {
                        var health = store.health(step);
                        return new Outcome.CheckpointLine(step, health.healthy(), health.valLoss(), health.reason());
                    } catch (InputException e) {
                        return new Outcome.CheckpointLine(step, false, null, String.valueOf(e.getMessage()));
                    }
                })
                .toList();
    }
}
