package io.evenkeel.train;

import io.evenkeel.data.DataConfig;
import io.evenkeel.guard.Guard;
import io.evenkeel.nn.Decoder;
import io.evenkeel.nn.ModelConfig;
import io.evenkeel.optim.OptimizerConfig;
import io.evenkeel.probe.ProbeSet;
import io.evenkeel.schedule.Schedule;
import org.jspecify.annotations.Nullable;

/// The whole configuration of a run, as the YAML file has it: a component a top-level key.
///
/// @param model      what is trained
/// @param data       on what
/// @param optimizer  how its parameters move
/// @param schedule   how the learning rate moves
/// @param train      how long and in which batches
/// @param checkpoint what is saved, and when
/// @param probes     what is measured, and how often
/// @param guard      what is done about trouble
/// @param metrics    what else is written
/// @param precision  numbers of few bits that linear layers multiply, simulated; null for none
public record RunConfig(
        ModelConfig model,
        DataConfig data,
        OptimizerConfig optimizer,
        Schedule.Config schedule,
        TrainConfig train,
        CheckpointConfig checkpoint,
        ProbeSet.Config probes,
        Guard.Config guard,
        MetricsConfig metrics,
        @Nullable PrecisionConfig precision) {

    /// What is written besides the run's own files.
    ///
    /// @param tensorboard whether TensorBoard event files are written into the run's
    ///                    `export/tensorboard/`
    public record MetricsConfig(boolean tensorboard) {
        public static MetricsConfig defaults() {
            return new MetricsConfig(false);
        }
    }

    /// A small language model on the bundled English text, about two minutes on two processors.
    public static RunConfig defaults() {
        return new RunConfig(
                Decoder.Config.defaults(),
                DataConfig.defaults(),
                OptimizerConfig.defaults(),
                Schedule.Config.defaults(),
                TrainConfig.defaults(),
                CheckpointConfig.defaults(),
                ProbeSet.Config.defaults(),
                Guard.Config.defaults(),
                MetricsConfig.defaults(),
                null);
    }

    /// The same for another number of steps.
    public RunConfig withTrain(TrainConfig train) {
        return new RunConfig(model, data, optimizer, schedule, train, checkpoint, probes, guard, metrics, precision);
    }

    /// The same under another guard.
    public RunConfig withGuard(Guard.Config guard) {
        return new RunConfig(model, data, optimizer, schedule, train, checkpoint, probes, guard, metrics, precision);
    }
}
