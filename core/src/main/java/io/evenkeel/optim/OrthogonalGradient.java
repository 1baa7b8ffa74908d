package io.evenkeel.optim;

import io.evenkeel.nn.Parameter;
import io.evenkeel.nn.Parameters;
import io.evenkeel.tensor.Tensor;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Takes out of each tensor's gradient what only makes the tensor longer or shorter (perpGrad, or OrthoGrad; Prieto et
/// al., "Grokking at the edge of numerical stability", 2025).
///
///     g <- g - w <w, g> / (<w, w> + 1e-30),   then   g <- g |g before| / |g|   with rescale
///
/// @paper P82
public final class OrthogonalGradient implements GradientTransform {
    private static final double TINY = 1e-30;

    private final boolean rescale;
    private final Set<String> names;

    /// How it is configured.
    ///
    /// @param rescale whether the gradient keeps its norm, as in the authors' code and not in the paper's formula
    /// @param match   patterns on full names of the parameters that it is for
    public record Config(boolean rescale, List<String> match) {
        public Config {
            match = List.copyOf(match);
        }

        public static Config defaults() {
            return new Config(true, List.of("*"));
        }
    }

    OrthogonalGradient(Config config, Parameters parameters) {
        rescale = config.rescale();
        var all = parameters.all().stream().map(Parameter::name).toList();
        names = IntStream.range(0, config.match().size())
                .boxed()
                .flatMap(i -> new Glob(config.match().get(i)).matching(all, "optimizer.orthogonal.match." + i).stream())
                .collect(Collectors.toSet());
    }

    @Override
    public void apply(Gradient gradient) {
        for (var parameter : gradient.parameters()) {
            if (names.contains(parameter.name())) {
                project(parameter.value().detach(), parameter.gradient());
                gradient.changed();
            }
        }
    }

    private void project(Tensor w, Tensor g) {
        var before = g.norm().item();
        var flat = w.flatten(0, -1);
        g.add_(w, -flat.dot(g.flatten(0, -1)).item() / (flat.dot(flat).item() + TINY));
        if (rescale) {
            g.mul_(before / (g.norm().item() + TINY));
        }
    }
}
