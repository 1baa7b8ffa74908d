package io.evenkeel.optim;

import io.evenkeel.config.Named;
import java.util.List;

/// Adam whose second moment is that of what the first one did not foresee (Zhuang et al., "AdaBelief optimizer:
/// adapting stepsizes by the belief in observed gradients", 2020), as the authors' package 0.2.0 computes it.
///
///     p <- p - decay p                        decay = lr weightDecay, or factor weightDecay when independent
///     m <- beta1 m + (1 - beta1) g
///     s <- beta2 s + (1 - beta2) (g - m)^2 + eps                   with the new m; eps adds up in s
///     S = s, or the greatest s so far with amsgrad
///     p <- p - lr (m / (1 - beta1^t)) / (sqrt(S / (1 - beta2^t)) + eps)                        without rectify
///     p <- p - lr (m / (1 - beta1^t)) r sqrt(1 - beta2^t) / (sqrt(S) + eps)                    with, see [RAdam]
///     p <- p - lr m / (1 - beta1^t)           where r is not defined yet; nothing without degenerateToSgd
///
/// `eps` stands under the root at every step: with 1e-8 the root is at least `sqrt(1e-8 / (1 - beta2))`, 3e-3 by
/// default, so it is not the same quantity as the `eps` of [AdamW].
///
/// @paper P33
/// @param lr               peak learning rate, > 0
/// @param betas            decay of the first moment and of the variance, in [0, 1)
/// @param eps              added to the variance and to the root, `>= 1e-30`: 1e-16 where Adam does better than SGD,
///                         1e-8 where SGD does
/// @param weightDecay      `>= 0`, of tensors of two dimensions and more
/// @param independentDecay whether the decay is not multiplied by the peak learning rate; then it is at most 0.01
/// @param rectify          whether the variance is taken in as [RAdam] does
/// @param amsgrad          whether the greatest variance counts. The authors' code has no effect of it with `rectify`;
/// here it has
/// @param degenerateToSgd  whether the first steps of `rectify`, without a variance, move at all
@Named("adabelief")
public record AdaBelief(
        double lr,
        List<Double> betas,
        double eps,
        double weightDecay,
        boolean independentDecay,
        boolean rectify,
        boolean amsgrad,
        boolean degenerateToSgd)
        implements OptimizerConfig.Rule {
    private static final String VARIANCE = "variance";
    private static final String GREATEST = "greatest_variance";

    public AdaBelief {
        Checks.positive("lr", lr);
        betas = Checks.betas(betas);
        Checks.eps(eps);
        Checks.decay("weightDecay", weightDecay, independentDecay);
    }

    /// The package's.
    public static AdaBelief defaults() {
        return new AdaBelief(1e-3, List.of(0.9, 0.999), 1e-16, 0, false, true, false, true);
    }

    @Override
    public AdaBelief withLr(double lr) {
        return new AdaBelief(lr, betas, eps, weightDecay, independentDecay, rectify, amsgrad, degenerateToSgd);
    }

    @Override
    public List<String> moments() {
        return amsgrad ? List.of(Adaptive.FIRST_MOMENT, VARIANCE, GREATEST) : List.of(Adaptive.FIRST_MOMENT, VARIANCE);
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
        var r = g.sub(m); // [n]
        var s = run.moment(VARIANCE).mul_(beta2).addcmul_(r, r, 1 - beta2).add_(eps); // [n]
        var variance = amsgrad ? run.moment(GREATEST).copy_(run.moment(GREATEST).maximum(s)) : s;
        var size = step.lr() / step.bias(beta1);
        var scale = rectify ? RAdam.rectified(beta2, step.number()) : Math.sqrt(step.bias(beta2));
        if (scale > 0) {
            // without rectification eps is added to the corrected root
            var outside = rectify ? eps : eps * scale;
            run.values().addcdiv_(m, variance.sqrt().add_(outside), -size * scale);
        } else if (degenerateToSgd) {
            run.values().add_(m, -size);
        }
    }
}
