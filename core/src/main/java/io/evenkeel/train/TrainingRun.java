package io.evenkeel.train;

import io.evenkeel.InputException;
import io.evenkeel.checkpoint.Checkpoint;
import io.evenkeel.checkpoint.CheckpointStore;
import io.evenkeel.checkpoint.CheckpointStore.Refusal;
import io.evenkeel.config.ConfigWriter;
import io.evenkeel.data.Partition;
import io.evenkeel.data.TextData;
import io.evenkeel.detect.Detectors;
import io.evenkeel.guard.Guard;
import io.evenkeel.metric.Readings;
import io.evenkeel.metric.SeriesNames;
import io.evenkeel.metric.TensorBoardWriter;
import io.evenkeel.nn.Parameters;
import io.evenkeel.probe.ProbeSet;
import io.evenkeel.random.RandomStreams;
import io.evenkeel.run.Incarnation;
import io.evenkeel.run.RunDirectory;
import io.evenkeel.run.RunWriter;
import io.evenkeel.run.Status;
import io.evenkeel.tensor.Engine;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A run from its configuration or from its directory to its end: builds the parts, trains, and leaves a directory that
/// says how it ended.
public final class TrainingRun implements AutoCloseable {
    private final RunConfig config;
    private final RunDirectory directory;
    private final TrainingState state;
    private final RunWriter writer;
    private final Journal journal;
    private final Checkpoints checkpoints;
    private final @Nullable DataParallel workers;
    private final Trainer trainer;
    private final Recovery recovery;

    /// Who listens to a run and who reaches into it.
    ///
    /// @param listener      hears of every step
    /// @param interventions injects faults; [Interventions#NONE] but in tests and the gauntlet
    /// @param cache         where prepared data is kept
    public record Context(TrainListener listener, Interventions interventions, Path cache) {}

    private TrainingRun(
            RunConfig config, RunDirectory directory, TrainingState state, Incarnation start, Context context) {
        this.config = config;
        this.directory = directory;
        this.state = state;
        this.writer = directory.continueWriting(start);
        if (config.metrics().tensorboard()) {
            writer.forwardTo(new TensorBoardWriter(directory.tensorboard()));
        }
        this.journal = new Journal(writer, context.listener(), config.train().steps());
        this.checkpoints = new Checkpoints(
                new CheckpointStore(directory.checkpoints()), config.checkpoint(), journal, context.interventions());
        this.recovery = new Recovery(
                state, checkpoints, new RecoveryJournal(directory.path()), journal, new NonFiniteLocator(state));
        context.interventions().started(config, directory.path());
        this.workers = config.train().workers() == 1
                ? null
                : new DataParallel(
                        config.train(), config.train().threadsOnThisMachine(), state, journal, context.interventions());
        this.trainer = new Trainer(config, state, recovery, checkpoints, journal, context.interventions(), workers);
    }

    /// Starts a new run.
    ///
    /// @param path     its directory, which must not exist or be empty
    /// @param userYaml the configuration file as given, kept beside the resolved one; null when there was none
    /// @param command  the command line, for the manifest
    /// @throws InputException when the configuration or the data cannot be used; nothing is left behind
    public static TrainingRun start(
            RunConfig config, Path path, @Nullable String userYaml, List<String> command, Context context) {
        var state = build(config, context);
        try {
            var manifest = Manifests.of(config, state, name(path), command);
            var directory = RunDirectory.create(path, manifest, ConfigWriter.yaml(config), userYaml);
            var run = new TrainingRun(config, directory, state, Incarnation.START, context);
            run.begin();
            return run;
        } catch (RuntimeException e) {
            state.close();
            throw e;
        }
    }

    /// Writes what a run has before its first step.
    private void begin() {
        if (state.task.data() instanceof TextData text) {
            try {
                text.tokenizer().save(directory.path().resolve(SavedModel.TOKENIZER));
            } catch (IOException e) {
                throw new InputException(
                        "run directory " + directory.path() + " cannot be written: " + e.getMessage(), e);
            }
            writer.record(new Readings(0, System.currentTimeMillis() / 1e3)
                    .put(SeriesNames.UNIGRAM_ENTROPY, text.unigramEntropy()));
        }
        checkpoints.write(state);
    }

    private static String name(Path path) {
        return path.toAbsolutePath().normalize().getFileName().toString();
    }

    /// Continues a run from its newest valid checkpoint.
    ///
    /// @param steps                a new number of steps, null to keep the configured one
    /// @param allowDifferentEngine go on although threads, BLAS or libtorch differ, so that bits will differ
    /// @throws InputException when there is no valid checkpoint or it does not fit, saying which were refused and
    /// why
    public static TrainingRun resume(Path path, @Nullable Long steps, boolean allowDifferentEngine, Context context) {
        var directory = RunDirectory.open(path);
        var saved = RunDirectories.config(directory);
        var config = steps == null ? saved : saved.withTrain(saved.train().withSteps(steps));
        Engine.setThreads(config.train().threadsOnThisMachine());
        Manifests.compareEngine(directory.manifest(), allowDifferentEngine);
        var rollback = new RecoveryJournal(path).read();
        var refused = new ArrayList<Refusal>();
        var loss = directory.metrics().series(SeriesNames.LOSS);
        var reached = loss.size() == 0 ? 0 : loss.steps()[loss.size() - 1];
        if (reached < config.checkpoint().everySteps()
                && new CheckpointStore(directory.checkpoints()).steps().isEmpty()) {
            return beginAgain(config, directory, reached, context);
        }
        try (var checkpoint = newest(directory, rollback, refused)) {
            var state = build(config, context);
            try {
                state.load(checkpoint);
                var memory = checkpoint.state().path("memory");
                state.remember(memory);
                rollback.filter(entry -> entry.isLaterThan(memory)).ifPresent(state::change);
                var run = new TrainingRun(
                        config, directory, state, directory.nextIncarnation(state.step, "resume"), context);
                run.checkpoints.dropAfter(state.step);
                run.resumed(refused, reached);
                return run;
            } catch (RuntimeException e) {
                state.close();
                throw e;
            }
        }
    }

    /// A run that was cut off before its first checkpoint was written.
    private static TrainingRun beginAgain(RunConfig config, RunDirectory directory, long reached, Context context) {
        var state = build(config, context);
        try {
            var run = new TrainingRun(config, directory, state, directory.nextIncarnation(0, "resume"), context);
            run.begin();
            run.resumed(List.of(), reached);
            return run;
        } catch (RuntimeException e) {
            state.close();
            throw e;
        }
    }

    private void resumed(List<Refusal> refused, long reached) {
        for (var refusal : refused) {
            journal.note(
                    refusal.step(),
                    Checkpoints.REFUSED,
                    "checkpoint " + refusal.step() + " refused: " + refusal.reason(),
                    null);
        }
        journal.note(
                state.step,
                "resume",
                "resumed from step " + state.step
                        + (reached > state.step ? ", steps up to " + reached + " are done again" : ""),
                JsonMapper.shared().createObjectNode().put("stepsLost", Math.max(0, reached - state.step)));
    }

    private static Checkpoint newest(
            RunDirectory directory, Optional<RecoveryJournal.Entry> rollback, List<Refusal> refused) {
        var store = new CheckpointStore(directory.checkpoints());
        for (var step : store.steps().reversed()) {
            try {
                var checkpoint = store.open(step);
                JsonNode memory = checkpoint.state().path("memory");
                if (rollback.isPresent() && rollback.get().supersedes(step, memory)) {
                    checkpoint.close();
                    continue;
                }
                return checkpoint;
            } catch (InputException e) {
                refused.add(new Refusal(step, String.valueOf(e.getMessage())));
            }
        }
        var reasons = refused.stream()
                .map(refusal -> "; " + refusal.step() + ": " + refusal.reason())
                .collect(Collectors.joining());
        throw new InputException("run " + directory.path() + " must have a valid checkpoint but has none"
                + (reasons.isEmpty() ? "" : " (refused" + reasons + ")"));
    }

    private static TrainingState build(RunConfig config, Context context) {
        Engine.setThreads(config.train().threadsOnThisMachine());
        var streams = new RandomStreams(config.train().seed());
        var task = Tasks.of(config, streams.stream("dropout"), context.cache());
        var parameters = Parameters.materialize(task.model(), streams.stream("init"));
        var optimizer = config.optimizer().build(parameters);
        var source = task.data().train(config.train().batchSize(), streams.stream("data"), Partition.WHOLE);
        return new TrainingState(
                task,
                source,
                parameters,
                optimizer,
                streams,
                new ProbeSet(config.probes()),
                Detectors.defaults(),
                new Guard(config.guard()),
                new SkippedData(config.train().examplesPerStep()));
    }

    /// Trains to the end or to a stop, and writes down how it ended.
    public Outcome train(StopRequest stop) {
        try {
            trainer.run(stop);
            var end = state.guard.halted()
                    ? Status.State.FAILED
                    : state.step < config.train().steps() ? Status.State.STOPPED : Status.State.FINISHED;
            journal.end(end, state.step, stop.reason());
        } catch (RuntimeException | Error e) {
            journal.end(Status.State.FAILED, state.step, String.valueOf(e.getMessage()));
            throw e;
        }
        // The last status is on disk once the writer is closed.
        writer.close();
        return RunSummary.of(directory);
    }

    /// What the run consists of, for sampling and inspection.
    public TrainingState state() {
        return state;
    }

    /// The configuration, resolved.
    public RunConfig config() {
        return config;
    }

    public RunDirectory directory() {
        return directory;
    }

    @Override
    public void close() {
        if (workers != null) {
            workers.close();
        }
        checkpoints.close();
        writer.close();
        state.close();
    }
}
