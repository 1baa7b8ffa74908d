package io.evenkeel.optim;

import java.util.List;

/// Adam that cuts spiking elements of the gradient to a multiple of their second moment, and forgets its moments every
/// so often (Huang et al., "SPAM: spike-aware Adam with momentum reset for stable LLM training", 2025).
///
///     m, v <- 0                    at steps that are multiples of resetInterval
///     g <- sign(g) sqrt(threshold v)   where g^2 > threshold v and 20 steps have passed since the reset
///     m <- beta1 m + (1 - beta1) g
///     v <- beta2 v + (1 - beta2) g^2
///     p <- p - w lr (m / (1 - beta1^k)) sqrt(1 - beta2^k) / (sqrt(v) + eps)
///     p <- p - w lr weightDecay p
///
/// `k` counts all updates: it is not reset with the moments. `w` is 1 before the first reset and rises from 0.01 to 1
/// in the 150 steps after each, as half a cosine.
///
/// @paper P81 compares with it
/// @param lr            peak learning rate, > 0
/// @param betas         decay of the first and second moment, in [0, 1)
/// @param eps           added to the root before it is corrected, `>= 1e-30`
/// @param weightDecay   `>= 0`, of tensors of two dimensions and more
/// @param threshold     squared gradient over second moment from which an element is a spike, > 0
/// @param resetInterval steps, `>= 0`; 0 for never
public record Spam(double lr, List<Double> betas, double eps, double weightDecay, double threshold, int resetInterval)
        implements OptimizerConfig.Rule {
    private static final int ACCUMULATED = 20;
    private static final int REWARM = 150;
    private static final double LOWERED = 0.99;

    public Spam {
        Checks.positive("lr", lr);
        betas = Checks.betas(betas);
        Checks.eps(eps);
        Checks.notNegative("weightDecay", weightDecay);
        Checks.positive("threshold", threshold);
        Checks.notNegative("resetInterval", resetInterval);
    }

    public static Spam defaults() {
        return new Spam(1e-3, List.of(0.9, 0.999), 1e-6, 0, 2000, 1000);
    }

    @Override
    public Spam withLr(double lr) {
        return new Spam(lr, betas, eps, weightDecay, threshold, resetInterval);
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
        var m = run.moment(Adaptive.FIRST_MOMENT); // [n]
        var v = run.moment(Adaptive.SECOND_MOMENT); // [n]
        var since = resetInterval == 0 ? step.number() : step.number() % resetInterval;
        if (since == 0) {
            m.zero_();
            v.zero_();
        }
        var g = run.gradients(); // [n]
        if (since > ACCUMULATED) {
            var bound = v.mul(threshold).sqrt_();
            g = g.maximum(bound.neg()).minimum(bound);
        }
        m.lerp_(g, 1 - beta1);
        v.mul_(beta2).addcmul_(g, g, 1 - beta2);
        var lr = step.lr() * warmth(step.number(), since);
        run.values().addcdiv_(m, v.sqrt().add_(eps), -lr * Math.sqrt(step.bias(beta2)) / step.bias(beta1));
        run.decay(lr * step.weightDecay());
    }

    /// The factor after a reset, in [0.01, 1].
    private double warmth(long number, long since) {
        return number == since || since >= REWARM ? 1 : 1 - LOWERED * (1 + Math.cos(Math.PI * since / REWARM)) / 2;
    }
}
