package io.evenkeel.probe;

import io.evenkeel.config.Choices;
import io.evenkeel.data.Batch;
import io.evenkeel.metric.Readings;
import io.evenkeel.nn.Parameter;
import io.evenkeel.nn.Parameters;
import io.evenkeel.tensor.Autograd;
import io.evenkeel.tensor.Engine;
import io.evenkeel.tensor.Scope;
import io.evenkeel.tensor.Tensor;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/// The probes of a run: which are due at a step, and the passes that they share. The trainer calls, in this order,
///
///     afterMicroBatch   after the backward pass of each micro-batch
///     afterBackward     after the last one, before clipping
///     beforeUpdate      before the optimizer's step
///     afterUpdate       after it, while the batches are still open
///     atCheckpoint      when a checkpoint is made, before the state is saved
///
/// and each does nothing when nothing is due. A probe is due at steps that its cadence divides, so that probes of one
/// moment share a pass. What a measurement took is a reading itself, `probe/ms/<name>`, and so is what a shared pass
/// took: [#FORWARD_PASS], [#UPDATE_COPY], [#LOSS_GRAPH]. Exceptions go through to the trainer.
///
/// Curvature switches the fused attention kernel off for the whole process while it runs: no other thread may train
/// meanwhile.
public final class ProbeSet implements AutoCloseable {
    /// Prefix of the series of what a measurement took, milliseconds.
    public static final String MILLIS = "probe/ms/";
    /// The observed forward pass, without the probes that observe it.
    public static final String FORWARD_PASS = "forward-pass";
    /// The copy of all values before the update, and the difference after it.
    public static final String UPDATE_COPY = "update-copy";
    /// Making the graph of the gradient.
    public static final String LOSS_GRAPH = "loss-graph";

    private final Map<Probe, Long> cadences;
    private final Map<String, Long> checkpointSteps = new LinkedHashMap<>();
    private final Map<Probe, Long> microBatchNanos = new HashMap<>();
    private @Nullable Tensor delta;
    private long copyNanos;

    /// The probes of `config`.
    public ProbeSet(Config config) {
        this(config.cadences(Probes.all()));
    }

    /// Given probes, which this set then owns.
    ///
    /// @param cadences steps between measurements; 0 for a probe that is off
    public ProbeSet(Map<Probe, Long> cadences) {
        this.cadences = new LinkedHashMap<>(cadences);
    }

    /// Which probes are on.
    public enum Selection {
        /// None but those named.
        NONE,
        /// Those that cost at most 1 % of step time together.
        DEFAULT,
        /// All, at most 5 % of step time together.
        ALL
    }

    /// Which probes run, and how often.
    ///
    /// @param set        which probes run at their default cadence
    /// @param everySteps cadence in steps by name of probe, over `set`; 0 switches one off
    public record Config(Selection set, Map<String, Long> everySteps) {
        public Config {
            everySteps = new LinkedHashMap<>(everySteps);
            var names = Probes.catalogue().stream().map(Probe.About::name).toList();
            everySteps.forEach((name, steps) -> {
                if (!names.contains(name)) {
                    throw new IllegalArgumentException("everySteps must name probes (" + String.join(", ", names)
                            + ") but was " + name + Choices.suggestion(name, names));
                }
                if (steps < 0) {
                    throw new IllegalArgumentException("everySteps." + name + " must be >= 0 but was " + steps);
                }
            });
        }

        public static Config defaults() {
            return new Config(Selection.DEFAULT, Map.of());
        }

        /// The cadence of each probe: all of them, so that what one that is off has kept is carried along.
        Map<Probe, Long> cadences(List<Probe> probes) {
            var cadences = new LinkedHashMap<Probe, Long>();
            for (var probe : probes) {
                var about = probe.about();
                var on = switch (set) {
                    case NONE -> false;
                    case DEFAULT -> about.byDefault();
                    case ALL -> true;
                };
                cadences.put(probe, everySteps.getOrDefault(about.name(), on ? about.everySteps() : 0L));
            }
            return cadences;
        }
    }

    /// The moments at which probes are due in a step, so that the trainer can prepare.
    ///
    /// @param step optimizer steps done before it
    public Set<Moment> due(long step) {
        var moments = EnumSet.noneOf(Moment.class);
        cadences.keySet().stream().filter(probe -> isDue(probe, step)).forEach(probe -> moments.addAll(probe.needs()));
        return moments;
    }

    private boolean isDue(Probe probe, long step) {
        var cadence = cadences.getOrDefault(probe, 0L);
        if (cadence == 0) {
            return false;
        }
        if (probe instanceof Probe.Checkpoint) {
            var last = checkpointSteps.get(probe.about().name());
            return last == null || step - last >= cadence;
        }
        return step % cadence == 0;
    }

    private <P extends Probe> List<P> due(Class<P> kind, long step) {
        return cadences.keySet().stream()
                .filter(kind::isInstance)
                .map(kind::cast)
                .filter(probe -> isDue(probe, step))
                .toList();
    }

    /// After the backward pass of a micro-batch, whose gradient was added to those of the step.
    ///
    /// @param step optimizer steps done before this one
    public void afterMicroBatch(long step, Parameters parameters, Batch batch, StepTimes times) {
        for (var probe : due(Probe.Gradients.class, step)) {
            if (probe.needs().contains(Moment.MICRO_BATCH)) {
                var start = System.nanoTime();
                try (var _ = times.during(StepTimes.Phase.PROBES);
                        var _ = Scope.open();
                        var _ = Autograd.noGrad()) {
                    probe.microBatch(parameters, batch);
                }
                microBatchNanos.merge(probe, System.nanoTime() - start, Long::sum);
            }
        }
    }

    /// After the last backward pass, before clipping and the update.
    public void afterBackward(StepView view, Readings readings) {
        try (var _ = view.times().during(StepTimes.Phase.PROBES)) {
            for (var probe : due(Probe.Gradients.class, view.step())) {
                var start = System.nanoTime();
                try (var _ = Scope.open();
                        var _ = Autograd.noGrad()) {
                    probe.measure(view, readings);
                }
                var before = Objects.requireNonNullElse(microBatchNanos.remove(probe), 0L);
                put(readings, probe.about().name(), before + System.nanoTime() - start);
            }
            var observing = due(Probe.Forward.class, view.step());
            if (!observing.isEmpty()) {
                observe(observing, view, readings);
            }
        }
    }

    private static void observe(List<Probe.Forward> probes, StepView view, Readings readings) {
        try (var _ = Scope.open();
                var _ = Autograd.noGrad()) {
            var batch = view.batches().getFirst();
            var passes = probes.stream().map(probe -> probe.begin(view, batch)).toList();
            var nanos = new long[passes.size()];
            var start = System.nanoTime();
            Evaluation.observe(view, batch, (module, what, value) -> {
                for (var i = 0; i < nanos.length; i++) {
                    var began = System.nanoTime();
                    passes.get(i).observe(module, what, value);
                    nanos[i] += System.nanoTime() - began;
                }
            });
            var pass = System.nanoTime() - start;
            for (var nano : nanos) {
                pass -= nano;
            }
            for (var i = 0; i < nanos.length; i++) {
                var began = System.nanoTime();
                passes.get(i).finish(readings);
                nanos[i] += System.nanoTime() - began;
                put(readings, probes.get(i).about().name(), nanos[i]);
            }
            put(readings, FORWARD_PASS, pass);
        }
    }

    /// Before the optimizer's step.
    public void beforeUpdate(StepView view) {
        if (!due(view.step()).contains(Moment.UPDATE)) {
            return;
        }
        try (var _ = view.times().during(StepTimes.Phase.PROBES);
                var _ = Scope.open();
                var _ = Autograd.noGrad()) {
            var start = System.nanoTime();
            if (delta == null) {
                delta = view.parameters().newBuffer();
            }
            delta.copy_(view.parameters().values());
            copyNanos = System.nanoTime() - start;
        }
    }

    /// After the optimizer's step.
    public void afterUpdate(StepView view, Readings readings) {
        var moments = due(view.step());
        if (!moments.contains(Moment.UPDATE) && !moments.contains(Moment.CURVATURE)) {
            return;
        }
        try (var _ = view.times().during(StepTimes.Phase.PROBES);
                var _ = Scope.open();
                var _ = Autograd.noGrad()) {
            if (moments.contains(Moment.UPDATE)) {
                var change = change(view, readings);
                for (var probe : due(Probe.Update.class, view.step())) {
                    try (var _ = Scope.open();
                            var _ = new Stopwatch(readings, probe.about().name())) {
                        probe.measure(view, change, readings);
                    }
                }
            }
            if (moments.contains(Moment.CURVATURE)) {
                curvature(view, moments.contains(Moment.UPDATE) ? delta : null, readings);
            }
        }
    }

    private Tensor change(StepView view, Readings readings) {
        if (delta == null) {
            throw new IllegalStateException("afterUpdate without beforeUpdate at step " + view.step());
        }
        var start = System.nanoTime();
        delta.sub_(view.parameters().values()).mul_(-1);
        put(readings, UPDATE_COPY, copyNanos + System.nanoTime() - start);
        return delta;
    }

    private void curvature(StepView view, @Nullable Tensor change, Readings readings) {
        var parameters = view.parameters();
        var leaves = view.trained().stream().map(Parameter::value).toList();
        var parts = new ArrayList<Supplier<Tensor>>();
        view.batches().forEach(batch -> parts.add(() -> view.loss().apply(batch)));
        var flat = change == null
                ? null
                : LossCurvature.flat(view.trained().stream()
                        .map(parameter -> parameters.view(change, parameter.name()))
                        .toList());
        var fused = Engine.fusedAttention();
        Engine.setFusedAttention(false);
        try (var _ = new Evaluation(view.model())) {
            LossCurvature curvature;
            try (var _ = new Stopwatch(readings, LOSS_GRAPH)) {
                curvature = new LossCurvature(leaves, parts, flat);
            }
            for (var probe : due(Probe.Curvature.class, view.step())) {
                try (var _ = Scope.open();
                        var _ = new Stopwatch(readings, probe.about().name())) {
                    probe.measure(view, curvature, readings);
                }
            }
        } finally {
            Engine.setFusedAttention(fused);
        }
    }

    /// When a checkpoint is made, before the state of the probes is saved with it.
    public void atCheckpoint(StepView view, Readings readings) {
        var probes = due(Probe.Checkpoint.class, view.step());
        if (probes.isEmpty()) {
            return;
        }
        try (var _ = view.times().during(StepTimes.Phase.PROBES)) {
            for (var probe : probes) {
                try (var _ = Scope.open();
                        var _ = Autograd.noGrad();
                        var _ = new Stopwatch(readings, probe.about().name())) {
                    probe.measure(view, readings);
                }
                checkpointSteps.put(probe.about().name(), view.step());
            }
        }
    }

    /// Writes what its life took.
    private record Stopwatch(Readings readings, String name, long start) implements AutoCloseable {
        Stopwatch(Readings readings, String name) {
            this(readings, name, System.nanoTime());
        }

        @Override
        public void close() {
            put(readings, name, System.nanoTime() - start);
        }
    }

    private static void put(Readings readings, String name, long nanos) {
        readings.put(MILLIS + name, nanos / 1e6);
    }

    /// The probes and their cadences.
    Map<Probe, Long> cadences() {
        return cadences;
    }

    /// What the probes keep, without tensors.
    public JsonNode state() {
        var state = JsonNodeFactory.instance.objectNode();
        var probes = state.putObject("probes");
        cadences.keySet().forEach(probe -> probes.set(probe.about().name(), probe.state()));
        var steps = state.putObject("checkpointSteps");
        checkpointSteps.forEach(steps::put);
        return state;
    }

    /// Continues from a saved state. Afterwards [#tensors] names what the saving set had, for the caller to fill
    /// in.
    public void restore(JsonNode state) {
        cadences.keySet()
                .forEach(probe ->
                        probe.restore(state.path("probes").path(probe.about().name())));
        checkpointSteps.clear();
        state.path("checkpointSteps")
                .properties()
                .forEach(entry ->
                        checkpointSteps.put(entry.getKey(), entry.getValue().asLong()));
    }

    /// The tensors that the probes keep, by name; they are part of a checkpoint.
    public Map<String, Tensor> tensors() {
        var tensors = new LinkedHashMap<String, Tensor>();
        cadences.keySet()
                .forEach(probe -> probe.tensors()
                        .forEach((name, tensor) ->
                                tensors.put("probe/" + probe.about().name() + "/" + name, tensor)));
        return tensors;
    }

    /// Frees what the probes keep.
    @Override
    public void close() {
        cadences.keySet().forEach(Probe::close);
        if (delta != null) {
            delta.close();
            delta = null;
        }
    }
}
