package io.evenkeel.nn;

import io.evenkeel.tensor.Tensor;
import io.evenkeel.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The recurrence of a selective state space (Gu and Dao, "Mamba", 2023):
///
///     s_t = exp(delta_t A) s_(t-1) + delta_t B_t x_t,   y_t = C_t . s_t + D x_t
///
/// elementwise over channels and states, in plain tensor operations, so that gradients are exact. With `A < 0` the
/// factors are in (0, 1] and nothing overflows.
///
/// B batch, T positions, D channels, N states a channel.
///
/// @paper P87
public final class SelectiveScan {
    private SelectiveScan() {}

    /// What a step of the recurrence is made of.
    ///
    /// @param logFactors `delta_t A`, `[B, T, D, N]`
    /// @param inputs     `delta_t B_t x_t`, `[B, T, D, N]`
    public record Steps(Tensor logFactors, Tensor inputs) {
        /// @param x     `[B, T, D]`
        /// @param delta step sizes, > 0, `[B, T, D]`
        /// @param a     `[D, N]`
        /// @param b     `[B, T, N]`
        public static Steps of(Tensor x, Tensor delta, Tensor a, Tensor b) {
            return new Steps(
                    delta.unsqueeze(-1).mul(a), delta.mul(x).unsqueeze(-1).mul(b.unsqueeze(2)));
        }
    }

    /// The states by one step after the other, `[B, T, D, N]`, from zero.
    public static Tensor states(Steps steps) {
        return states(steps, null);
    }

    /// The same from a state, `[B, D, N]`; zero when null.
    static Tensor states(Steps steps, @Nullable Tensor start) {
        var factors = steps.logFactors().exp();
        var all = new ArrayList<Tensor>();
        var s = start;
        for (var t = 0L; t < steps.inputs().size(1); t++) {
            var input = steps.inputs().select(1, t);
            s = s == null ? input : s.mul(factors.select(1, t)).add(input);
            all.add(s);
        }
        return Tensors.stack(all, 1);
    }

    /// The same states by chunks, whose steps are done side by side before their ends are carried from one to the
    /// next: `chunk + T / chunk` operations one after the other instead of `T`. A remainder is done step by step.
    ///
    /// @param chunk at least 1
    public static Tensor states(Steps steps, long chunk) {
        var length = steps.inputs().size(1);
        var chunks = length / chunk;
        if (chunks < 2) {
            return states(steps);
        }
        var whole = chunks * chunk;
        var inputs = steps.inputs().narrow(1, 0, whole).unflatten(1, chunks, chunk); // [B, K, c, D, N]
        var factors = steps.logFactors()
                .narrow(1, 0, whole)
                .unflatten(1, chunks, chunk)
                .exp();
        var states = new ArrayList<Tensor>(); // from zero at the begin of each chunk, [B, K, D, N]
        var products = new ArrayList<Tensor>(); // of the factors since
        for (var i = 0L; i < chunk; i++) {
            var input = inputs.select(2, i);
            var factor = factors.select(2, i);
            states.add(i == 0 ? input : states.getLast().mul(factor).add(input));
            products.add(i == 0 ? factor : products.getLast().mul(factor));
        }
        var carried = new ArrayList<Tensor>(); // the state before each chunk, [B, D, N]
        var before =
                Tensors.zeros(inputs.size(0), inputs.size(3), inputs.size(4)).to(inputs.dtype());
        for (var k = 0L; k < chunks; k++) {
            carried.add(before);
            before = before.mul(products.getLast().select(1, k))
                    .add(states.getLast().select(1, k));
        }
        var begins = Tensors.stack(carried, 1).unsqueeze(2); // [B, K, 1, D, N]
        var done = Tensors.stack(states, 2)
                .add(Tensors.stack(products, 2).mul(begins))
                .flatten(1, 2);
        if (whole == length) {
            return done;
        }
        var rest = new Steps(
                steps.logFactors().narrow(1, whole, length - whole),
                steps.inputs().narrow(1, whole, length - whole));
        return Tensors.cat(List.of(done, states(rest, before)), 1);
    }

    /// `y`, `[B, T, D]`.
    ///
    /// @param states `[B, T, D, N]`
    /// @param c      `[B, T, N]`
    /// @param x      `[B, T, D]`
    /// @param d      `[D]`
    public static Tensor output(Tensor states, Tensor c, Tensor x, Tensor d) {
        return states.mul(c.unsqueeze(2)).sum(false, -1).add(x.mul(d));
    }
}
