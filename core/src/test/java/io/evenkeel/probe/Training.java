package io.evenkeel.probe;

import io.evenkeel.data.Batch;
import io.evenkeel.loss.LanguageModelLoss;
import io.evenkeel.metric.Readings;
import io.evenkeel.nn.Decoder;
import io.evenkeel.nn.Parameters;
import io.evenkeel.nn.Precision;
import io.evenkeel.optim.AdamW;
import io.evenkeel.optim.Clip;
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

/// A training run of a small decoder with dropout that calls probes as a trainer does.
final class Training implements AutoCloseable {
    private static final double LR = 3e-3;
    private static final int MICRO_BATCHES = 2;
    private static final long LENGTH = 12;
    private static final long VOCABULARY = 20;

    private final RandomStream data = RandomStream.of(11, "data");
    private final LanguageModelLoss loss = LanguageModelLoss.of(LanguageModelLoss.Config.defaults());
    final RandomStream dropout = RandomStream.of(11, "dropout");
    final Decoder model = new Decoder(config(), VOCABULARY, LENGTH, Precision.FP32, dropout);
    final Parameters parameters = Parameters.materialize(model, RandomStream.of(11, "init"));
    private final Optimizer optimizer =
            new OptimizerConfig(AdamW.defaults().withLr(LR), Clip.defaults(), List.of()).build(parameters);
    private final StepTimes times = new StepTimes();
    private long step;

    private static Decoder.Config config() {
        var defaults = Decoder.Config.defaults();
        return new Decoder.Config(
                16,
                2,
                2,
                null,
                defaults.normPlacement(),
                defaults.norm(),
                false,
                defaults.deepNorm(),
                defaults.block(),
                defaults.attention(),
                defaults.position(),
                defaults.mlp(),
                defaults.init(),
                false,
                false,
                0.1,
                null,
                null,
                defaults.loss());
    }

    /// Random tokens, the targets being the next ones.
    Batch batch() {
        var tokens = Tensors.randint(data, VOCABULARY, 4, LENGTH + 1);
        return new Batch(
                tokens.narrow(1, 0, LENGTH).contiguous(),
                tokens.narrow(1, 1, LENGTH).contiguous(),
                Collections.nCopies(4, new Batch.Origin("random", 0)));
    }

    private Tensor loss(Batch batch) {
        return loss.of(model.logits(batch.inputs()), batch.targets()).total();
    }

    /// One step; a checkpoint at every second one.
    Readings step(ProbeSet probes) {
        var readings = new Readings(step, Double.NaN);
        try (var _ = Scope.open()) {
            var batches = new ArrayList<Batch>();
            var mean = 0.0;
            parameters.zeroGradients();
            for (var i = 0; i < MICRO_BATCHES; i++) {
                var batch = batch();
                batches.add(batch);
                var part = loss(batch).div(MICRO_BATCHES);
                part.backward();
                mean += part.item();
                probes.afterMicroBatch(step, parameters, batch, times);
            }
            var norm = parameters.gradients().norm().item();
            var view = view(batches, mean, norm);
            probes.afterBackward(view, readings);
            probes.beforeUpdate(view);
            optimizer.step(1, norm);
            probes.afterUpdate(view, readings);
            if (step % 2 == 0) {
                probes.atCheckpoint(view, readings);
            }
        }
        times.endStep();
        step++;
        return readings;
    }

    StepView view(List<Batch> batches, double mean, double norm) {
        return new StepView(
                step, model, parameters, optimizer, LR, norm, Map.of("loss", mean), batches, this::loss, times);
    }

    @Override
    public void close() {
        optimizer.close();
        parameters.close();
    }
}
