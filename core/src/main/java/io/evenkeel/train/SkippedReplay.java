package io.evenkeel.train;

import io.evenkeel.data.Batch;
import io.evenkeel.data.Partition;
import io.evenkeel.data.TextData;
import io.evenkeel.nn.Parameters;
import io.evenkeel.random.RandomStreams;
import io.evenkeel.run.RunDirectory;
import io.evenkeel.tensor.Autograd;
import io.evenkeel.tensor.Engine;
import io.evenkeel.tensor.Scope;
import io.evenkeel.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Reads the data that a run left out once more, as training would have, and asks the model of the newest checkpoint
/// what it makes of each example: data that was bad is still bad, data that a passing fault made look so is not.
public final class SkippedReplay {
    private static final int TEXT_TOKENS = 64;

    private SkippedReplay() {}

    /// An example that was left out.
    ///
    /// @param step     the step at which that was decided
    /// @param action   `skip-step` or `rollback`
    /// @param document where it comes from
    /// @param offset   its first token, or row, there
    /// @param loss     of it alone under the newest checkpoint, nats
    /// @param text     how it begins; null where it is no text
    public record Line(
            long step,
            String action,
            String document,
            long offset,
            double loss,
            @Nullable String text) {}

    /// Replays all data that a run left out, in the order it was.
    ///
    /// @param cache where prepared data is kept
    /// @throws io.evenkeel.InputException when the run has no valid checkpoint or its data is not there any more
    public static List<Line> of(RunDirectory directory, Path cache) {
        var config = RunDirectories.config(directory);
        Engine.setThreads(config.train().threadsOnThisMachine());
        var streams = new RandomStreams(config.train().seed());
        try (var task = Tasks.of(config, streams.stream("dropout"), cache);
                var parameters = Parameters.materialize(task.model(), streams.stream("init"));
                var source = task.data().train(config.train().batchSize(), streams.stream("data"), Partition.WHOLE);
                var _ = Autograd.noGrad()) {
            load(directory, task, parameters);
            task.model().train(false);
            var lines = new ArrayList<Line>();
            for (var event : directory.events()) {
                for (var stretch : event.details().path("positions")) {
                    source.seek(stretch.path("from").asLong());
                    while (source.position() < stretch.path("to").asLong()) {
                        try (var batch = source.next()) {
                            replay(event.step(), event.kind(), batch, task, lines);
                        }
                    }
                }
            }
            return lines;
        }
    }

    private static void load(RunDirectory directory, Task task, Parameters parameters) {
        var tensors = new TreeMap<String, Tensor>();
        parameters.all().forEach(parameter -> tensors.put(parameter.name(), parameter.value()));
        task.model().forEachBuffer(tensors::put);
        try (var checkpoint = SavedModel.checkpoint(directory, null, _ -> {})) {
            checkpoint.loadModel(tensors);
        }
    }

    private static void replay(long step, String action, Batch batch, Task task, List<Line> lines) {
        for (var i = 0; i < batch.size(); i++) {
            try (var _ = Scope.open()) {
                var origin = batch.origins().get(i);
                var example = new Batch(
                        batch.inputs().narrow(0, i, 1), batch.targets().narrow(0, i, 1), List.of(origin));
                var loss = task.loss(example).crossEntropy().item();
                lines.add(
                        new Line(step, action, origin.document(), origin.offset(), loss, text(task, example.inputs())));
            }
        }
    }

    private static @Nullable String text(Task task, Tensor inputs) {
        if (!(task.data() instanceof TextData text)) {
            return null;
        }
        var tokens = new int[(int) Math.min(TEXT_TOKENS, inputs.numel())];
        var flat = inputs.reshape(-1);
        for (var i = 0; i < tokens.length; i++) {
            try (var _ = Scope.open()) {
                tokens[i] = (int) flat.narrow(0, i, 1).item();
            }
        }
        return text.tokenizer().decode(tokens);
    }
}
