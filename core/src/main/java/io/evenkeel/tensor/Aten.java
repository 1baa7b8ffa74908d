package io.evenkeel.tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.Dispatcher;
import org.bytedeco.pytorch.GenericList;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.LongList;
import org.bytedeco.pytorch.OperatorHandle;
import org.bytedeco.pytorch.TensorList;
import org.jspecify.annotations.Nullable;

/// Any operator of libtorch by its name, through the dispatcher, gradients included: the door to fused and multi-tensor
/// kernels that have no method here. About 1 to 2 microseconds a call.
public final class Aten {
    private static final Map<String, Aten> KNOWN = new ConcurrentHashMap<>();

    private final String name;
    private final OperatorHandle operator;

    private Aten(String name, OperatorHandle operator) {
        this.name = name;
        this.operator = operator;
    }

    /// The operator `name` (such as `aten::_fused_adamw_`) in the variant `overload` (often empty).
    ///
    /// @throws IllegalArgumentException when libtorch has no such operator
    public static Aten op(String name, String overload) {
        return KNOWN.computeIfAbsent(name + "." + overload, key -> find(name, overload));
    }

    private static Aten find(String name, String overload) {
        Engine.start();
        try {
            var handle = Dispatcher.singleton().findSchemaOrThrow(name, overload);
            handle.retainReference();
            return new Aten(name, handle);
        } catch (RuntimeException e) {
            throw new IllegalArgumentException("libtorch has no operator " + name + " " + overload, e);
        }
    }

    /// Calls the operator with every argument of its schema in order: [Tensor], `List<Tensor>`, double, long,
    /// boolean, String, `long[]`, or null for an absent optional.
    ///
    /// @return its results that are tensors or lists of them, in order; empty for an operator that works in place
    ///     on lists
    /// @throws TensorException when libtorch refuses the arguments
    public List<Tensor> call(@Nullable Object... arguments) {
        try (var scope = Scope.open()) {
            var values = new IValue[arguments.length];
            for (var i = 0; i < arguments.length; i++) {
                values[i] = value(arguments[i]);
            }
            var stack = new IValueVector(values);
            operator.callBoxed(stack);
            var results = new ArrayList<Tensor>();
            for (var i = 0L; i < stack.size(); i++) {
                var result = stack.get(i);
                if (result.isTensor()) {
                    results.add(scope.keep(Tensor.wrapElement(result.toTensor())));
                } else if (result.isTensorList()) {
                    Tensor.list(result.toTensorVector()).forEach(tensor -> results.add(scope.keep(tensor)));
                }
            }
            return results;
        } catch (IllegalArgumentException | IllegalStateException e) {
            throw e;
        } catch (RuntimeException e) {
            throw TensorException.of(name, e);
        }
    }

    /// The bindings take a list only through a cast to their untyped pointer.
    private static IValue value(@Nullable Object argument) {
        return switch (argument) {
            case null -> new IValue();
            case Tensor tensor -> new IValue(tensor.at());
            case Double number -> new IValue(number.doubleValue());
            case Long number -> new IValue(number.longValue());
            case Boolean flag -> new IValue(flag.booleanValue());
            case String text -> new IValue(text);
            case long[] numbers -> new IValue(new GenericList((Pointer) new LongList(numbers)));
            case List<?> list -> tensors(list);
            default ->
                throw new IllegalArgumentException("an argument of an operator cannot be a "
                        + argument.getClass().getSimpleName());
        };
    }

    private static IValue tensors(List<?> list) {
        var tensors = new ArrayList<Tensor>();
        for (var element : list) {
            tensors.add((Tensor) element);
        }
        return new IValue(new GenericList((Pointer) new TensorList(Tensors.vector(tensors))));
    }
}
