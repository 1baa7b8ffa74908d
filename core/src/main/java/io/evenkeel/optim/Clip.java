package io.evenkeel.optim;

import io.evenkeel.nn.Parameters;
import java.util.List;
import java.util.Optional;

/// How a gradient is bounded before it is used, as configured.
public sealed interface Clip {
    /// The transform, if there is one, on those parameters.
    Optional<GradientTransform> build(Parameters parameters);

    static Clip defaults() {
        return GlobalNorm.defaults();
    }

    /// The gradient as it is.
    record None() implements Clip {
        @Override
        public Optional<GradientTransform> build(Parameters parameters) {
            return Optional.empty();
        }
    }

    /// Scales the whole gradient down to a norm (Pascanu et al., "On the difficulty of training recurrent neural
    /// networks", 2013).
    ///
    /// @param max largest Euclidean norm of the whole gradient, > 0
    record GlobalNorm(double max) implements Clip, GradientTransform {
        public GlobalNorm {
            Checks.positive("max", max);
        }

        public static GlobalNorm defaults() {
            return new GlobalNorm(1);
        }

        @Override
        public Optional<GradientTransform> build(Parameters parameters) {
            return Optional.of(this);
        }

        /// With an infinite norm, finite elements become 0 and infinite ones NaN; with NaN nothing is scaled.
        @Override
        public void apply(Gradient gradient) {
            if (gradient.norm() > max) {
                gradient.scale(max / gradient.norm());
            }
        }
    }

    /// Scales the gradient of each tensor down to a norm.
    ///
    /// @param max largest Euclidean norm of the gradient of one tensor, > 0
    record TensorNorm(double max) implements Clip, GradientTransform {
        public TensorNorm {
            Checks.positive("max", max);
        }

        public static TensorNorm defaults() {
            return new TensorNorm(1);
        }

        @Override
        public Optional<GradientTransform> build(Parameters parameters) {
            return Optional.of(this);
        }

        @Override
        public void apply(Gradient gradient) {
            var norms = gradient.norms();
            for (var i = 0; i < norms.length; i++) {
                if (norms[i] > max) {
                    gradient.parameters().get(i).gradient().mul_(max / norms[i]);
                    gradient.changed();
                }
            }
        }
    }

    /// Cuts every element.
    ///
    /// @param max largest magnitude, > 0
    record Value(double max) implements Clip, GradientTransform {
        public Value {
            Checks.positive("max", max);
        }

        public static Value defaults() {
            return new Value(1);
        }

        @Override
        public Optional<GradientTransform> build(Parameters parameters) {
            return Optional.of(this);
        }

        @Override
        public void apply(Gradient gradient) {
            gradient.flat().clamp_(-max, max);
            gradient.changed();
        }
    }

    /// Bounds the gradient by the size of the weights: [AdaptiveGradientClipping].
    ///
    /// @param ratio   largest ratio of the norms of a unit's gradient and weights, > 0
    /// @param eps     least norm of a unit's weights that is reckoned with, > 0
    /// @param exclude patterns on full names of parameters that are left alone, such as the last layer's
    record Agc(double ratio, double eps, List<String> exclude) implements Clip {
        public Agc {
            Checks.positive("ratio", ratio);
            Checks.positive("eps", eps);
            exclude = List.copyOf(exclude);
        }

        /// The paper's.
        public static Agc defaults() {
            return new Agc(0.01, 1e-3, List.of());
        }

        @Override
        public Optional<GradientTransform> build(Parameters parameters) {
            return Optional.of(new AdaptiveGradientClipping(this, parameters));
        }
    }
}
