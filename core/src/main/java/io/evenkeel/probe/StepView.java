package io.evenkeel.probe;

import io.evenkeel.data.Batch;
import io.evenkeel.nn.Module;
import io.evenkeel.nn.Parameter;
import io.evenkeel.nn.Parameters;
import io.evenkeel.optim.Adaptive;
import io.evenkeel.optim.Optimizer;
import io.evenkeel.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// What probes may read of a step; made after its last backward pass.
///
/// @param step         optimizer steps done before this one
/// @param model        the model
/// @param parameters   its values and gradients
/// @param optimizer    its moments
/// @param lr           learning rate of the step, the schedule's factor included
/// @param gradientNorm Euclidean norm of the gradient before clipping, which the trainer has
/// @param losses       mean losses of the step by series, such as [io.evenkeel.metric.SeriesNames#LOSS]
/// @param batches      the micro-batches of the step, at least one, open until the step's last probe has run
/// @param loss         the mean loss of a batch with its graph. It is called with the model in evaluation mode, and
///                     must draw from no random stream of training
/// @param times        where the time of the step goes
public record StepView(
        long step,
        Module model,
        Parameters parameters,
        Optimizer optimizer,
        double lr,
        double gradientNorm,
        Map<String, Double> losses,
        List<Batch> batches,
        Function<Batch, Tensor> loss,
        StepTimes times) {
    public StepView {
        losses = Map.copyOf(losses);
        batches = List.copyOf(batches);
        if (batches.isEmpty()) {
            throw new IllegalArgumentException("batches must be at least one but were none");
        }
    }

    /// The parameters that have a gradient, in the order of the flat buffer.
    List<Parameter> trained() {
        return parameters.all().stream()
                .filter(parameter -> parameter.value().requiresGrad())
                .toList();
    }

    /// The second moment of a parameter, or null when the optimizer keeps none of that name.
    @Nullable
    Tensor secondMoment(String parameter) {
        return optimizer.tensors().get(parameter + "." + Adaptive.SECOND_MOMENT);
    }
}
