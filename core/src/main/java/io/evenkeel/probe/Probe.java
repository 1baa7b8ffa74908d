package io.evenkeel.probe;

import io.evenkeel.data.Batch;
import io.evenkeel.metric.Readings;
import io.evenkeel.nn.Observer;
import io.evenkeel.nn.Parameters;
import io.evenkeel.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/// Measures something about training without changing it: the weights of a run are the same bits with any probes and
/// with none.
///
/// So a probe draws from no random stream of training, writes to no tensor of it, and measures what a forward pass
/// would reveal on a pass of its own. Values that are not finite are readings like others, but never enter what a probe
/// keeps. A tensor that a probe makes belongs to the scope of the call; what it keeps is in [#tensors].
public sealed interface Probe extends AutoCloseable {
    /// What a probe is.
    ///
    /// @param name        as in configuration, such as `gradient-norms`
    /// @param description one line
    /// @param everySteps  default cadence in steps, >= 1; of a [Checkpoint] probe the least distance in steps
    /// @param byDefault   whether it belongs to the cheap default set
    /// @param series      what it emits; `*` stands for a tensor, layer or head
    record About(String name, String description, long everySteps, boolean byDefault, List<String> series) {
        public About {
            if (everySteps < 1) {
                throw new IllegalArgumentException("everySteps must be >= 1 but was " + everySteps);
            }
            series = List.copyOf(series);
        }
    }

    About about();

    /// The moments at which the step must serve it.
    Set<Moment> needs();

    /// What it keeps between measurements, without tensors: layouts of [#tensors] and numbers.
    default JsonNode state() {
        return JsonNodeFactory.instance.objectNode();
    }

    /// Continues from a saved state; an empty one means from the start. Afterwards [#tensors] has the tensors that
    /// the saving probe had, with values for the caller to fill in.
    default void restore(JsonNode state) {}

    /// The tensors it keeps between measurements, by name.
    default Map<String, Tensor> tensors() {
        return Map.of();
    }

    /// Frees what it keeps.
    @Override
    default void close() {}

    /// Reads what modules report in an observed forward pass.
    non-sealed interface Forward extends Probe {
        /// A pass about to be observed.
        Pass begin(StepView view, Batch batch);

        @Override
        default Set<Moment> needs() {
            return Set.of(Moment.FORWARD);
        }

        /// One observed pass. Tensors live until it is finished.
        interface Pass extends Observer {
            /// The pass is over: emits what it showed.
            void finish(Readings readings);
        }
    }

    /// Reads parameters and gradients after the backward pass, before clipping and the update.
    non-sealed interface Gradients extends Probe {
        void measure(StepView view, Readings readings);

        /// Called after the backward pass of each micro-batch where [#needs] has [Moment#MICRO_BATCH]:
        /// gradients are the sum so far of the micro-batches' shares in the mean.
        default void microBatch(Parameters parameters, Batch batch) {}

        @Override
        default Set<Moment> needs() {
            return Set.of(Moment.GRADIENTS);
        }
    }

    /// Reads what the update changed.
    non-sealed interface Update extends Probe {
        /// Measures.
        ///
        /// @param delta values after minus values before, a flat buffer with the layout of the parameters
        void measure(StepView view, Tensor delta, Readings readings);

        @Override
        default Set<Moment> needs() {
            return Set.of(Moment.UPDATE);
        }
    }

    /// Differentiates the loss of the step's batch twice, at the values after the update.
    non-sealed interface Curvature extends Probe {
        void measure(StepView view, LossCurvature curvature, Readings readings);

        @Override
        default Set<Moment> needs() {
            return Set.of(Moment.CURVATURE);
        }
    }

    /// Compares the model with itself at the last checkpoint.
    non-sealed interface Checkpoint extends Probe {
        void measure(StepView view, Readings readings);

        @Override
        default Set<Moment> needs() {
            return Set.of(Moment.CHECKPOINT);
        }
    }
}
