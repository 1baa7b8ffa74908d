package io.evenkeel.optim;

import io.evenkeel.config.Named;
import io.evenkeel.tensor.Aten;
import io.evenkeel.tensor.DType;
import io.evenkeel.tensor.Tensors;
import java.util.List;

/// Adam with decoupled weight decay (Kingma and Ba, 2015; Loshchilov and Hutter, 2019), by libtorch's fused kernel.
///
///     p <- p - decay p             decay = lr weightDecay, or factor weightDecay when independent
///     m <- beta1 m + (1 - beta1) g
///     v <- beta2 v + (1 - beta2) g^2
///     p <- p - lr (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + eps)
///
/// @paper P40 independent decay follows the schedule and not the peak learning rate
/// @param lr               peak learning rate, > 0
/// @param betas            decay of the first and second moment, in [0, 1)
/// @param eps              added to the root, `>= 1e-30`
/// @param weightDecay      `>= 0`, of tensors of two dimensions and more
/// @param independentDecay whether the decay is not multiplied by the peak learning rate; then it is at most 0.01
@Named("adamw")
public record AdamW(double lr, List<Double> betas, double eps, double weightDecay, boolean independentDecay)
        implements OptimizerConfig.Rule {
    public AdamW {
        Checks.positive("lr", lr);
        betas = Checks.betas(betas);
        Checks.eps(eps);
        Checks.decay("weightDecay", weightDecay, independentDecay);
    }

    /// Usual for small language models.
    public static AdamW defaults() {
        return new AdamW(2e-3, List.of(0.9, 0.95), 1e-8, 0.1, false);
    }

    @Override
    public AdamW withLr(double lr) {
        return new AdamW(lr, betas, eps, weightDecay, independentDecay);
    }

    @Override
    public List<String> moments() {
        return List.of(Adaptive.FIRST_MOMENT, Adaptive.SECOND_MOMENT);
    }

    @Override
    public void update(Run run, Step step) {
        var decay = step.decay(independentDecay);
        // The kernel takes lr times its decay. Without a learning rate there is only the decay.
        var ofKernel = step.lr() == 0 ? 0 : decay / step.lr();
        if (step.lr() == 0 && decay != 0) {
            run.values().mul_(1 - decay);
        }
        Aten.op("aten::_fused_adamw_", "")
                .call(
                        List.of(run.values()),
                        List.of(run.gradients()),
                        List.of(run.moment(Adaptive.FIRST_MOMENT)),
                        List.of(run.moment(Adaptive.SECOND_MOMENT)),
                        List.of(), // greatest second moments, of AMSGrad
                        List.of(Tensors.scalar((double) step.number(), DType.FLOAT32)),
                        step.lr(),
                        betas.get(0),
                        betas.get(1),
                        ofKernel,
                        eps,
                        false, // AMSGrad
                        false, // maximise
                        null,
                        null);
    }

    @Override
    public Adaptive adaptive(long updates) {
        return new Adaptive(betas.get(0), betas.get(1), eps, updates);
    }
}
