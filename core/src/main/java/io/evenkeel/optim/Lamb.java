package io.evenkeel.optim;

import io.evenkeel.tensor.Tensor;
import java.util.List;

/// LAMB: Adam's direction, rescaled for each tensor to the norm of the tensor (You et al., "Large batch optimization
/// for
/// deep learning", 2020).
///
///     m <- beta1 m + (1 - beta1) g
///     v <- beta2 v + (1 - beta2) g^2
///     u = (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + eps) + weightDecay p
///     p <- p - lr q u              q = |p| / |u| where both are > 0, else 1
///
/// @paper P02 lets the batch be four times larger
/// @param lr           peak learning rate, > 0
/// @param betas        decay of the first and second moment, in [0, 1)
/// @param eps          added to the root, `>= 1e-30`
/// @param weightDecay  `>= 0`, of tensors of two dimensions and more
/// @param scaleVectors whether tensors of fewer than two dimensions are rescaled too
public record Lamb(double lr, List<Double> betas, double eps, double weightDecay, boolean scaleVectors)
        implements OptimizerConfig.Rule {
    private static final int MATRIX = 2;

    public Lamb {
        Checks.positive("lr", lr);
        betas = Checks.betas(betas);
        Checks.eps(eps);
        Checks.notNegative("weightDecay", weightDecay);
    }

    /// The paper's, as P02 gives them (unverified); vectors as they are, as most implementations do.
    public static Lamb defaults() {
        return new Lamb(1e-2, List.of(0.9, 0.999), 1e-6, 0.01, false);
    }

    @Override
    public Lamb withLr(double lr) {
        return new Lamb(lr, betas, eps, weightDecay, scaleVectors);
    }

    @Override
    public List<String> moments() {
        return List.of(Adaptive.FIRST_MOMENT, Adaptive.SECOND_MOMENT);
    }

    @Override
    public void update(Run run, Step step) {
        double beta1 = betas.get(0);
        double beta2 = betas.get(1);
        var g = run.gradients(); // [n]
        var m = run.moment(Adaptive.FIRST_MOMENT).lerp_(g, 1 - beta1); // [n]
        var v = run.moment(Adaptive.SECOND_MOMENT).mul_(beta2).addcmul_(g, g, 1 - beta2); // [n]
        var root = v.sqrt().mul_(1 / Math.sqrt(step.bias(beta2))).add_(eps); // [n]
        var u = m.div(root).mul_(1 / step.bias(beta1)); // [n]
        if (step.weightDecay() != 0) {
            u.add_(run.values(), step.weightDecay());
        }
        rescale(run, u);
        run.values().add_(u, -step.lr());
    }

    private void rescale(Run run, Tensor update) {
        var values = run.split(run.values());
        var updates = run.split(update);
        for (var i = 0; i < updates.length; i++) {
            if (scaleVectors || run.parameters().get(i).shape().length >= MATRIX) {
                var size = values[i].norm().item();
                var length = updates[i].norm().item();
                if (size > 0 && length > 0) {
                    updates[i].mul_(size / length);
                }
            }
        }
    }
}
