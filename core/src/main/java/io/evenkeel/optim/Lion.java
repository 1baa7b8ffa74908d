package io.evenkeel.optim;

import java.util.List;

/// Lion: every element moves by the learning rate, in the direction of an interpolated momentum (Chen et al., "Symbolic
/// discovery of optimization algorithms", 2023).
///
///     u <- sign(beta1 m + (1 - beta1) g)
///     p <- p - decay p - lr u      decay = lr weightDecay, or factor weightDecay when independent
///     m <- beta2 m + (1 - beta2) g
///
/// The sign of 0 and of NaN is 0: an element whose momentum is NaN moves no more until the moments are reset.
///
/// @param lr               peak learning rate, > 0
/// @param betas            shares of the momentum in the update and of what stays of it, in [0, 1)
/// @param weightDecay      `>= 0`, of tensors of two dimensions and more
/// @param independentDecay whether the decay is not multiplied by the peak learning rate; then it is at most 0.01
public record Lion(double lr, List<Double> betas, double weightDecay, boolean independentDecay)
        implements OptimizerConfig.Rule {
    public Lion {
        Checks.positive("lr", lr);
        betas = Checks.betas(betas);
        Checks.decay("weightDecay", weightDecay, independentDecay);
    }

    /// Against [AdamW] a learning rate ten times smaller and a decay ten times larger: the paper advises 3 to 10.
    public static Lion defaults() {
        return new Lion(2e-4, List.of(0.9, 0.99), 1, false);
    }

    @Override
    public Lion withLr(double lr) {
        return new Lion(lr, betas, weightDecay, independentDecay);
    }

    @Override
    public List<String> moments() {
        return List.of(Adaptive.FIRST_MOMENT);
    }

    @Override
    public boolean elementwise() {
        return true;
    }

    @Override
    public void update(Run run, Step step) {
        var m = run.moment(Adaptive.FIRST_MOMENT); // [n]
        var u = m.lerp(run.gradients(), 1 - betas.get(0)).sign_(); // [n]
        run.decay(step.decay(independentDecay));
        run.values().add_(u, -step.lr());
        m.lerp_(run.gradients(), 1 - betas.get(1));
    }
}
