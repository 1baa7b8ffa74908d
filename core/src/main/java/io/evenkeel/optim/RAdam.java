package io.evenkeel.optim;

import io.evenkeel.config.Named;
import java.util.List;

/// Adam that begins as momentum and takes the second moment in as its variance becomes bounded (Liu et al., "On the
/// variance of the adaptive learning rate and beyond", 2020), with decoupled weight decay.
///
///     p <- p - decay p             decay = lr weightDecay, or factor weightDecay when independent
///     m <- beta1 m + (1 - beta1) g
///     v <- beta2 v + (1 - beta2) g^2
///     rho = R - 2 t beta2^t / (1 - beta2^t),   R = 2 / (1 - beta2) - 1
///     p <- p - lr (m / (1 - beta1^t)) r sqrt(1 - beta2^t) / (sqrt(v) + eps)   where rho > 5,
///          r = sqrt((rho - 4) (rho - 2) R / ((R - 4) (R - 2) rho))
///     p <- p - lr m / (1 - beta1^t)                                           before
///
/// @param lr               peak learning rate, > 0
/// @param betas            decay of the first and second moment, in [0, 1)
/// @param eps              added to the root, `>= 1e-30`
/// @param weightDecay      `>= 0`, of tensors of two dimensions and more
/// @param independentDecay whether the decay is not multiplied by the peak learning rate; then it is at most 0.01
@Named("radam")
public record RAdam(double lr, List<Double> betas, double eps, double weightDecay, boolean independentDecay)
        implements OptimizerConfig.Rule {
    /// Least length of the second moment's average at which its variance is bounded.
    private static final double LEAST_RHO = 5;

    public RAdam {
        Checks.positive("lr", lr);
        betas = Checks.betas(betas);
        Checks.eps(eps);
        Checks.decay("weightDecay", weightDecay, independentDecay);
    }

    public static RAdam defaults() {
        return new RAdam(1e-3, List.of(0.9, 0.999), 1e-8, 0, false);
    }

    @Override
    public RAdam withLr(double lr) {
        return new RAdam(lr, betas, eps, weightDecay, independentDecay);
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
        var m = run.moment(Adaptive.FIRST_MOMENT).lerp_(g, 1 - beta1); // [n]
        var v = run.moment(Adaptive.SECOND_MOMENT).mul_(beta2).addcmul_(g, g, 1 - beta2); // [n]
        run.decay(step.decay(independentDecay));
        var size = step.lr() / step.bias(beta1);
        var scale = rectified(beta2, step.number());
        if (scale > 0) {
            run.values().addcdiv_(m, v.sqrt().add_(eps), -size * scale);
        } else {
            run.values().add_(m, -size);
        }
    }

    /// `r sqrt(1 - beta2^t)`, or 0 where the second moment is not used yet.
    static double rectified(double beta2, long t) {
        var power = Math.pow(beta2, (double) t);
        var most = 2 / (1 - beta2) - 1;
        var rho = most - 2 * t * power / (1 - power);
        return rho > LEAST_RHO
                ? Math.sqrt((1 - power) * (rho - 4) * (rho - 2) * most / ((most - 4) * (most - 2) * rho))
                : 0;
    }

    @Override
    public Adaptive adaptive(long updates) {
        return new Adaptive(betas.get(0), betas.get(1), eps, updates);
    }
}
