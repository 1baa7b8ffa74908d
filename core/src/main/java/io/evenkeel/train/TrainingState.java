package io.evenkeel.train;

import io.evenkeel.checkpoint.Checkpoint;
import io.evenkeel.checkpoint.CheckpointContent;
import io.evenkeel.checkpoint.Health;
import io.evenkeel.checkpoint.Sha256;
import io.evenkeel.data.BatchSource;
import io.evenkeel.detect.Detectors;
import io.evenkeel.guard.Guard;
import io.evenkeel.nn.Parameters;
import io.evenkeel.optim.Optimizer;
import io.evenkeel.probe.ProbeSet;
import io.evenkeel.random.RandomStream;
import io.evenkeel.random.RandomStreams;
import io.evenkeel.tensor.Tensor;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// Everything that changes while a run trains: what a checkpoint holds, and nothing else does.
///
/// The guard and the skipped data are part of it, but a rollback leaves them as they are: they remember what went
/// wrong.
public final class TrainingState implements AutoCloseable {
    private static final JsonMapper JSON = JsonMapper.shared();

    final Task task;
    final BatchSource source;
    final Parameters parameters;
    final Optimizer optimizer;
    final RandomStreams streams;
    final ProbeSet probes;
    final Detectors detectors;
    final Guard guard;
    final SkippedData skipped;
    /// Modules whose precision was raised.
    private final TreeSet<String> fullPrecision = new TreeSet<>();
    long step;
    long tokens;

    @Nullable
    Evaluation evaluation;

    /// The last steps whose update was applied, oldest first.
    private final ArrayDeque<CrossExamination.Learnt> learnt = new ArrayDeque<>();

    TrainingState(
            Task task,
            BatchSource source,
            Parameters parameters,
            Optimizer optimizer,
            RandomStreams streams,
            ProbeSet probes,
            Detectors detectors,
            Guard guard,
            SkippedData skipped) {
        this.task = task;
        this.source = source;
        this.parameters = parameters;
        this.optimizer = optimizer;
        this.streams = streams;
        this.probes = probes;
        this.detectors = detectors;
        this.guard = guard;
        this.skipped = skipped;
    }

    /// What is trained.
    public Task task() {
        return task;
    }

    public Parameters parameters() {
        return parameters;
    }

    public Optimizer optimizer() {
        return optimizer;
    }

    /// Optimizer steps done, dropped ones included.
    public long step() {
        return step;
    }

    void learnt(CrossExamination.Learnt step) {
        learnt.addLast(step);
        if (learnt.size() > CrossExamination.MEMORY) {
            learnt.removeFirst();
        }
    }

    /// The last step before `step` whose update was applied; none when that is long ago.
    Optional<CrossExamination.Learnt> learntBefore(long step) {
        return learnt.stream()
                .filter(candidate -> candidate.step() < step)
                .max(Comparator.comparingLong(CrossExamination.Learnt::step));
    }

    /// Weights and buffers by name.
    Map<String, Tensor> modelTensors() {
        var tensors = new TreeMap<String, Tensor>();
        parameters.all().forEach(parameter -> tensors.put(parameter.name(), parameter.value()));
        task.model().forEachBuffer(tensors::put);
        return tensors;
    }

    /// Moments, and what probes carry from step to step.
    Map<String, Tensor> optimizerTensors() {
        var tensors = new TreeMap<>(optimizer.tensors());
        tensors.putAll(probes.tensors());
        return tensors;
    }

    /// The state as a checkpoint holds it; the tensors are those in use.
    CheckpointContent content(Health health) {
        var root = JSON.createObjectNode();
        root.put("step", step);
        root.put("tokens", tokens);
        root.set("evaluation", JSON.valueToTree(evaluation));
        root.set("learnt", JSON.valueToTree(learnt));
        root.set("streams", JSON.valueToTree(streams.state()));
        root.set("optimizer", optimizer.state());
        root.set("detectors", detectors.state());
        root.set("probes", probes.state());
        root.set("memory", memory());
        return new CheckpointContent(step, modelTensors(), optimizerTensors(), root, health);
    }

    /// Does again what a rollback decided beyond what the checkpoint restores.
    void change(RecoveryJournal.Entry rollback) {
        remember(rollback.memory());
        rollback.momentFactors().forEach(optimizer::scaleMoments);
        rollback.fullPrecision().forEach(this::raisePrecision);
    }

    /// Computes a module, by full name, in full precision from now on; the whole model for an empty name.
    void raisePrecision(String module) {
        fullPrecision.add(module);
        task.network().raisePrecision(module);
    }

    /// Modules, by full name, that compute in full precision by now.
    Set<String> fullPrecision() {
        return fullPrecision;
    }

    /// What a rollback does not undo.
    ObjectNode memory() {
        var memory = JSON.createObjectNode();
        memory.put("sequence", guard.sequence());
        memory.set("guard", guard.state());
        memory.set("skipped", JSON.valueToTree(skipped.stretches()));
        memory.set("fullPrecision", JSON.valueToTree(fullPrecision));
        return memory;
    }

    /// Takes everything from a checkpoint but the memory of recoveries.
    void load(Checkpoint checkpoint) {
        var root = checkpoint.state();
        // Before the tensors: it says which tensors the probes keep.
        probes.restore(root.path("probes"));
        checkpoint.loadModel(modelTensors());
        checkpoint.loadOptimizer(optimizerTensors());
        step = root.path("step").asLong();
        tokens = root.path("tokens").asLong();
        evaluation =
                root.path("evaluation").isNull() ? null : JSON.treeToValue(root.path("evaluation"), Evaluation.class);
        learnt.clear();
        learnt.addAll(List.of(JSON.treeToValue(root.path("learnt"), CrossExamination.Learnt[].class)));
        var saved = new TreeMap<String, RandomStream.State>();
        root.path("streams")
                .properties()
                .forEach(entry ->
                        saved.put(entry.getKey(), JSON.treeToValue(entry.getValue(), RandomStream.State.class)));
        streams.restore(saved);
        optimizer.restore(root.path("optimizer"));
        detectors.restore(root.path("detectors"));
    }

    /// Takes the memory of recoveries, of a checkpoint or of the journal.
    void remember(JsonNode memory) {
        guard.restore(memory.path("guard"));
        skipped.restore(List.of(JSON.treeToValue(memory.path("skipped"), SkippedData.Stretch[].class)));
        List.of(JSON.treeToValue(memory.path("fullPrecision"), String[].class)).forEach(this::raisePrecision);
    }

    /// SHA-256 over the raw bytes of weights and buffers in name order, in hexadecimal; that of a checkpoint of
    /// this state is the same.
    public String hash() {
        return Sha256.of(new TreeMap<>(modelTensors()).values());
    }

    @Override
    public void close() {
        probes.close();
        source.close();
        task.close();
        optimizer.close();
        parameters.close();
    }
}
