package io.evenkeel.optim;

import java.util.List;

/// Adam whose second moment moves towards the squared gradient by a step that does not depend on how far it is (Zaheer
/// et al., "Adaptive methods for nonconvex optimization", 2018), so that it cannot fall fast.
///
///     p <- p - decay p             decay = lr weightDecay, or factor weightDecay when independent
///     m <- beta1 m + (1 - beta1) g
///     v <- v - (1 - beta2) sign(v - g^2) g^2
///     p <- p - lr (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + eps)
///
/// The moments begin at zero and are corrected for it, as most implementations do; the paper begins at a small number
/// and does not.
///
/// @paper P33 compares with it
/// @param lr               peak learning rate, > 0
/// @param betas            decay of the first and second moment, in [0, 1)
/// @param eps              added to the root, `>= 1e-30`
/// @param weightDecay      `>= 0`, of tensors of two dimensions and more
/// @param independentDecay whether the decay is not multiplied by the peak learning rate; then it is at most 0.01
public record Yogi(double lr, List<Double> betas, double eps, double weightDecay, boolean independentDecay)
        implements OptimizerConfig.Rule {
    public Yogi {
        Checks.positive("lr", lr);
        betas = Checks.betas(betas);
        Checks.eps(eps);
        Checks.decay("weightDecay", weightDecay, independentDecay);
    }

    /// The paper's.
    public static Yogi defaults() {
        return new Yogi(1e-2, List.of(0.9, 0.999), 1e-3, 0, false);
    }

    @Override
    public Yogi withLr(double lr) {
        return new Yogi(lr, betas, eps, weightDecay, independentDecay);
    }

    @Override
    public List<String> moments() {
        return List.of(Adaptive.FIRST_MOMENT, Adaptive.SECOND_MOMENT);
    }

    @Override
    public boolean elementwise() {
        return true;
    }

    @Override
    public void update(Run run, Step step) {
        double beta1 = betas.get(0);
        double beta2 = betas.get(1);
        var g = run.gradients(); // [n]
        run.decay(step.decay(independentDecay));
        var m = run.moment(Adaptive.FIRST_MOMENT).lerp_(g, 1 - beta1); // [n]
        var v = run.moment(Adaptive.SECOND_MOMENT); // [n]
        var square = g.square();
        v.addcmul_(v.sub(square).sign_(), square, beta2 - 1);
        var root = v.sqrt().mul_(1 / Math.sqrt(step.bias(beta2))).add_(eps);
        run.values().addcdiv_(m, root, -step.lr() / step.bias(beta1));
    }

    @Override
    public Adaptive adaptive(long updates) {
        return new Adaptive(betas.get(0), betas.get(1), eps, updates);
    }
}
