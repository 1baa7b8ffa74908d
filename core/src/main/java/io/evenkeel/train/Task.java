package io.evenkeel.train;

import io.evenkeel.data.Batch;
import io.evenkeel.data.Data;
import io.evenkeel.data.Validation;
import io.evenkeel.loss.LanguageModelLoss.Terms;
import io.evenkeel.nn.Module;
import io.evenkeel.tensor.Autograd;
import io.evenkeel.tensor.Scope;
import io.evenkeel.tensor.Tensor;
import java.util.function.UnaryOperator;

/// What is trained: a model, how its outputs become a loss, its data, and how it is judged on held-out data.
public final class Task implements AutoCloseable {
    private final Module model;
    private final UnaryOperator<Tensor> forward;
    private final Loss loss;
    private final Data data;
    private final Validation validation;
    private final boolean countsRight;

    /// From what a model gives and what it should have given to a loss.
    @FunctionalInterface
    interface Loss {
        Terms of(Tensor outputs, Tensor targets);
    }

    /// @param model       the parameters
    /// @param forward     from the inputs of a batch to outputs, such as logits `[.., classes]`
    /// @param loss        from outputs and targets to the loss of a batch, a mean over the targets
    /// @param data        what training reads
    /// @param validation  what it is judged on
    /// @param countsRight whether the share of right classes is worth knowing
    Task(
            Module model,
            UnaryOperator<Tensor> forward,
            Loss loss,
            Data data,
            Validation validation,
            boolean countsRight) {
        this.model = model;
        this.forward = forward;
        this.loss = loss;
        this.data = data;
        this.validation = validation;
        this.countsRight = countsRight;
    }

    public Module model() {
        return model;
    }

    public Data data() {
        return data;
    }

    /// The loss of a batch with its graph, the mean over its targets.
    public Terms loss(Batch batch) {
        return loss.of(forward.apply(batch.inputs()), batch.targets());
    }

    /// The loss on held-out data, without a graph and in evaluation mode.
    public Evaluation evaluate() {
        var nats = 0.0;
        var right = 0.0;
        var targets = 0L;
        model.train(false);
        try (var _ = Autograd.noGrad()) {
            for (var batch : validation) {
                try (batch;
                        var _ = Scope.open()) {
                    var outputs = forward.apply(batch.inputs());
                    var count = batch.targets().numel();
                    nats += loss.of(outputs, batch.targets()).crossEntropy().item() * count;
                    right += countsRight
                            ? outputs.argmax(-1)
                                    .eq(batch.targets())
                                    .countNonzero()
                                    .item()
                            : 0;
                    targets += count;
                }
            }
        } finally {
            model.train(true);
        }
        return new Evaluation(nats / targets, countsRight ? right / targets : null);
    }

    @Override
    public void close() {
        data.close();
    }
}
