package io.evenkeel.train;

import io.evenkeel.data.Batch;
import io.evenkeel.data.Data;
import io.evenkeel.data.Validation;
import io.evenkeel.loss.LanguageModelLoss.Terms;
import io.evenkeel.nn.Module;
import io.evenkeel.random.RandomStream;
import io.evenkeel.tensor.Autograd;
import io.evenkeel.tensor.Scope;
import io.evenkeel.tensor.Tensor;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/// What is trained: a model, how its outputs become a loss, its data, and how it is judged on held-out data.
public final class Task implements AutoCloseable {
    private final Function<RandomStream, Network> networks;
    private final Network network;
    private final Loss loss;
    private final Data data;
    private final Validation validation;
    private final boolean countsRight;

    /// A model and how it is applied.
    ///
    /// @param model   the parameters
    /// @param forward from the inputs of a batch to outputs, such as logits `[.., classes]`
    record Network(Module model, UnaryOperator<Tensor> forward) {
        /// Computes a module, by full name, in full precision from now on; the whole model for an empty name.
        void raisePrecision(String module) {
            model.forEachModule((name, part) -> {
                if (module.isEmpty() || name.equals(module)) {
                    part.raisePrecision();
                }
            });
        }
    }

    /// From what a model gives and what it should have given to a loss.
    @FunctionalInterface
    interface Loss {
        Terms of(Tensor outputs, Tensor targets);
    }

    /// @param networks    makes the model; its dropout draws from the stream
    /// @param dropout     the stream of the model that is trained
    /// @param loss        from outputs and targets to the loss of a batch, a mean over the targets
    /// @param data        what training reads
    /// @param validation  what it is judged on
    /// @param countsRight whether the share of right classes is worth knowing
    Task(
            Function<RandomStream, Network> networks,
            RandomStream dropout,
            Loss loss,
            Data data,
            Validation validation,
            boolean countsRight) {
        this.networks = networks;
        this.network = networks.apply(dropout);
        this.loss = loss;
        this.data = data;
        this.validation = validation;
        this.countsRight = countsRight;
    }

    public Module model() {
        return network.model();
    }

    Network network() {
        return network;
    }

    /// Another model of the same shapes, whose parameters have no values yet.
    Network replica(RandomStream dropout) {
        return networks.apply(dropout);
    }

    public Data data() {
        return data;
    }

    /// The loss of a batch with its graph, the mean over its targets.
    public Terms loss(Batch batch) {
        return loss(network, batch);
    }

    /// The same by a replica.
    Terms loss(Network replica, Batch batch) {
        return loss.of(replica.forward().apply(batch.inputs()), batch.targets());
    }

    /// The loss on held-out data, without a graph and in evaluation mode.
    public Evaluation evaluate() {
        var nats = 0.0;
        var right = 0.0;
        var targets = 0L;
        var model = network.model();
        model.train(false);
        try (var _ = Autograd.noGrad()) {
            for (var batch : validation) {
                try (batch;
                        var _ = Scope.open()) {
                    var outputs = network.forward().apply(batch.inputs());
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
