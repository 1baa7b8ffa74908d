package io.evenkeel.probe;

import io.evenkeel.data.Batch;
import io.evenkeel.metric.Readings;
import io.evenkeel.nn.Parameter;
import io.evenkeel.nn.Parameters;
import io.evenkeel.tensor.Autograd;
import io.evenkeel.tensor.Scope;
import io.evenkeel.tensor.Tensor;
import io.evenkeel.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/// The simple gradient noise scale `B = tr(Sigma) / |G|^2` in examples (McCandlish et al., "An empirical model of
/// large-batch training", 2018, appendix A): the batch size up to which a larger batch pays.
///
/// From the squared norms of gradients of two sizes, `small` (a micro-batch, averaged over `k` of them) and `big`
/// (their mean), unbiased:
///
///     |G|^2     = (big |G_big|^2 - small |G_small|^2) / (big - small)
///     tr(Sigma) = (|G_small|^2 - |G_big|^2) / (1 / small - 1 / big)
///
/// The ratio of two noisy numbers is biased, so both are averaged over measurements (exponentially) and the ratio is
/// of the averages. With accumulation the micro-batches of the step are used, at no further pass. A step of one batch
/// is split into halves, whose gradients are computed anew in evaluation mode. Micro-batches of unequal size are not
/// measured.
final class GradientNoise implements Probe.Gradients {
    private static final double DECAY = 0.9;
    private static final String GRADIENTS = "gradients";
    private static final About ABOUT = new About(
            "gradient-noise",
            "simple gradient noise scale, in examples",
            250,
            false,
            List.of("noise/scale", "noise/trace", "noise/gradient_squared"));

    private final TensorState accumulated = new TensorState();
    private final List<Long> sizes = new ArrayList<>();
    private double sumOfSquares;
    private double trace;
    private double gradientSquared;
    private double weight;

    @Override
    public About about() {
        return ABOUT;
    }

    @Override
    public Set<Moment> needs() {
        return Set.of(Moment.MICRO_BATCH, Moment.GRADIENTS);
    }

    @Override
    public void microBatch(Parameters parameters, Batch batch) {
        var gradients = parameters.gradients();
        var before = accumulated.get(GRADIENTS);
        var share = sizes.isEmpty() || before == null ? gradients : gradients.sub(before);
        sumOfSquares += square(share.norm());
        accumulated.put(GRADIENTS, gradients);
        sizes.add(batch.size());
    }

    private static double square(Tensor norm) {
        var value = norm.item();
        return value * value;
    }

    @Override
    public void measure(StepView view, Readings readings) {
        var seen = accumulated.get(GRADIENTS);
        if (sizes.size() > 1 && seen != null) {
            // Each micro-batch added its gradient over their number.
            var count = sizes.size();
            update(sizes, sumOfSquares * count, square(seen.norm()), readings);
        } else {
            fromBatches(view, readings);
        }
        forget();
    }

    private void forget() {
        sizes.clear();
        sumOfSquares = 0;
        accumulated.close();
    }

    private void fromBatches(StepView view, Readings readings) {
        var batches = view.batches().size() > 1
                ? view.batches()
                : halves(view.batches().getFirst());
        if (batches.size() < 2) {
            return;
        }
        var leaves = view.trained().stream().map(Parameter::value).toList();
        var count = batches.size();
        try (var _ = new Evaluation(view.model());
                var _ = Autograd.withGrad()) {
            var sum = 0.0;
            var mean = Tensors.zeros(leaves.stream().mapToLong(Tensor::numel).sum());
            for (var batch : batches) {
                try (var _ = Scope.open()) {
                    var gradient =
                            LossCurvature.flat(Autograd.gradOrZeros(view.loss().apply(batch), leaves, false));
                    sum += square(gradient.norm());
                    mean.add_(gradient, 1.0 / count);
                }
            }
            update(batches.stream().map(Batch::size).toList(), sum / count, square(mean.norm()), readings);
        }
    }

    /// Two halves of a batch, the last example of an odd one left out; fewer than two examples give none.
    private static List<Batch> halves(Batch batch) {
        var half = batch.size() / 2;
        return half == 0 ? List.of() : List.of(part(batch, 0, half), part(batch, half, half));
    }

    static Batch part(Batch batch, long start, long size) {
        return new Batch(
                batch.inputs().narrow(0, start, size),
                batch.targets().narrow(0, start, size),
                batch.origins().subList((int) start, (int) (start + size)));
    }

    /// @param small mean squared norm of the micro-batches' gradients
    /// @param big   squared norm of their mean
    private void update(List<Long> sizes, double small, double big, Readings readings) {
        var size = sizes.getFirst();
        if (!sizes.stream().allMatch(size::equals)) {
            return;
        }
        var all = (double) size * sizes.size();
        var newGradient = (all * big - size * small) / (all - size);
        var newTrace = (small - big) / (1.0 / size - 1 / all);
        if (Double.isFinite(newGradient) && Double.isFinite(newTrace)) {
            trace = DECAY * trace + (1 - DECAY) * newTrace;
            gradientSquared = DECAY * gradientSquared + (1 - DECAY) * newGradient;
            weight = DECAY * weight + (1 - DECAY);
        }
        if (weight > 0) {
            readings.put("noise/trace", trace / weight);
            readings.put("noise/gradient_squared", gradientSquared / weight);
            if (gradientSquared > 0) {
                readings.put("noise/scale", trace / gradientSquared);
            }
        }
    }

    @Override
    public JsonNode state() {
        return JsonNodeFactory.instance
                .objectNode()
                .put("trace", trace)
                .put("gradientSquared", gradientSquared)
                .put("weight", weight);
    }

    @Override
    public void restore(JsonNode state) {
        forget();
        trace = state.path("trace").asDouble(0);
        gradientSquared = state.path("gradientSquared").asDouble(0);
        weight = state.path("weight").asDouble(0);
    }

    @Override
    public void close() {
        forget();
    }
}
