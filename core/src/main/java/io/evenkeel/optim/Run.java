package io.evenkeel.optim;

import io.evenkeel.nn.Parameter;
import io.evenkeel.nn.Parameters;
import io.evenkeel.tensor.Scope;
import io.evenkeel.tensor.Tensor;
import io.evenkeel.tensor.Tensors;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A contiguous stretch of the flat buffers whose parameters share a rule and its settings, with their moments. `n` is
/// its length, the gaps between parameters included; these are zero and a rule keeps them so.
public final class Run implements AutoCloseable {
    private final List<Parameter> parameters;
    private final Chain.Settings settings;
    private final Tensor values; // [n]
    private final Tensor gradients; // [n]
    private final Map<String, Tensor> moments = new LinkedHashMap<>(); // each [n]
    private final Map<String, Tensor> views = new LinkedHashMap<>(); // of the moments, by `<parameter>.<moment>`
    private final long[] extents;

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
            for (var moment : settings.rule().moments()) {
                var flat = Tensors.zeros(length).own();
                moments.put(moment, flat);
                for (var parameter : parameters) {
                    var view = flat.narrow(0, all.offset(parameter.name()) - start, parameter.numel())
                            .view(parameter.shape());
                    views.put(parameter.name() + "." + moment, view.own());
                }
            }
        }
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
        var moment = moments.get(name);
        if (moment == null) {
            throw new IllegalArgumentException("the rule has no moment " + name + " but " + moments.keySet());
        }
        return moment;
    }

    /// The parts of a tensor `[n]` that belong to each parameter, flat and with the gap behind it; views.
    public Tensor[] split(Tensor flat) {
        return flat.split(extents, 0);
    }

    void update(long number, double factor) {
        settings.rule()
                .update(this, new UpdateRule.Step(number, settings.lr() * factor, factor, settings.weightDecay()));
    }

    Chain.Settings settings() {
        return settings;
    }

    Map<String, Tensor> views() {
        return views;
    }

    void scaleMoments(double keep) {
        if (keep == 0) {
            moments.values().forEach(Tensor::zero_); // NaN too
        } else {
            moments.values().forEach(moment -> moment.mul_(keep));
        }
    }

    @Override
    public void close() {
        views.values().forEach(Tensor::close);
        moments.values().forEach(Tensor::close);
        values.close();
        gradients.close();
    }
}
