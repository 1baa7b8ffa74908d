package io.evenkeel.train;

import io.evenkeel.InputException;
import io.evenkeel.checkpoint.Checkpoint;
import io.evenkeel.checkpoint.CheckpointStore;
import io.evenkeel.data.token.Tokenizer;
import io.evenkeel.nn.Decoder;
import io.evenkeel.nn.Parameters;
import io.evenkeel.nn.Sampler;
import io.evenkeel.random.RandomStream;
import io.evenkeel.run.RunDirectory;
import io.evenkeel.tensor.Engine;
import io.evenkeel.tensor.Tensor;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The language model of a run, as a checkpoint has it, for use without its data.
public final class SavedModel implements AutoCloseable {
    /// Where a run keeps its tokenizer.
    static final String TOKENIZER = "tokenizer";

    private final Decoder model;
    private final Parameters parameters;
    private final Tokenizer tokenizer;
    private final long step;

    private SavedModel(Decoder model, Parameters parameters, Tokenizer tokenizer, long step) {
        this.model = model;
        this.parameters = parameters;
        this.tokenizer = tokenizer;
        this.step = step;
    }

    /// Opens the model of a run.
    ///
    /// @param step  of the checkpoint; null for the newest valid one
    /// @param notes hears of checkpoints that are refused
    /// @throws InputException when the run has no language model or no valid checkpoint
    public static SavedModel open(Path path, @Nullable Long step, Consumer<String> notes) {
        var directory = RunDirectory.open(path);
        var config = RunDirectories.config(directory);
        if (!(config.data() instanceof io.evenkeel.data.TextData.Config text)) {
            throw new InputException("run must be one of a language model but " + path + " is not");
        }
        Engine.setThreads(config.train().threadsOnThisMachine());
        var tokenizer = Tokenizer.load(path.resolve(TOKENIZER));
        var stream = RandomStream.of(0, "unused");
        var model = Tasks.decoder(config, tokenizer.vocabulary(), text.context(), stream);
        model.train(false);
        try (var checkpoint = checkpoint(directory, step, notes)) {
            var parameters = Parameters.materialize(model, stream);
            try {
                var tensors = new TreeMap<String, Tensor>();
                parameters.all().forEach(parameter -> tensors.put(parameter.name(), parameter.value()));
                model.forEachBuffer(tensors::put);
                checkpoint.loadModel(tensors);
                return new SavedModel(model, parameters, tokenizer, checkpoint.step());
            } catch (RuntimeException e) {
                parameters.close();
                throw e;
            }
        }
    }

    static Checkpoint checkpoint(RunDirectory directory, @Nullable Long step, Consumer<String> notes) {
        var store = new CheckpointStore(directory.checkpoints());
        if (step != null) {
            if (!store.steps().contains(step)) {
                throw new InputException("checkpoint must be one of " + store.steps() + " but was " + step);
            }
            return store.open(step);
        }
        return store.newestValid(
                        refusal -> notes.accept("checkpoint " + refusal.step() + " refused: " + refusal.reason()))
                .orElseThrow(() ->
                        new InputException("run " + directory.path() + " must have a valid checkpoint but has none"));
    }

    /// The step of the checkpoint.
    public long step() {
        return step;
    }

    public Decoder model() {
        return model;
    }

    public Tokenizer tokenizer() {
        return tokenizer;
    }

    /// Continues a text.
    ///
    /// @param prompt text to continue; when empty the model begins after a line break
    /// @param count  how many tokens to draw
    /// @param seed   which draw
    public String sample(String prompt, int count, Sampler.Config config, long seed) {
        var start = Arrays.stream(tokenizer.encode(prompt.isEmpty() ? "\n" : prompt))
                .asLongStream()
                .toArray();
        var drawn = new Sampler(config, RandomStream.of(seed, "sample")).continuation(model, start, count);
        return tokenizer.decode(
                Arrays.stream(drawn).mapToInt(token -> (int) token).toArray());
    }

    @Override
    public void close() {
        parameters.close();
    }
}
