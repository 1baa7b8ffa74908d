package io.evenkeel.optim;

import java.util.List;

/// [AdamW] as a chain of plain tensor operations: what its fused kernel is compared with.
record PlainAdamW(AdamW config) implements UpdateRule {
    @Override
    public List<String> moments() {
        return config.moments();
    }

    @Override
    public void update(Run run, Step step) {
        double beta1 = config.betas().get(0);
        double beta2 = config.betas().get(1);
        var g = run.gradients();
        run.values().mul_(1 - step.decay(config.independentDecay()));
        var m = run.moment(Adaptive.FIRST_MOMENT).lerp_(g, 1 - beta1);
        var v = run.moment(Adaptive.SECOND_MOMENT).mul_(beta2).addcmul_(g, g, 1 - beta2);
        var root = v.sqrt()
                .div_(Math.sqrt(1 - Math.pow(beta2, (double) step.number())))
                .add_(config.eps());
        run.values().addcdiv_(m, root, -step.lr() / (1 - Math.pow(beta1, (double) step.number())));
    }
}
