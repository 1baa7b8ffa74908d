package io.evenkeel.probe;

import io.evenkeel.tensor.Autograd;
import io.evenkeel.tensor.Scope;
import io.evenkeel.tensor.Tensor;
import io.evenkeel.tensor.Tensors;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Gradient and Hessian of a loss at the present values of its leaves; the Hessian only as products `H u`, each the
/// gradient of `g . u` (Pearlmutter 1994).
///
/// Vectors are flat: the leaves' elements one leaf after another, `[n]`. A loss that is a mean over several parts
/// (the micro-batches of a step) is differentiated part by part, so that one graph is alive at a time; with a single
/// part the graph is made once. The graph, and what the methods give, belong to the scope that is open when they are
/// made; leaves must not change meanwhile. Attention must be off its fused kernel
/// ([io.evenkeel.tensor.Engine#setFusedAttention]).
public final class LossCurvature {
    private final List<Tensor> leaves;
    private final long[] sizes;
    private final List<Supplier<Tensor>> parts;
    private final @Nullable Tensor graph;
    private final @Nullable Tensor update;

    /// @param leaves tensors with a gradient, of one type
    /// @param parts  losses with a graph, whose mean is the loss; deterministic
    public LossCurvature(List<Tensor> leaves, List<Supplier<Tensor>> parts) {
        this(leaves, parts, null);
    }

    LossCurvature(List<Tensor> leaves, List<Supplier<Tensor>> parts, @Nullable Tensor update) {
        this.leaves = List.copyOf(leaves);
        this.sizes = leaves.stream().mapToLong(Tensor::numel).toArray();
        this.parts = List.copyOf(parts);
        this.update = update;
        this.graph = parts.size() == 1 ? gradient(parts.getFirst(), true) : null;
    }

    /// How many numbers the loss depends on.
    public long size() {
        return Arrays.stream(sizes).sum();
    }

    /// A vector of ones: of the right length and type.
    Tensor ones() {
        return Tensors.full(1, leaves.getFirst().dtype(), size());
    }

    /// The last update of the leaves, flat.
    ///
    /// @throws IllegalStateException when the probe did not ask for [Moment#UPDATE]
    public Tensor update() {
        if (update == null) {
            throw new IllegalStateException("the update is there only for a probe that needs it");
        }
        return update;
    }

    /// The gradient, `[n]`.
    public Tensor gradient() {
        return graph != null ? graph.detach() : mean(part -> gradient(part, false));
    }

    /// The Hessian times a vector, `[n]`.
    public Tensor product(Tensor vector) {
        return graph != null ? product(graph, vector) : mean(part -> product(gradient(part, true), vector));
    }

    private interface OfPart {
        Tensor of(Supplier<Tensor> part);
    }

    private Tensor mean(OfPart function) {
        try (var scope = Scope.open()) {
            var sum = ones().zero_();
            for (var part : parts) {
                try (var _ = Scope.open()) {
                    sum.add_(function.of(part));
                }
            }
            return scope.keep(sum.div_(parts.size()));
        }
    }

    private Tensor gradient(Supplier<Tensor> part, boolean createGraph) {
        try (var _ = Autograd.withGrad()) {
            return flat(Autograd.gradOrZeros(part.get(), leaves, createGraph));
        }
    }

    private Tensor product(Tensor gradient, Tensor vector) {
        try (var scope = Scope.open();
                var _ = Autograd.withGrad()) {
            var along = gradient.dot(vector.detach());
            return scope.keep(flat(Autograd.gradOrZeros(along, leaves, false)).detach());
        }
    }

    /// The elements of tensors one after another, `[n]`.
    static Tensor flat(List<Tensor> tensors) {
        return Tensors.cat(tensors.stream().map(tensor -> tensor.reshape(-1)).toList(), 0);
    }
}
