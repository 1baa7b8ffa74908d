package io.evenkeel.optim;

import io.evenkeel.nn.Parameter;
import io.evenkeel.nn.Parameters;
import io.evenkeel.tensor.Tensor;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.LongStream;

/// Adaptive gradient clipping (Brock et al., "High-performance large-scale image recognition without normalization",
/// 2021): the gradient of a unit is at most a ratio of its weights.
///
///     G_i <- G_i min(1, ratio max(|W_i|, eps) / |G_i|)
///
/// Unit `i` of a matrix or kernel is index `i` of the first dimension (one output); a vector is one unit.
final class AdaptiveGradientClipping implements GradientTransform {
    private static final int MATRIX = 2;

    private final double ratio;
    private final double eps;
    private final Set<String> excluded = new HashSet<>();

    AdaptiveGradientClipping(Clip.Agc config, Parameters parameters) {
        ratio = config.ratio();
        eps = config.eps();
        var names = parameters.all().stream().map(Parameter::name).toList();
        for (var i = 0; i < config.exclude().size(); i++) {
            excluded.addAll(new Glob(config.exclude().get(i)).matching(names, "optimizer.clip.exclude." + i));
        }
    }

    @Override
    public void apply(Gradient gradient) {
        for (var parameter : gradient.parameters()) {
            if (!excluded.contains(parameter.name())) {
                var bound = unitNorms(parameter.value().detach()).clampMin(eps).mul_(ratio); // [units, 1, ..]
                var norms = unitNorms(parameter.gradient()); // [units, 1, ..]
                parameter.gradient().mul_(bound.div(norms.maximum(bound)));
                gradient.changed();
            }
        }
    }

    private static Tensor unitNorms(Tensor tensor) {
        return tensor.dim() < MATRIX
                ? tensor.norm()
                : tensor.norm(true, LongStream.range(1, tensor.dim()).toArray());
    }
}
