package io.evenkeel.nn;

import io.evenkeel.random.RandomStream;
import io.evenkeel.tensor.Autograd;
import io.evenkeel.tensor.DType;
import io.evenkeel.tensor.Scope;
import io.evenkeel.tensor.Shapes;
import io.evenkeel.tensor.Tensor;
import io.evenkeel.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;

/// The parameters of a model by name, over one flat buffer of values and one of gradients, FLOAT32.
///
/// Matrices (two dimensions and more) come first, then vectors, each in the order of declaration, so that the usual
/// groups (decayed and not) are one contiguous run each. Every parameter begins at a multiple of [#ALIGNMENT] elements;
/// the gap is zero in both buffers and stays so under every elementwise update.
public final class Parameters implements AutoCloseable {
    /// Elements that the start of a parameter is a multiple of: 64 bytes, the width of a vector register.
    public static final long ALIGNMENT = 16;

    private final Map<String, Slot> slots;
    private final Tensor values;
    private final Tensor gradients;

    /// A parameter and its first element in the flat buffers.
    private record Slot(Parameter parameter, long offset) {}

    private Parameters(Map<String, Slot> slots, Tensor values, Tensor gradients) {
        this.slots = slots;
        this.values = values;
        this.gradients = gradients;
    }

    /// Gives every parameter of `model` its values: each from the sub-stream of its own name, so that a parameter's
    /// initial values do not depend on which others there are.
    public static Parameters materialize(Module model, RandomStream random) {
        var declared = new ArrayList<Map.Entry<String, Parameter>>();
        model.forEachParameter((name, parameter) -> declared.add(Map.entry(name, parameter)));
        declared.sort(Comparator.comparing(entry -> entry.getValue().shape().length < 2));
        var slots = new LinkedHashMap<String, Slot>();
        var end = 0L;
        for (var entry : declared) {
            slots.put(entry.getKey(), new Slot(entry.getValue(), end));
            end += aligned(entry.getValue().numel());
        }
        try (var _ = Scope.open()) {
            var parameters = new Parameters(
                    slots, Tensors.zeros(end).own(), Tensors.zeros(end).own());
            try (var _ = Autograd.noGrad()) {
                slots.forEach((name, slot) -> slot.parameter()
                        .initializer()
                        .fill(parameters.view(parameters.values, name), random.split(name)));
            }
            parameters.bind();
            try (var _ = Autograd.noGrad()) {
                model.forEachModule((_, module) -> module.begin());
            }
            return parameters;
        }
    }

    /// Gives `model`, a second instance of the model these parameters belong to, the same values (shared memory,
    /// not a
    /// copy) and gradients of its own, so that several threads can run the model at once.
    ///
    /// @throws IllegalArgumentException when names or shapes differ
    public Parameters shareWith(Module model) {
        var shared = new LinkedHashMap<String, Slot>();
        model.forEachParameter((name, parameter) -> shared.put(name, new Slot(parameter, 0)));
        if (!shared.keySet().equals(slots.keySet())) {
            throw new IllegalArgumentException(
                    "model must have the parameters " + slots.keySet() + " but has " + shared.keySet());
        }
        var ordered = new LinkedHashMap<String, Slot>();
        slots.forEach((name, slot) -> {
            var other = shared.getOrDefault(name, slot).parameter();
            if (!Arrays.equals(other.shape(), slot.parameter().shape())) {
                throw new IllegalArgumentException("parameter " + name + " must have shape "
                        + Shapes.text(slot.parameter().shape()) + " but has " + Shapes.text(other.shape()));
            }
            ordered.put(name, new Slot(other, slot.offset()));
        });
        try (var _ = Scope.open()) {
            var parameters = new Parameters(ordered, values.detach().own(), newBuffer());
            parameters.bind();
            return parameters;
        }
    }

    /// Gives every parameter its views of the flat buffers.
    private void bind() {
        slots.forEach((name, slot) -> {
            var value = view(values, name).detach().own();
            var gradient = view(gradients, name).own();
            value.requiresGrad(true).accumulateGradInto(gradient);
            slot.parameter().bind(name, value, gradient);
        });
    }

    private static long aligned(long elements) {
        return (elements + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }

    /// All parameters in the order of the flat buffer.
    public List<Parameter> all() {
        return slots.values().stream().map(Slot::parameter).toList();
    }

    /// The parameter of that full name.
    ///
    /// @throws NoSuchElementException when there is none
    public Parameter get(String name) {
        return slot(name).parameter();
    }

    private Slot slot(String name) {
        var slot = slots.get(name);
        if (slot == null) {
            throw new NoSuchElementException("no parameter " + name);
        }
        return slot;
    }

    /// How many numbers are trained (the gaps of alignment do not count).
    public long count() {
        return all().stream().mapToLong(Parameter::numel).sum();
    }

    /// The flat buffer of values, `[length]` FLOAT32.
    public Tensor values() {
        return values;
    }

    /// The flat buffer of gradients, `[length]` FLOAT32.
    public Tensor gradients() {
        return gradients;
    }

    /// The first element of a parameter in a flat buffer.
    public long offset(String name) {
        return slot(name).offset();
    }

    /// Elements that a parameter takes in a flat buffer, the gap behind it included.
    public long extent(String name) {
        return aligned(get(name).numel());
    }

    /// A new flat buffer of zeros with the layout of these parameters, for moments and averages. The caller owns
    /// it.
    public Tensor newBuffer() {
        try (var _ = Scope.open()) {
            return Tensors.zeros(DType.FLOAT32, values.numel()).own();
        }
    }

    /// The part of a flat buffer of this layout that belongs to a parameter, in its shape; a view.
    public Tensor view(Tensor flat, String name) {
        var parameter = get(name);
        return flat.narrow(0, offset(name), parameter.numel()).view(parameter.shape());
    }

    /// Euclidean norm of all gradients; not finite when one of them is not.
    public double gradientNorm() {
        try (var _ = Scope.open()) {
            return gradients.norm().item();
        }
    }

    /// Sets all gradients to zero.
    public void zeroGradients() {
        gradients.zero_();
    }

    /// Frees the buffers and all views of them that the parameters hold.
    @Override
    public void close() {
        all().forEach(parameter -> {
            parameter.value().close();
            parameter.gradient().close();
        });
        values.close();
        gradients.close();
    }
}
