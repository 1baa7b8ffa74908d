package io.evenkeel.nn;

import io.evenkeel.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/// A part of a model: parameters, buffers and sub-modules by name.
///
/// A constructor declares them with [#parameter], [#buffer] and [#child]; the path of names is the full name, stable
/// over versions, under which checkpoints and parameter groups know a tensor. What a module computes is its own method
/// (usually `forward`), since inputs differ. Values exist after [Parameters#materialize].
public abstract class Module {
    private final Map<String, Parameter> parameters = new LinkedHashMap<>();
    private final Map<String, Tensor> buffers = new LinkedHashMap<>();
    private final Map<String, Module> children = new LinkedHashMap<>();
    private boolean training = true;
    private @Nullable Observer observer;
    private String name = "";

    /// Declares a trained tensor.
    protected final Parameter parameter(String name, Initializer initializer, long... shape) {
        var parameter = new Parameter(initializer, shape);
        add(parameters, name, parameter);
        return parameter;
    }

    /// Declares a tensor that is saved with the model but not trained, such as running statistics. The module owns
    /// it.
    protected final Tensor buffer(String name, Tensor value) {
        add(buffers, name, value.own());
        return value;
    }

    /// Declares a sub-module.
    protected final <M extends Module> M child(String name, M module) {
        add(children, name, module);
        return module;
    }

    private <T> void add(Map<String, T> map, String name, T value) {
        if (name.isEmpty() || name.contains("/") || parameters.containsKey(name) || buffers.containsKey(name)) {
            throw new IllegalArgumentException("name must be new, without / and not empty but was \"" + name + "\"");
        }
        if (map.putIfAbsent(name, value) != null) {
            throw new IllegalArgumentException("name must be new but was \"" + name + "\"");
        }
    }

    /// Whether the module behaves as in training (dropout on, batch statistics) or as in evaluation.
    public final boolean training() {
        return training;
    }

    /// Sets [#training] here and below.
    public final void train(boolean training) {
        this.training = training;
        children.values().forEach(child -> child.train(training));
    }

    /// Lets `observer` see intermediate values here and below, under names relative to this module; null ends it.
    /// An observed pass may compute what an unobserved one does not need, and so differ from it in its last bits.
    public final void observeWith(@Nullable Observer observer) {
        forEachModule((name, module) -> {
            module.observer = observer;
            module.name = name;
        });
    }

    /// Called once when all parameters have their first values, outside any graph: for values that depend on those
    /// of others.
    protected void begin() {}

    /// Whether somebody observes: only then is it worth computing what is reported.
    protected final boolean observed() {
        return observer != null;
    }

    /// Reports an intermediate value to the observer, if there is one.
    protected final void observe(String what, Tensor value) {
        if (observer != null) {
            observer.observe(name, what, value);
        }
    }

    /// Multiplies in full precision here and below from now on.
    public final void raisePrecision() {
        visit("", (_, module) -> module.computeIn(Precision.FP32));
    }

    /// Changes the arithmetic of a module that has one.
    void computeIn(Precision precision) {}

    /// Calls `visitor` with the full name of every parameter, in the order of declaration, depth first.
    public final void forEachParameter(BiConsumer<String, Parameter> visitor) {
        visit("", (path, module) -> module.parameters.forEach((name, p) -> visitor.accept(path + name, p)));
    }

    /// Calls `visitor` with the full name of every buffer.
    public final void forEachBuffer(BiConsumer<String, Tensor> visitor) {
        visit("", (path, module) -> module.buffers.forEach((name, b) -> visitor.accept(path + name, b)));
    }

    /// Calls `visitor` with the full name of every sub-module, this one (empty name) first.
    public final void forEachModule(BiConsumer<String, Module> visitor) {
        visit(
                "",
                (path, module) -> visitor.accept(path.isEmpty() ? path : path.substring(0, path.length() - 1), module));
    }

    private void visit(String path, BiConsumer<String, Module> visitor) {
        visitor.accept(path, this);
        children.forEach((name, child) -> child.visit(path + name + ".", visitor));
    }
}
