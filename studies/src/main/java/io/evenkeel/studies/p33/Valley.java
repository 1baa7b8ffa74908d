package io.evenkeel.studies.p33;

import io.evenkeel.nn.Initializer;
import io.evenkeel.nn.Layer;
import io.evenkeel.nn.Parameter;
import io.evenkeel.nn.Parameters;
import io.evenkeel.optim.OptimizerConfig;
import io.evenkeel.random.RandomStream;
import io.evenkeel.tensor.Scope;
import io.evenkeel.tensor.Tensor;
import io.evenkeel.tensor.Tensors;
import java.util.function.BiFunction;

/// A function of two variables whose least value is 0, with the point from which it is minimised.
enum Valley {
    /// `|x| + |y|`
    CORNER(0.9, 0.6, (x, y) -> x.abs().add(y.abs())),
    /// `|x + y| + |x - y| / 10`
    TILTED(1, 0.5, (x, y) -> x.add(y).abs().add(x.sub(y).abs().div(10))),
    /// `(x + y)^2 + (x - y)^2 / 10`
    BOWL(1, 0.5, (x, y) -> x.add(y).square().add(x.sub(y).square().div(10))),
    /// `(x - 1)^2 + (y + 0.5)^2`
    QUADRATIC(0, 0, (x, y) -> x.sub(1).square().add(y.add(0.5).square())),
    /// Rosenbrock's
    ROSENBROCK(-1, 1, (x, y) -> x.rsub(1).square().add(y.sub(x.square()).square().mul(100))),
    /// Beale's
    BEALE(1, 1, (x, y) -> term(x, y, 1.5, 1).add(term(x, y, 2.25, 2)).add(term(x, y, 2.625, 3)));

    private final double x;
    private final double y;
    @SuppressWarnings("ImmutableEnumChecker") // functions without a state
    private final BiFunction<Tensor, Tensor, Tensor> function;

    Valley(double x, double y, BiFunction<Tensor, Tensor, Tensor> function) {
        this.x = x;
        this.y = y;
        this.function = function;
    }

    private static Tensor term(Tensor x, Tensor y, double constant, double power) {
        return x.mul(y.pow(power)).sub(x).add(constant).square();
    }

    private static final class Point extends Layer {
        private final Parameter place = parameter("place", Initializer.ZEROS, 2);

        @Override
        public Tensor forward(Tensor x) {
            return x;
        }
    }

    /// Updates until the value is below the threshold; `most + 1` when that does not happen.
    int updates(OptimizerConfig config, double threshold, int most) {
        var point = new Point();
        try (var parameters = Parameters.materialize(point, RandomStream.of(1, "valley"));
                var moves = config.build(parameters)) {
            try (var _ = Scope.open()) {
                point.place.value().detach().copy_(Tensors.of(new double[] {x, y}, 2).to(point.place.value().dtype()));
            }
            for (var step = 0; step <= most; step++) {
                try (var _ = Scope.open()) {
                    parameters.zeroGradients();
                    var value = at(point.place.value());
                    if (value.item() < threshold) {
                        return step;
                    }
                    value.backward();
                    var norm = parameters.gradientNorm();
                    if (!Double.isFinite(norm)) {
                        break;
                    }
                    moves.step(1, norm);
                }
            }
            return most + 1;
        }
    }

    /// Its value at `[2]`.
    Tensor at(Tensor place) {
        return function.apply(place.select(0, 0), place.select(0, 1));
    }
}
