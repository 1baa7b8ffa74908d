package io.evenkeel.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.evenkeel.nn.Initializer;
import io.evenkeel.nn.Module;
import io.evenkeel.nn.Parameters;
import io.evenkeel.optim.AdamW;
import io.evenkeel.optim.Clip;
import io.evenkeel.optim.OptimizerConfig;
import io.evenkeel.optim.Sgd;
import io.evenkeel.random.RandomStream;
import java.util.List;
import java.util.function.Function;
import org.bytedeco.pytorch.AdamWOptions;
import org.bytedeco.pytorch.Optimizer;
import org.bytedeco.pytorch.SGD;
import org.bytedeco.pytorch.SGDOptions;
import org.bytedeco.pytorch.TensorVector;
import org.junit.jupiter.api.Test;

/// Our optimizers against those of libtorch, on a least-squares problem.
class LibtorchOptimizersTest {
    private static final int STEPS = 30;

    private static Module model() {
        return new Module() {
            {
                parameter("weight", Initializer.normal(0.5), 6, 4);
            }
        };
    }

    private static Tensor loss(Tensor weight, int step) {
        var random = RandomStream.of(step, "batch");
        var x = Tensors.randn(random, 16, 6);
        return x.matmul(weight).sub(Tensors.randn(random, 16, 4)).square().mean();
    }

    private static void assertSame(OptimizerConfig.Rule rule, Function<TensorVector, Optimizer> libtorch) {
        try (var scope = Scope.open();
                var parameters = Parameters.materialize(model(), RandomStream.of(1, "model"));
                var ours = new OptimizerConfig(rule, new Clip.None(), List.of()).build(parameters)) {
            assertThat(scope).isNotNull();
            var weight = parameters.get("weight").value();
            var theirs = weight.detach().copy().requiresGrad(true);
            var reference = libtorch.apply(Tensors.vector(List.of(theirs)));
            for (var step = 0; step < STEPS; step++) {
                parameters.zeroGradients();
                loss(weight, step).backward();
                ours.step(1, Double.NaN);
                theirs.clearGrad();
                loss(theirs, step).backward();
                reference.step();
                assertThat(weight.toDoubles()).as("step %d", step).containsExactly(theirs.toDoubles(), within(2e-6));
            }
        }
    }

    @Test
    void adamW() {
        assertSame(new AdamW(0.02, List.of(0.9, 0.95), 1e-8, 0.1, false), weights -> {
            var options = new AdamWOptions(0.02);
            // The bindings hold this pair in reverse order.
            options.betas().put(0, 0.95).put(1, 0.9);
            options.eps().put(1e-8);
            options.weight_decay().put(0.1);
            return new org.bytedeco.pytorch.AdamW(weights, options);
        });
    }

    @Test
    void sgd() {
        assertSame(new Sgd(0.05, 0, 0, false, 0.1), weights -> new SGD(weights, options(0, 0, false, 0.1)));
        assertSame(new Sgd(0.05, 0.9, 0.2, false, 0.1), weights -> new SGD(weights, options(0.9, 0.2, false, 0.1)));
        assertSame(new Sgd(0.05, 0.9, 0, true, 0), weights -> new SGD(weights, options(0.9, 0, true, 0)));
    }

    private static SGDOptions options(double momentum, double dampening, boolean nesterov, double weightDecay) {
        var options = new SGDOptions(0.05);
        options.momentum().put(momentum);
        options.dampening().put(dampening);
        options.nesterov().put(nesterov);
        options.weight_decay().put(weightDecay);
        return options;
    }
}
