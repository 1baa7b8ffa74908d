package io.evenkeel.optim;

import io.evenkeel.tensor.Aten;
import java.util.List;

/// Stochastic gradient descent with momentum, as libtorch has it, by its fused kernel.
///
///     g <- g + weightDecay p       coupled: the decay passes through the momentum
///     b <- g in the first update, else momentum b + (1 - dampening) g
///     p <- p - lr b                with Nesterov p - lr (g + momentum b)
///
/// @param lr          peak learning rate, > 0
/// @param momentum    share of the buffer that stays, in [0, 1); 0 for none, without a buffer
/// @param dampening   share of the gradient that does not enter the buffer, in [0, 1)
/// @param nesterov    whether to look ahead; needs momentum and no dampening
/// @param weightDecay `>= 0`, of tensors of two dimensions and more
public record Sgd(double lr, double momentum, double dampening, boolean nesterov, double weightDecay)
        implements OptimizerConfig.Rule {
    private static final String BUFFER = "momentum";

    public Sgd {
        Checks.positive("lr", lr);
        Checks.share("momentum", momentum);
        Checks.share("dampening", dampening);
        if (nesterov && (momentum == 0 || dampening != 0)) {
            throw new IllegalArgumentException("nesterov must be false without momentum and with dampening but was true"
                    + " with momentum " + momentum + " and dampening " + dampening);
        }
        Checks.notNegative("weightDecay", weightDecay);
    }

    public static Sgd defaults() {
        return new Sgd(0.1, 0.9, 0, false, 0);
    }

    @Override
    public Sgd withLr(double lr) {
        return new Sgd(lr, momentum, dampening, nesterov, weightDecay);
    }

    @Override
    public List<String> moments() {
        return momentum == 0 ? List.of() : List.of(BUFFER);
    }

    @Override
    public void update(Run run, Step step) {
        Aten.op("aten::_fused_sgd_", "")
                .call(
                        List.of(run.values()),
                        List.of(run.gradients()),
                        moments().stream().map(run::moment).toList(),
                        step.weightDecay(),
                        momentum,
                        step.lr(),
                        dampening,
                        nesterov,
                        false, // maximise
                        step.number() == 1,
                        null,
                        null);
    }
}
