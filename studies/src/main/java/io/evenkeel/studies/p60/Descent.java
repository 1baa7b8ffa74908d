package io.evenkeel.studies.p60;

import io.evenkeel.random.RandomStream;
import io.evenkeel.study.Measurements;
import java.util.Arrays;

/// Plain gradient descent on batches drawn with replacement, without momentum, until the loss is small; and what is true of where
/// it ends.
final class Descent {
    private static final double SETTLED = 1e-6;
    private static final double CONVERGED = 1e-3;
    private static final double DIVERGED = 1e6;
    private static final double NOISE = 1e-4;
    private static final int AGAIN = 2000;

    private final Regression model;
    private final double rate;
    private final int batch;
    private final RandomStream random;

    /// @param batch examples of a step; 0 for all of them
    Descent(Regression model, double rate, int batch, RandomStream random) {
        this.model = model;
        this.rate = rate;
        this.batch = batch;
        this.random = random;
    }

    /// Measures `diverged`; `converged`, a loss below 1e-3; `loss`; `trace` and `sharpness`, of the Hessian without residuals;
    /// `trace_edge` and `sharpness_edge`, these times half the learning rate; `norm`; `error`, on what was not trained on; and
    /// `stays`, whether the loss, after noise of 1e-4 on the parameters and 2000 more steps, is below twice what it was (or below 1e-6).
    Measurements run(int steps) {
        var every = Math.max(1, steps / 200);
        var diverged = false;
        for (var step = 0; step < steps && !diverged; step++) {
            step();
            if (step % every == 0) {
                var loss = model.loss();
                diverged = !(loss < DIVERGED);
                if (loss < SETTLED) {
                    break;
                }
            }
        }
        var loss = model.loss();
        diverged |= !(loss < DIVERGED);
        var measured = new Measurements()
                .put("diverged", diverged)
                .put("converged", !diverged && loss < CONVERGED)
                .put("loss", loss);
        if (diverged) {
            return measured;
        }
        var trace = model.trace();
        var sharpness = model.sharpness();
        measured.put("trace", trace)
                .put("sharpness", sharpness)
                .put("trace_edge", rate * trace / 2)
                .put("sharpness_edge", rate * sharpness / 2)
                .put("norm", model.norm())
                .put("error", model.testError());
        return measured.put("stays", stays(loss));
    }

    private boolean stays(double loss) {
        var p = model.parameters();
        for (var j = 0; j < p.length; j++) {
            p[j] *= 1 + NOISE * random.nextGaussian();
        }
        for (var step = 0; step < AGAIN; step++) {
            step();
        }
        return model.loss() <= Math.max(2 * loss, SETTLED);
    }

    private void step() {
        var p = model.parameters();
        var change = new double[p.length];
        if (batch == 0) {
            for (var i = 0; i < model.examples(); i++) {
                model.addGradient(i, model.residual(i) / model.examples(), change);
            }
        } else {
            for (var i = 0; i < batch; i++) {
                var example = random.nextInt(model.examples());
                model.addGradient(example, model.residual(example) / batch, change);
            }
        }
        Arrays.setAll(p, j -> p[j] - rate * change[j]);
    }
}
