package io.evenkeel.app;

import io.evenkeel.data.Batch;
import io.evenkeel.loss.LanguageModelLoss;
import io.evenkeel.nn.Decoder;
import io.evenkeel.nn.FeedForward;
import io.evenkeel.nn.Parameters;
import io.evenkeel.nn.Position;
import io.evenkeel.nn.Precision;
import io.evenkeel.optim.Optimizer;
import io.evenkeel.optim.OptimizerConfig;
import io.evenkeel.random.RandomStream;
import io.evenkeel.tensor.Scope;
import io.evenkeel.tensor.Tensor;
import io.evenkeel.tensor.Tensors;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/// A decoder of a fixed shape with its optimizer on one fixed batch of random tokens: what benchmarks step.
final class TrainingShape implements AutoCloseable {
    private final Shape shape;
    private final Decoder model;
    private final LanguageModelLoss loss;
    private final Parameters parameters;
    private final Optimizer optimizer;
    private final Batch batch;

    /// @param name       for tables
    /// @param layers     blocks
    /// @param width      D
    /// @param heads      H
    /// @param context    T
    /// @param batch      B
    /// @param vocabulary V
    record Shape(String name, int layers, int width, int heads, int context, int batch, int vocabulary) {
        static final Shape SMALL = new Shape("small", 4, 128, 4, 128, 16, 256);
        static final Shape LARGE = new Shape("large", 6, 384, 6, 256, 8, 4096);
        /// Ten million parameters.
        static final Shape TEN_MILLION = new Shape("10M", 5, 384, 6, 64, 2, 2048);

        long tokens() {
            return (long) batch * context;
        }

        /// Floating-point operations of the matrix products of one step, forward and backward: 6 a weight and
        /// token, and 12 T D a layer and token for attention without regard to the mask.
        double flops() {
            var weights = 12.0 * layers * width * width + (double) width * vocabulary;
            return tokens() * (6 * weights + 12.0 * layers * context * width);
        }

        /// As the peer script reads it.
        Map<String, Object> request(Precision precision, int steps) {
            return Map.of(
                    "layers", layers,
                    "width", width,
                    "heads", heads,
                    "context", context,
                    "batch", batch,
                    "vocabulary", vocabulary,
                    "precision", precision == Precision.BF16 ? "bf16" : "fp32",
                    "steps", steps);
        }
    }

    TrainingShape(Shape shape, Precision precision) {
        this.shape = shape;
        var random = RandomStream.of(1, "bench");
        var base = Decoder.Config.defaults();
        var config = new Decoder.Config(
                shape.width(),
                shape.layers(),
                shape.heads(),
                null,
                base.normPlacement(),
                base.norm(),
                false,
                base.deepNorm(),
                base.block(),
                base.attention(),
                new Position.Learned(),
                FeedForward.Config.defaults(),
                base.init(),
                false,
                true,
                0,
                null,
                null,
                base.loss());
        this.model = new Decoder(config, shape.vocabulary(), shape.context(), precision, random.split("dropout"));
        this.loss = LanguageModelLoss.of(config.loss());
        this.parameters = Parameters.materialize(model, random.split("init"));
        this.optimizer = OptimizerConfig.defaults().build(parameters);
        try (var _ = Scope.open()) {
            var tokens = Tensors.randint(random, shape.vocabulary(), shape.batch(), shape.context() + 1);
            this.batch = new Batch(
                    tokens.narrow(1, 0, shape.context()).contiguous().own(),
                    tokens.narrow(1, 1, shape.context()).contiguous().own(),
                    Collections.nCopies(shape.batch(), new Batch.Origin("random tokens", 0)));
        }
    }

    Shape shape() {
        return shape;
    }

    Decoder model() {
        return model;
    }

    Parameters parameters() {
        return parameters;
    }

    Optimizer optimizer() {
        return optimizer;
    }

    Batch batch() {
        return batch;
    }

    /// The mean loss of a batch, with its graph.
    Tensor loss(Batch batch) {
        return loss.of(model.logits(batch.inputs()), batch.targets()).total();
    }

    /// The gradients of a step.
    ///
    /// @return the loss
    double gradients() {
        try (var _ = Scope.open()) {
            parameters.zeroGradients();
            var value = loss(batch);
            value.backward();
            return value.item();
        }
    }

    /// One whole step: gradients, clipping, update.
    ///
    /// @return the loss
    double step() {
        var value = gradients();
        optimizer.step(1e-3, parameters.gradientNorm());
        return value;
    }

    /// Milliseconds of each of some steps.
    List<Double> time(int steps) {
        var millis = new ArrayList<Double>();
        for (var i = 0; i < steps; i++) {
            var start = System.nanoTime();
            step();
            millis.add((System.nanoTime() - start) / 1e6);
        }
        return millis;
    }

    @Override
    public void close() {
        optimizer.close();
        batch.close();
        parameters.close();
    }
}
