package io.evenkeel.probe;

import io.evenkeel.nn.StateMap;
import io.evenkeel.random.RandomStream;
import io.evenkeel.tensor.Autograd;
import io.evenkeel.tensor.Linalg;
import io.evenkeel.tensor.Scope;
import io.evenkeel.tensor.Tensor;
import io.evenkeel.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;

/// How fast two nearby states of a recurrence part: the exponents `lim 1/T ln |J_T .. J_1 q|` in nats a step, by QR
/// decompositions of the product of Jacobians (Benettin et al. 1980). Negative: perturbations die out.
public final class LyapunovExponents {
    private LyapunovExponents() {}

    /// The `count` largest exponents of a map, largest first.
    ///
    /// Tangent vectors are carried along by `J q`, the gradient with respect to `v` of `(J^T v) . q`, and made
    /// orthonormal after every step; the exponents are the means of the logarithms of R's diagonal.
    ///
    /// @param count  at least 1, at most the size of the state
    /// @param warmUp steps that do not count, after which state and tangent vectors are on the attractor
    public static double[] of(StateMap map, int count, long warmUp) {
        if (warmUp < 0 || warmUp >= map.steps()) {
            throw new IllegalArgumentException("warmUp must be in [0, " + map.steps() + ") but was " + warmUp);
        }
        var sums = new double[count];
        try (var _ = Scope.open()) {
            var state = map.start().detach(); // [d]
            var random = Tensors.randn(RandomStream.of(0, "probe/lyapunov"), state.numel(), count);
            var tangents = Linalg.qr(random.to(state.dtype())).q(); // [d, k]
            for (var t = 0L; t < map.steps(); t++) {
                try (var scope = Scope.open()) {
                    var x = state.detach().requiresGrad(true);
                    Linalg.Qr qr;
                    try (var _ = Autograd.withGrad()) {
                        var y = map.next(x, t);
                        qr = Linalg.qr(carry(x, y, tangents));
                        state = scope.keep(y.detach());
                    }
                    tangents = scope.keep(qr.q());
                    if (t >= warmUp) {
                        var diagonal = qr.r().diagonal(0, 0, 1).abs().log().toDoubles();
                        for (var i = 0; i < count; i++) {
                            sums[i] += diagonal[i];
                        }
                    }
                }
            }
        }
        for (var i = 0; i < count; i++) {
            sums[i] /= map.steps() - warmUp;
        }
        return sums;
    }

    /// `J tangents`, `[d, k]`.
    private static Tensor carry(Tensor x, Tensor y, Tensor tangents) {
        var v = y.detach().mul(0).add(1).requiresGrad(true); // where it stands does not matter: J^T v is linear in v
        var back = Autograd.gradOrZeros(y.mul(v).sum(), List.of(x), true).getFirst();
        var columns = new ArrayList<Tensor>();
        for (var i = 0; i < tangents.size(1); i++) {
            columns.add(Autograd.gradOrZeros(back.mul(tangents.select(1, i)).sum(), List.of(v), false)
                    .getFirst());
        }
        return Tensors.stack(columns, 1);
    }

    /// The largest exponent of a state that is multiplied channel by channel: the largest mean over time of the
    /// logarithm of the factors.
    ///
    /// @param logFactors `[.., T, C]`
    public static double largestOfDiagonal(Tensor logFactors) {
        try (var _ = Scope.open()) {
            return logFactors.detach().mean(false, -2).amax().item();
        }
    }
}
