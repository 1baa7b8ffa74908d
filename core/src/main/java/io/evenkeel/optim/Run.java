package io.evenkeel.optim;

import io.evenkeel.nn.Parameter;
import io.evenkeel.nn.Parameters;
import io.evenkeel.tensor.Scope;
import io.evenkeel.tensor.Tensor;
import io.evenkeel.tensor.Tensors;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.LongStream;

/// A contiguous stretch of the flat buffers whose parameters share a rule and its settings, with their moments. `n` is
/// its length, the gaps between parameters included; these are zero and a rule keeps them so.
public final class Run implements AutoCloseable {
    private final List<Parameter> parameters;
    private final Chain.Settings settings;
    private final Tensor values; // [n]
    private final Tensor gradients; // [n]
    private final Map<String, Tensor> moments = new LinkedHashMap<>(); // each [n]
    private final Map<String, Tensor> tensors = new LinkedHashMap<>(); // of the members, by `<parameter>.<name>`
    private final List<Member> members = new ArrayList<>();
    private final long[] extents;
    private final List<Run> parts;

    /// Elements of a part, 2 MiB: more, and most of an update is spent on getting fresh memory from the system.
    private static final long PART = 1L << 19;

    /// One of the parameters, with what belongs to it.
    ///
    /// @param parameter  itself
    /// @param value      its values, in its shape
    /// @param gradient   its gradient, in its shape
    /// @param moments    its parts of the rule's moments, in its shape
    /// @param statistics what the rule keeps of it beside the moments
    public record Member(
            Parameter parameter,
            Tensor value,
            Tensor gradient,
            Map<String, Tensor> moments,
            Map<String, Tensor> statistics) {
        /// Its part of a moment of the rule.
        public Tensor moment(String name) {
            return find("moment", moments, name);
        }

        /// A statistic of the rule.
        public Tensor statistic(String name) {
            return find("statistic", statistics, name);
        }

        private void close() {
            value.close();
            moments.values().forEach(Tensor::close);
            statistics.values().forEach(Tensor::close);
        }
    }

    Run(Parameters all, List<Parameter> parameters, Chain.Settings settings) {
        this.parameters = List.copyOf(parameters);
        this.settings = settings;
        this.extents = parameters.stream()
                .mapToLong(parameter -> all.extent(parameter.name()))
                .toArray();
        var start = all.offset(parameters.getFirst().name());
        var last = parameters.getLast().name();
        var length = all.offset(last) + all.extent(last) - start;
        try (var _ = Scope.open()) {
            values = all.values().narrow(0, start, length).own();
            gradients = all.gradients().narrow(0, start, length).own();
            settings.rule()
                    .moments()
                    .forEach(moment -> moments.put(moment, Tensors.zeros(length).own()));
            for (var parameter : parameters) {
                members.add(member(parameter, all.offset(parameter.name()) - start));
            }
        }
        parts = settings.rule().elementwise() && length > PART ? parts(length) : List.of();
        for (var member : members) {
            var prefix = member.parameter().name() + ".";
            member.moments().forEach((name, tensor) -> tensors.put(prefix + name, tensor));
            member.statistics().forEach((name, tensor) -> tensors.put(prefix + name, tensor));
        }
    }

    /// A stretch of another run, for rules that see elements alone: it has no members.
    private Run(Run whole, long start, long length) {
        parameters = List.of();
        settings = whole.settings;
        extents = new long[0];
        parts = List.of();
        values = whole.values.narrow(0, start, length).own();
        gradients = whole.gradients.narrow(0, start, length).own();
        whole.moments.forEach(
                (name, flat) -> moments.put(name, flat.narrow(0, start, length).own()));
    }

    private List<Run> parts(long length) {
        try (var _ = Scope.open()) {
            return LongStream.iterate(0, start -> start < length, start -> start + PART)
                    .mapToObj(start -> new Run(this, start, Math.min(PART, length - start)))
                    .toList();
        }
    }

    private Member member(Parameter parameter, long offset) {
        var own = new LinkedHashMap<String, Tensor>();
        moments.forEach((name, flat) -> own.put(
                name,
                flat.narrow(0, offset, parameter.numel())
                        .view(parameter.shape())
                        .own()));
        var statistics = new TreeMap<String, Tensor>();
        settings.rule()
                .statistics(parameter)
                .forEach((name, shape) ->
                        statistics.put(name, Tensors.zeros(shape).own()));
        return new Member(parameter, parameter.value().detach().own(), parameter.gradient(), own, statistics);
    }

    /// Its parameters, in the order of the buffers.
    public List<Parameter> parameters() {
        return parameters;
    }

    /// The values, `[n]`.
    public Tensor values() {
        return values;
    }

    /// The gradient, `[n]`.
    public Tensor gradients() {
        return gradients;
    }

    /// A moment of the rule, `[n]`.
    public Tensor moment(String name) {
        return find("moment", moments, name);
    }

    private static Tensor find(String what, Map<String, Tensor> tensors, String name) {
        var tensor = tensors.get(name);
        if (tensor == null) {
            throw new IllegalArgumentException("the rule has no " + what + " " + name + " but " + tensors.keySet());
        }
        return tensor;
    }

    /// Its parameters with their parts of everything, in the order of the buffers.
    public List<Member> members() {
        return Collections.unmodifiableList(members);
    }

    /// Takes a share off the values.
    public void decay(double share) {
        if (share != 0) {
            values.mul_(1 - share);
        }
    }

    /// The parts of a tensor `[n]` that belong to each parameter, flat and with the gap behind it; views.
    public Tensor[] split(Tensor flat) {
        return flat.split(extents, 0);
    }

    void update(long number, double factor) {
        var step = new UpdateRule.Step(number, settings.lr() * factor, factor, settings.weightDecay());
        if (parts.isEmpty()) {
            settings.rule().update(this, step);
        }
        for (var part : parts) {
            try (var _ = Scope.open()) {
                settings.rule().update(part, step);
            }
        }
    }

    Chain.Settings settings() {
        return settings;
    }

    Map<String, Tensor> tensors() {
        return tensors;
    }

    /// Statistics stay as they are, or are forgotten with the moments.
    void scaleMoments(double keep) {
        if (keep == 0) {
            moments.values().forEach(Tensor::zero_); // NaN too
            members.forEach(member -> member.statistics().values().forEach(Tensor::zero_));
        } else {
            moments.values().forEach(moment -> moment.mul_(keep));
        }
    }

    @Override
    public void close() {
        parts.forEach(Run::close);
        members.forEach(Member::close);
        moments.values().forEach(Tensor::close);
        values.close();
        gradients.close();
    }
}
