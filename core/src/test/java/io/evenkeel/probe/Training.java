package io.evenkeel.probe;

import io.evenkeel.data.Batch;
import io.evenkeel.metric.Readings;
import io.evenkeel.nn.Parameters;
import io.evenkeel.random.RandomStream;
import io.evenkeel.tensor.Scope;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// A training run of a small decoder with dropout that calls probes as a trainer does.
final class Training implements AutoCloseable {
    private static final double LR = 3e-3;
    private static final int MICRO_BATCHES = 2;
    private static final long LENGTH = 12;

    private final RandomStream data = RandomStream.of(11, "data");
    final RandomStream dropout = RandomStream.of(11, "dropout");
    final SmallDecoder model = new SmallDecoder(2, 16, 2, 20, 0.1, dropout);
    final Parameters parameters = Parameters.materialize(model, RandomStream.of(11, "init"));
    private final TestAdam optimizer = new TestAdam(parameters);
    private final StepTimes times = new StepTimes();
    private long step;

    /// One step; a checkpoint at every second one.
    Readings step(ProbeSet probes) {
        var readings = new Readings(step, Double.NaN);
        try (var _ = Scope.open()) {
            var batches = new ArrayList<Batch>();
            var loss = 0.0;
            parameters.zeroGradients();
            for (var i = 0; i < MICRO_BATCHES; i++) {
                var batch = SmallDecoder.batch(data, 4, LENGTH, model.vocabulary);
                batches.add(batch);
                var part = model.loss(batch).div(MICRO_BATCHES);
                part.backward();
                loss += part.item();
                probes.afterMicroBatch(step, parameters, batch, times);
            }
            var norm = parameters.gradients().norm().item();
            var view = view(batches, loss, norm);
            probes.afterBackward(view, readings);
            probes.beforeUpdate(view);
            optimizer.step(LR, norm);
            view = view(batches, loss, norm);
            probes.afterUpdate(view, readings);
            if (step % 2 == 0) {
                probes.atCheckpoint(view, readings);
            }
        }
        times.endStep();
        step++;
        return readings;
    }

    StepView view(List<Batch> batches, double loss, double norm) {
        return new StepView(
                step, model, parameters, optimizer, LR, norm, Map.of("loss", loss), batches, model::loss, times);
    }

    @Override
    public void close() {
        optimizer.close();
        parameters.close();
    }
}
