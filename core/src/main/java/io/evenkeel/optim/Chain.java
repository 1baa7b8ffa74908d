package io.evenkeel.optim;

import io.evenkeel.nn.Parameter;
import io.evenkeel.nn.Parameters;
import io.evenkeel.tensor.Autograd;
import io.evenkeel.tensor.Scope;
import io.evenkeel.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/// Gradient transforms in order, then an update rule on each [Run] of parameters that share one.
///
/// Frozen parameters have no moments; their gradient is set to zero before the transforms, and their values keep their
/// bits.
public final class Chain implements Optimizer {
    private static final String UPDATES = "updates";
    private static final String TRANSFORMS = "transforms";

    private final List<GradientTransform> transforms;
    private final List<Run> runs;
    private final List<Parameter> frozen;
    private final Gradient gradient;
    private final Map<String, Tensor> tensors = new LinkedHashMap<>();
    private long updates;

    /// How a parameter is trained. Neighbours in the flat buffers with equal settings are updated together.
    ///
    /// @param rule        the update rule
    /// @param lr          its peak learning rate
    /// @param weightDecay its decay
    public record Settings(UpdateRule rule, double lr, double weightDecay) {}

    /// @param transforms in the order in which they are applied; owned by the chain from now on
    /// @param settings   of a parameter; empty for a frozen one
    public Chain(
            Parameters parameters,
            List<GradientTransform> transforms,
            Function<Parameter, Optional<Settings>> settings) {
        this.transforms = List.copyOf(transforms);
        var settled = parameters.all().stream()
                .map(parameter -> new Settled(parameter, settings.apply(parameter)))
                .toList();
        runs = runs(parameters, settled);
        frozen = settled.stream()
                .filter(each -> each.settings().isEmpty())
                .map(Settled::parameter)
                .toList();
        gradient = new Gradient(
                parameters,
                runs.stream().flatMap(run -> run.parameters().stream()).toList());
        runs.forEach(run -> run.tensors().forEach(this::put));
        this.transforms.forEach(transform -> transform.tensors().forEach(this::put));
    }

    /// A parameter and its settings; none when it is frozen.
    private record Settled(Parameter parameter, Optional<Settings> settings) {}

    private static List<Run> runs(Parameters parameters, List<Settled> settled) {
        var runs = new ArrayList<Run>();
        var start = 0;
        while (start < settled.size()) {
            var settings = settled.get(start).settings();
            var end = start + 1;
            while (end < settled.size() && settled.get(end).settings().equals(settings)) {
                end++;
            }
            if (settings.isPresent()) {
                var members = settled.subList(start, end).stream()
                        .map(Settled::parameter)
                        .toList();
                runs.add(new Run(parameters, members, settings.get()));
            }
            start = end;
        }
        return runs;
    }

    private void put(String name, Tensor tensor) {
        if (tensors.put(name, tensor) != null) {
            throw new IllegalArgumentException("two parts of the optimizer have a tensor " + name);
        }
    }

    @Override
    public void step(double factor, double gradientNorm) {
        if (!(factor >= 0 && factor < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("factor must be finite and >= 0 but was " + factor);
        }
        try (var _ = Scope.open();
                var _ = Autograd.noGrad()) {
            frozen.forEach(parameter -> parameter.gradient().zero_());
            gradient.begin(gradientNorm, frozen.isEmpty());
            transforms.forEach(transform -> transform.apply(gradient));
            updates++;
            runs.forEach(run -> run.update(updates, factor));
        }
    }

    /// The runs, in the order of the flat buffers.
    public List<Run> runs() {
        return Collections.unmodifiableList(runs);
    }

    @Override
    public Map<String, Tensor> tensors() {
        return Collections.unmodifiableMap(tensors);
    }

    @Override
    public JsonNode state() {
        var state = JsonNodeFactory.instance.objectNode().put(UPDATES, updates);
        var parts = state.putArray(TRANSFORMS);
        transforms.forEach(transform -> parts.add(transform.state()));
        return state;
    }

    /// @throws IllegalArgumentException when the state is of another chain
    @Override
    public void restore(JsonNode state) {
        var parts = state.path(TRANSFORMS);
        if (!state.path(UPDATES).isIntegralNumber() || parts.size() != transforms.size()) {
            throw new IllegalArgumentException("state of the optimizer must have " + UPDATES + " and "
                    + transforms.size() + " " + TRANSFORMS + " but was " + state);
        }
        updates = state.path(UPDATES).longValue();
        for (var i = 0; i < transforms.size(); i++) {
            transforms.get(i).restore(parts.get(i));
        }
    }

    /// Scales the moments of the update rules; what transforms remember stays.
    @Override
    public void scaleMoments(double keep) {
        if (!(keep >= 0 && keep <= 1)) {
            throw new IllegalArgumentException("keep must be in [0, 1] but was " + keep);
        }
        runs.forEach(run -> run.scaleMoments(keep));
        if (keep == 0) {
            updates = 0;
        }
    }

    /// That of the rules, where all runs have the same.
    @Override
    public @Nullable Adaptive adaptive() {
        Adaptive common = null;
        for (var run : runs) {
            var adaptive = run.settings().rule().adaptive(updates);
            if (adaptive == null || (common != null && !common.equals(adaptive))) {
                return null;
            }
            common = adaptive;
        }
        return common;
    }

    @Override
    public void close() {
        runs.forEach(Run::close);
        transforms.forEach(GradientTransform::close);
    }
}
