package io.evenkeel.tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.TensorBase;
import org.bytedeco.pytorch.TensorTensorHook;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/// Gradients: switching them off, asking for them without accumulating, hooks, and gradients of one's own.
public final class Autograd {
    private static final Set<Hook> HOOKS = ConcurrentHashMap.newKeySet();

    private Autograd() {}

    /// Restores what was set before when closed.
    public interface Guard extends AutoCloseable {
        @Override
        void close();
    }

    /// Records no graph on this thread until closed.
    public static Guard noGrad() {
        return mode(false);
    }

    /// Records the graph on this thread until closed, inside a [#noGrad] too.
    public static Guard withGrad() {
        return mode(true);
    }

    private static Guard mode(boolean enabled) {
        Engine.start();
        var mode = new AutoGradMode(enabled);
        // Ended by the guard, not with the open scope: modes are restored in reverse order.
        return mode::deallocate;
    }

    /// Gradients of a scalar with respect to `inputs`, in their order, without touching what the leaves accumulate.
    ///
    /// @param createGraph record the gradients' own graph, for second derivatives ([Engine#setFusedAttention] must
    ///                    be off for those that pass through attention)
    /// @throws TensorException when an input is not part of the graph
    public static List<Tensor> grad(Tensor output, List<Tensor> inputs, boolean createGraph) {
        return grad(output, inputs, createGraph, false);
    }

    /// [#grad], with zeros for inputs that are not part of the graph.
    public static List<Tensor> gradOrZeros(Tensor output, List<Tensor> inputs, boolean createGraph) {
        var gradients = output.requiresGrad() ? grad(output, inputs, createGraph, true) : List.<Tensor>of();
        var defined = new ArrayList<Tensor>();
        for (var i = 0; i < inputs.size(); i++) {
            defined.add(
                    i < gradients.size() && gradients.get(i).at().defined()
                            ? gradients.get(i)
                            : Tensors.zeros(inputs.get(i).dtype(), inputs.get(i).shape()));
        }
        return defined;
    }

    private static List<Tensor> grad(Tensor output, List<Tensor> inputs, boolean createGraph, boolean allowUnused) {
        try {
            return Tensor.list(torch.grad(
                    Tensors.vector(List.of(output)),
                    Tensors.vector(inputs),
                    new TensorVector(),
                    new BoolOptional(true),
                    createGraph,
                    allowUnused));
        } catch (RuntimeException e) {
            throw TensorException.of("grad", e, output);
        }
    }

    /// A tensor with the value of `value` and the gradient of `path`, which has the same shape: the backward pass
    /// goes through `path` only. The value is exact unless an element of `path` is not finite.
    ///
    /// The straight-through estimator of a quantiser is `surrogate(quantise(x), x)`.
    public static Tensor surrogate(Tensor value, Tensor path) {
        return value.detach().add(path.sub(path.detach()));
    }

    /// A tensor with the value of `value`, whose gradient reaches `input` (of the same shape) as `gradient` maps
    /// it.
    public static Tensor customGradient(Tensor value, Tensor input, UnaryOperator<Tensor> gradient) {
        var path = input.view(input.shape());
        hook(path, gradient);
        return surrogate(value, path);
    }

    /// Calls `function` with the gradient of `tensor` in each backward pass; what it returns takes the gradient's
    /// place. Closing the result removes the hook; a hook on a tensor that is not a leaf also ends with its scope.
    public static Guard hook(Tensor tensor, UnaryOperator<Tensor> function) {
        var hook = new Hook(function);
        var id = tensor.at().register_hook(hook);
        if (Scope.isOpen() && !tensor.at().is_leaf()) {
            Scope.anchor(hook);
        } else {
            // A leaf outlives the scope of the step, so its hook must too.
            hook.retainReference();
            HOOKS.add(hook);
        }
        return () -> {
            if (!tensor.isClosed()) {
                tensor.at().remove_hook(id);
            }
            if (HOOKS.remove(hook)) {
                hook.close();
            }
        };
    }

    /// A hook that libtorch calls. It must be reachable from Java until the last backward pass: see [#hook].
    private static final class Hook extends TensorTensorHook {
        private final UnaryOperator<Tensor> function;

        Hook(UnaryOperator<Tensor> function) {
            this.function = function;
        }

        @Override
        public TensorBase call(TensorBase gradient) {
            var result = function.apply(Tensor.wrap(new org.bytedeco.pytorch.Tensor(gradient)));
            if (result == null) {
                throw new IllegalStateException("a gradient hook must return a tensor but returned null");
            }
            return result.at();
        }
    }
}
