package io.evenkeel.studies.p18;

import io.evenkeel.nn.Initializer;
import io.evenkeel.nn.Layer;
import io.evenkeel.nn.Parameter;
import io.evenkeel.tensor.DType;
import io.evenkeel.tensor.Functional;
import io.evenkeel.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The weighted sum of low-rank experts, `sum g_i(x) scale B_i A_i x`, zero at first. `[.., in] -> [.., out]`. The experts of all tokens
/// are one product each way, with the weights in between.
///
/// @paper P18
final class Mixture extends Layer {
    private final Parameter router; // [N, in]
    private final Parameter down; // A, [N r, in]
    private final Parameter up; // B, [out, N r]
    private final Routing routing;
    private final int experts;
    private final int rank;
    private final double scale;
    private @Nullable Routed last;

    /// What a pass routed.
    ///
    /// @param p     probabilities, `[n, N]`
    /// @param gates weights, `[n, N]`
    record Routed(Tensor p, Tensor gates) {
        /// Experts used by each token, `[n]`.
        Tensor active() {
            return gates.gt(0).to(DType.FLOAT32).sum(false, -1);
        }
    }

    /// @param experts N
    /// @param rank    r
    /// @param scale   alpha / r
    Mixture(long in, long out, int experts, int rank, double scale, Routing routing) {
        // uniform with a = sqrt(5), as linear layers usually begin
        this.router = parameter("router", Initializer.uniform(1 / Math.sqrt(in)), experts, in);
        this.down = parameter("down", Initializer.uniform(1 / Math.sqrt(in)), (long) experts * rank, in);
        this.up = parameter("up", Initializer.ZEROS, out, (long) experts * rank);
        this.routing = routing;
        this.experts = experts;
        this.rank = rank;
        this.scale = scale;
    }

    @Override
    public Tensor forward(Tensor x) {
        var rows = x.flatten(0, -2); // [n, in]
        var p = Functional.linear(rows, router.value(), null).to(DType.FLOAT32).softmax(-1); // [n, N]
        var gates = routing.gates(p); // [n, N]
        last = new Routed(p, gates);
        var inner = Functional.linear(rows, down.value(), null).view(-1, experts, rank).mul(gates.unsqueeze(-1)); // [n, N, r]
        var y = Functional.linear(inner.flatten(1, 2), up.value(), null).mul(scale); // [n, out]
        var shape = x.shape().clone();
        shape[shape.length - 1] = y.size(-1);
        return y.view(shape);
    }

    /// What the last pass routed.
    Routed last() {
        if (last == null) {
            throw new IllegalStateException("no pass yet");
        }
        return last;
    }

    /// `0.01 mean H(p) + 0.001 N sum f_i P_i` over the layers, with `f` and `P` means of gates and probabilities over the tokens that count.
    ///
    /// @param weight  of tokens, `[n]`, 1 for those that count
    /// @param entropy weight of the entropy
    /// @param balance weight of the balance
    static Tensor penalty(List<Mixture> layers, Tensor weight, Tsallis measure, double entropy, double balance) {
        var count = weight.sum();
        var sum = weight.sum().mul(0);
        for (var layer : layers) {
            var routed = layer.last();
            var p = routed.p().mul(weight.unsqueeze(-1)).sum(false, 0).div(count); // [N]
            var f = routed.gates().mul(weight.unsqueeze(-1)).sum(false, 0).div(count); // [N]
            sum = sum.add(f.mul(p).sum().mul(balance * layer.experts))
                    .add(measure.of(routed.p()).mul(weight).sum().div(count).mul(entropy));
        }
        return sum.div(layers.size());
    }
}
