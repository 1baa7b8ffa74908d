package io.evenkeel.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.training.Trainer;
import ai.djl.training.listener.TrainingListenerAdapter;
import ai.djl.training.loss.Loss;
import io.evenkeel.detect.Detectors;
import io.evenkeel.detect.Event;
import io.evenkeel.detect.Judge;
import io.evenkeel.metric.Readings;
import io.evenkeel.metric.SeriesNames;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.function.Consumer;

/// Watches a training of DJL: the loss of every batch and the held-out loss of every epoch go to the detectors, what they
/// find to a consumer, by default the log of the platform.
///
///     config.addTrainingListeners(new StabilityListener(loss));
///
/// It reads and never changes training. Copying a loss to the processor waits for the device once a batch.
public final class StabilityListener extends TrainingListenerAdapter {
    private static final System.Logger LOG = System.getLogger(StabilityListener.class.getName());

    private final Loss loss;
    private final Consumer<Event> onEvent;
    private final Detectors detectors = Detectors.defaults();
    private final Judge judge = new Judge(Judge.Config.defaults(), detectors);
    private long step;
    private double validationSum;
    private long validationBatches;

    /// @param loss the loss that is trained by
    public StabilityListener(Loss loss) {
        this(loss, event -> LOG.log(level(event), "step {0}: {1}, {2}", event.step(), event.kind().label(), event.evidence()));
    }

    /// @param onEvent hears of every event, on the training thread
    public StabilityListener(Loss loss, Consumer<Event> onEvent) {
        this.loss = loss;
        this.onEvent = onEvent;
    }

    private static Level level(Event event) {
        return switch (event.severity()) {
            case NOTE -> Level.INFO;
            case WATCH -> Level.WARNING;
            case DAMAGED, FATAL -> Level.ERROR;
        };
    }

    @Override
    public void onTrainingBatch(Trainer trainer, BatchData data) {
        step++;
        observe(SeriesNames.LOSS, meanLoss(data));
    }

    @Override
    public void onValidationBatch(Trainer trainer, BatchData data) {
        validationSum += meanLoss(data);
        validationBatches++;
    }

    @Override
    public void onEpoch(Trainer trainer) {
        if (validationBatches > 0) {
            observe(SeriesNames.VAL_LOSS, validationSum / validationBatches);
        }
        validationSum = 0;
        validationBatches = 0;
    }

    private double meanLoss(BatchData data) {
        var sum = 0.0;
        for (var device : data.getLabels().entrySet()) {
            try (NDArray value = loss.evaluate(device.getValue(), data.getPredictions().get(device.getKey()))) {
                sum += value.getFloat();
            }
        }
        return sum / data.getLabels().size();
    }

    private void observe(String series, double value) {
        var readings = new Readings(step, System.currentTimeMillis() / 1e3).put(series, value);
        List<Event> events = detectors.observe(readings);
        judge.observe(readings, events);
        events.forEach(onEvent);
    }

    /// What has become of the training so far.
    public Judge.Judgement judgement() {
        return judge.judgement();
    }
}
