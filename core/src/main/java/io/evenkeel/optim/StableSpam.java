package io.evenkeel.optim;

import io.evenkeel.nn.Parameter;
import io.evenkeel.tensor.Tensor;
import io.evenkeel.tensor.Tensors;
import java.util.List;
import java.util.Map;

/// Adam on gradients whose spikes are cut by the history of each tensor's maximum (AdaClip) and whose norm is set by
/// the history of its norms (AdaGN), with moments that are forgotten every so often (Huang et al., "How to train in
/// 4-bit more stably than 16-bit Adam", 2025).
///
///     p <- p - lr weightDecay p
///     M <- theta M + (1 - theta) max|g|,   h = M / (1 - theta^n);   g <- h g / max|g|   where |g| > h
///     a <- c a + (1 - c) |g|,   q <- gamma2 q + (1 - gamma2) |g|^2,   c = gamma1 s
///     g <- (g / |g|) (a / (1 - c^n)) / (sqrt(q / (1 - gamma2^n)) + eps)         where |g| > 0
///     m, v <- 0                    at steps that are multiples of resetInterval; then t begins at 1 again
///     m, v and p as [AdamW] has them, with b1 = beta1 s and t
///
/// Every tensor has its own `M`, `a`, `q`. `n` is `t` before the reset of the step, so that the corrections of `M`, `a`
/// and `q` begin anew although these go on: right after a reset, `h` is some 500 times `M`, and nothing is cut for
/// hundreds of steps. With `separateNormStep`, `n` counts all updates. `s` is 1, or falls along a cosine from 1 to 0.5
/// over `totalSteps`.
///
/// @paper P81
/// @param lr               peak learning rate, > 0
/// @param betas            decay of the first and second moment, in [0, 1)
/// @param eps              added to the roots, `>= 1e-30`
/// @param weightDecay      `>= 0`, of tensors of two dimensions and more
/// @param gammas           decay of the average norm and squared norm, in [0, 1)
/// @param theta            decay of the average maximum, in [0, 1); 0 for no AdaClip
/// @param normalise        whether norms are set (AdaGN)
/// @param resetInterval    steps, `>= 0`; 0 for never
/// @param totalSteps       over which `s` falls, `>= 0`; 0 for never
/// @param separateNormStep whether the corrections of `M`, `a` and `q` are not restarted
/// @param referenceQuirk   whether the update of a reset step is made from the moments before it and its gradient is
///                         not in the new ones, as in the authors' code
public record StableSpam(
        double lr,
        List<Double> betas,
        double eps,
        double weightDecay,
        List<Double> gammas,
        double theta,
        boolean normalise,
        int resetInterval,
        int totalSteps,
        boolean separateNormStep,
        boolean referenceQuirk)
        implements OptimizerConfig.Rule {
    private static final String MAXIMUM = "max_average";
    private static final String NORM = "norm_average";
    private static final String SQUARE = "square_norm_average";
    private static final long[] SCALAR = {};

    public StableSpam {
        Checks.positive("lr", lr);
        betas = Checks.betas(betas);
        Checks.eps(eps);
        Checks.notNegative("weightDecay", weightDecay);
        if (gammas.size() != 2) {
            throw new IllegalArgumentException("gammas must be two numbers in [0, 1) but were " + gammas);
        }
        gammas.forEach(gamma -> Checks.share("gammas", gamma));
        gammas = List.copyOf(gammas);
        Checks.share("theta", theta);
        Checks.notNegative("resetInterval", resetInterval);
        Checks.notNegative("totalSteps", totalSteps);
    }

    /// The authors'.
    public static StableSpam defaults() {
        return new StableSpam(
                1e-3, List.of(0.9, 0.999), 1e-8, 0, List.of(0.7, 0.9), 0.999, true, 1000, 0, false, false);
    }

    @Override
    public StableSpam withLr(double lr) {
        return new StableSpam(
                lr,
                betas,
                eps,
                weightDecay,
                gammas,
                theta,
                normalise,
                resetInterval,
                totalSteps,
                separateNormStep,
                referenceQuirk);
    }

    @Override
    public List<String> moments() {
        return List.of(Adaptive.FIRST_MOMENT, Adaptive.SECOND_MOMENT);
    }

    @Override
    public Map<String, long[]> statistics(Parameter parameter) {
        return Map.of(MAXIMUM, SCALAR, NORM, SCALAR, SQUARE, SCALAR);
    }

    @Override
    public void update(Run run, Step step) {
        var k = step.number();
        var reset = resetInterval > 0 && k % resetInterval == 0;
        var shrink = totalSteps == 0
                ? 1
                : 0.75 + 0.25 * Math.cos(Math.PI * Math.min(k, totalSteps + 1L) / (totalSteps + 1.0));
        run.decay(step.decay(false));
        for (var member : run.members()) {
            var g = member.gradient().copy();
            cut(g, member.statistic(MAXIMUM), normStep(k));
            if (normalise) {
                rescale(g, member, normStep(k), gammas.get(0) * shrink);
            }
            var m = member.moment(Adaptive.FIRST_MOMENT);
            var v = member.moment(Adaptive.SECOND_MOMENT);
            if (reset && referenceQuirk) {
                adam(member.value(), step, g, m.copy(), v.copy(), shrink);
            }
            if (reset) {
                m.zero_();
                v.zero_();
            }
            if (!reset || !referenceQuirk) {
                adam(member.value(), step, g, m, v, shrink);
            }
        }
    }

    private void cut(Tensor g, Tensor average, long n) {
        if (theta > 0) {
            var size = g.abs();
            var greatest = size.amax(); // []
            average.lerp_(greatest, 1 - theta);
            var bound = average.div(1 - Math.pow(theta, (double) n)); // []
            if (greatest.item() > bound.item()) {
                g.copy_(Tensors.where(size.gt(bound), g.mul(bound.div(greatest)), g));
            }
        }
    }

    private void rescale(Tensor g, Run.Member member, long n, double gamma1) {
        double gamma2 = gammas.get(1);
        var norm = g.norm(); // []
        var a = member.statistic(NORM).lerp_(norm, 1 - gamma1);
        var q = member.statistic(SQUARE).lerp_(norm.square(), 1 - gamma2);
        if (norm.item() > 0) {
            var first = a.div(1 - Math.pow(gamma1, (double) n));
            var second = q.div(1 - Math.pow(gamma2, (double) n)).sqrt_().add_(eps);
            g.mul_(first.div_(second.mul_(norm)));
        }
    }

    private void adam(Tensor value, Step step, Tensor g, Tensor m, Tensor v, double shrink) {
        var beta1 = betas.get(0) * shrink;
        double beta2 = betas.get(1);
        var t = (double) adamStep(step.number());
        m.lerp_(g, 1 - beta1);
        v.mul_(beta2).addcmul_(g, g, 1 - beta2);
        var root = v.sqrt().mul_(1 / Math.sqrt(1 - Math.pow(beta2, t))).add_(eps);
        value.addcdiv_(m, root, -step.lr() / (1 - Math.pow(beta1, t)));
    }

    /// `t` of the `k`-th update.
    long adamStep(long k) {
        return resetInterval == 0 || k < resetInterval ? k : k % resetInterval + 1;
    }

    /// `n` of the `k`-th update.
    long normStep(long k) {
        return separateNormStep || k == 1 ? k : adamStep(k - 1) + 1;
    }
}
