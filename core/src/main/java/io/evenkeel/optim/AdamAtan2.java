package io.evenkeel.optim;

import io.evenkeel.config.Named;
import java.util.List;

/// AdamW without an epsilon: the ratio of the moments goes through an arctangent, which is defined at 0 / 0 and bounds
/// a step (Everett et al., "Scaling exponents across parameterizations and optimizers", 2024).
///
///     p <- p - lr weightDecay p
///     m <- beta1 m + (1 - beta1) g
///     v <- beta2 v + (1 - beta2) g^2
///     p <- p - lr / (1 - beta1^t) atan2(m, sqrt(v / (1 - beta2^t)))
///
/// @paper P13 with the correction of the first moment outside the arctangent
/// @param lr               peak learning rate, > 0
/// @param betas            decay of the first and second moment, in [0, 1)
/// @param weightDecay      `>= 0`, of tensors of two dimensions and more
/// @param independentDecay whether the decay is not multiplied by the peak learning rate; then it is at most 0.01
@Named("adam-atan2")
public record AdamAtan2(double lr, List<Double> betas, double weightDecay, boolean independentDecay)
        implements OptimizerConfig.Rule {
    public AdamAtan2 {
        Checks.positive("lr", lr);
        betas = Checks.betas(betas);
        Checks.decay("weightDecay", weightDecay, independentDecay);
    }

    public static AdamAtan2 defaults() {
        return new AdamAtan2(1e-4, List.of(0.9, 0.95), 0.1, false);
    }

    @Override
    public AdamAtan2 withLr(double lr) {
        return new AdamAtan2(lr, betas, weightDecay, independentDecay);
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
        var m = run.moment(Adaptive.FIRST_MOMENT); // [n]
        var v = run.moment(Adaptive.SECOND_MOMENT); // [n]
        run.decay(step.decay(independentDecay));
        m.lerp_(run.gradients(), 1 - betas.get(0));
        v.mul_(betas.get(1)).addcmul_(run.gradients(), run.gradients(), 1 - betas.get(1));
        var scale = v.div(step.bias(betas.get(1))).sqrt_();
        run.values().add_(m.atan2(scale), -step.lr() / step.bias(betas.get(0)));
    }
}
