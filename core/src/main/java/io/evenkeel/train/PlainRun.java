package io.evenkeel.train;

import io.evenkeel.data.Batch;
import io.evenkeel.data.BatchSource;
import io.evenkeel.data.Data;
import io.evenkeel.data.Partition;
import io.evenkeel.loss.LanguageModelLoss;
import io.evenkeel.metric.Readings;
import io.evenkeel.metric.SeriesNames;
import io.evenkeel.nn.Module;
import io.evenkeel.nn.Parameters;
import io.evenkeel.optim.Optimizer;
import io.evenkeel.probe.ProbeSet;
import io.evenkeel.probe.StepTimes;
import io.evenkeel.probe.StepView;
import io.evenkeel.random.RandomStreams;
import io.evenkeel.schedule.Schedule;
import io.evenkeel.tensor.Engine;
import io.evenkeel.tensor.Scope;
import io.evenkeel.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;

/// A configuration trained in memory: no directory, no detectors, no guard, no checkpoints. What studies and sweeps
/// measure, since there a run that diverges must be left to diverge. Steps are those of a [TrainingRun] of the same
/// configuration, bit for bit, as long as that one's guard does nothing.
///
/// [#step] does a whole step; its parts ([#take], [#backward], [#update]) are there for experiments that change one.
public final class PlainRun implements AutoCloseable {
    private final RunConfig config;
    private final Task task;
    private final BatchSource source;
    private final Parameters parameters;
    private final Optimizer optimizer;
    private final RandomStreams streams;
    private final ProbeSet probes;
    private final Schedule schedule;
    private final StepTimes times = new StepTimes();
    private long step;

    private PlainRun(RunConfig config, Task task, RandomStreams streams) {
        this.config = config;
        this.task = task;
        this.streams = streams;
        this.parameters = Parameters.materialize(task.model(), streams.stream("init"));
        this.optimizer = config.optimizer().build(parameters);
        this.source = task.data().train(config.train().batchSize(), streams.stream("data"), Partition.WHOLE);
        this.probes = new ProbeSet(config.probes());
        this.schedule = config.schedule().build(config.train().steps());
    }

    /// The run before its first step, on the threads that the configuration says.
    ///
    /// @param cache where prepared data is kept
    /// @throws io.evenkeel.InputException when the configuration or the data cannot be used
    public static PlainRun of(RunConfig config, Path cache) {
        Engine.setThreads(config.train().threadsOnThisMachine());
        var streams = new RandomStreams(config.train().seed());
        return new PlainRun(config, Tasks.of(config, streams.stream("dropout"), cache), streams);
    }

    /// Does a step: data, gradients, probes that are due, update.
    ///
    /// @return loss, gradient norm, learning rate and what the probes read
    public Readings step() {
        return step(schedule.factor(step));
    }

    /// The same at another factor on the peak learning rate than the schedule's.
    public Readings step(double factor) {
        return step(factor, _ -> {});
    }

    /// The same with a change to its data, in place.
    public Readings step(double factor, Consumer<List<Batch>> change) {
        return step(factor, change, task::loss);
    }

    /// Does a step towards another objective than the task's.
    public Readings step(Function<Batch, LanguageModelLoss.Terms> objective) {
        return step(schedule.factor(step), _ -> {}, objective);
    }

    private Readings step(
            double factor, Consumer<List<Batch>> change, Function<Batch, LanguageModelLoss.Terms> objective) {
        var batches = take();
        try (var _ = Scope.open()) {
            change.accept(batches);
            var readings = backward(batches, objective);
            update(factor, readings);
            return readings;
        } finally {
            batches.forEach(Batch::close);
        }
    }

    /// The micro-batches of the next step; the caller closes them.
    public List<Batch> take() {
        var batches = new ArrayList<Batch>();
        for (var i = 0; i < config.train().accumulate(); i++) {
            batches.add(source.next());
        }
        return batches;
    }

    /// The gradients of a step, and its number: forward and backward over the batches, as their mean, then the
    /// probes that are due. To be called in a scope.
    public Readings backward(List<Batch> batches) {
        return backward(batches, task::loss);
    }

    private Readings backward(List<Batch> batches, Function<Batch, LanguageModelLoss.Terms> objective) {
        var losses = StepLosses.ZERO;
        var weight = 1.0 / batches.size();
        parameters.zeroGradients();
        for (var batch : batches) {
            try (var _ = Scope.open()) {
                var terms = objective.apply(batch);
                (weight == 1 ? terms.total() : terms.total().mul(weight)).backward();
                losses = losses.plus(StepLosses.of(terms.total(), terms), weight);
            }
            probes.afterMicroBatch(step, parameters, batch, times);
        }
        var readings = new Readings(step + 1, Double.NaN);
        losses.addTo(readings);
        readings.put(SeriesNames.GRAD_NORM, parameters.gradientNorm())
                .put(SeriesNames.LR, config.optimizer().lr() * schedule.factor(step));
        var view = view(readings, losses, batches);
        probes.afterBackward(view, readings);
        step++;
        return readings;
    }

    private StepView view(Readings readings, StepLosses losses, List<Batch> batches) {
        return new StepView(
                step,
                task.model(),
                parameters,
                optimizer,
                readings.get(SeriesNames.LR),
                readings.get(SeriesNames.GRAD_NORM),
                losses.byName(),
                batches,
                batch -> task.loss(batch).total(),
                times);
    }

    /// Moves the parameters by the gradients that they hold.
    ///
    /// @param factor   on the peak learning rate, `>= 0`
    /// @param readings of the step, with the norm of the gradient
    public void update(double factor, Readings readings) {
        optimizer.step(factor, readings.get(SeriesNames.GRAD_NORM));
    }

    /// The loss on held-out data, in evaluation mode.
    public Evaluation evaluate() {
        return task.evaluate();
    }

    /// Steps done.
    public long steps() {
        return step;
    }

    public RunConfig config() {
        return config;
    }

    public Module model() {
        return task.model();
    }

    /// The loss of a batch with its graph, the mean over its targets.
    public Task task() {
        return task;
    }

    public Data data() {
        return task.data();
    }

    /// Where the training data is read; an experiment may seek in it.
    public BatchSource source() {
        return source;
    }

    public Parameters parameters() {
        return parameters;
    }

    public Optimizer optimizer() {
        return optimizer;
    }

    public Schedule schedule() {
        return schedule;
    }

    /// A copy of all that the next steps depend on.
    public Snapshot snapshot() {
        return new Snapshot(this);
    }

    /// Counts steps from there on; what the schedule and the probes go by.
    public void continueAt(long step) {
        this.step = step;
    }

    /// Weights and buffers by name.
    Map<String, Tensor> modelTensors() {
        var tensors = new TreeMap<String, Tensor>();
        parameters.all().forEach(parameter -> tensors.put(parameter.name(), parameter.value()));
        task.model().forEachBuffer(tensors::put);
        return tensors;
    }

    /// The random streams of the run, for an experiment that draws more.
    public RandomStreams streams() {
        return streams;
    }

    @Override
    public void close() {
        probes.close();
        optimizer.close();
        parameters.close();
        source.close();
        task.close();
    }
}
