package io.evenkeel.probe;

import io.evenkeel.nn.Parameters;
import io.evenkeel.optim.Adaptive;
import io.evenkeel.optim.Optimizer;
import io.evenkeel.tensor.Autograd;
import io.evenkeel.tensor.Scope;
import io.evenkeel.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/// Adam on flat buffers, with the names of tensors that probes look for.
final class TestAdam implements Optimizer {
    static final double BETA1 = 0.9;
    static final double BETA2 = 0.95;
    static final double EPS = 1e-8;

    private final Parameters parameters;
    private final Tensor first;
    private final Tensor second;
    private final Map<String, Tensor> tensors = new LinkedHashMap<>();
    /// Whether it says that it is adaptive.
    boolean isAdaptive = true;
    long updates;

    TestAdam(Parameters parameters) {
        this.parameters = parameters;
        first = parameters.newBuffer();
        second = parameters.newBuffer();
        try (var _ = Scope.open()) {
            parameters
                    .all()
                    .forEach(parameter -> tensors.put(
                            parameter.name() + ".second_moment",
                            parameters.view(second, parameter.name()).own()));
        }
    }

    @Override
    public @Nullable Adaptive adaptive() {
        return isAdaptive ? new Adaptive(BETA1, BETA2, EPS, updates) : null;
    }

    @Override
    public void step(double lr, double gradientNorm) {
        updates++;
        try (var _ = Scope.open();
                var _ = Autograd.noGrad()) {
            var gradients = parameters.gradients();
            first.lerp_(gradients, 1 - BETA1);
            second.mul_(BETA2).addcmul_(gradients, gradients, 1 - BETA2);
            var root = second.div(1 - Math.pow(BETA2, (double) updates)).sqrt().add(EPS);
            parameters.values().addcdiv_(first, root, -lr / (1 - Math.pow(BETA1, (double) updates)));
        }
    }

    @Override
    public Map<String, Tensor> tensors() {
        return tensors;
    }

    @Override
    public JsonNode state() {
        return JsonNodeFactory.instance.objectNode();
    }

    @Override
    public void restore(JsonNode state) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
        tensors.values().forEach(Tensor::close);
        first.close();
        second.close();
    }
}
