package io.evenkeel.nn;

import io.evenkeel.random.RandomStream;
import io.evenkeel.tensor.Tensor;

/// Fills a parameter with its initial values.
@FunctionalInterface
public interface Initializer {
    Initializer ZEROS = (tensor, random) -> tensor.zero_();
    Initializer ONES = (tensor, random) -> tensor.fill_(1);

    /// Fills `tensor` in place; draws from `random` alone.
    void fill(Tensor tensor, RandomStream random);

    static Initializer constant(double value) {
        return (tensor, random) -> tensor.fill_(value);
    }

    /// Normal with mean 0.
    static Initializer normal(double std) {
        return (tensor, random) -> tensor.normal_(random, 0, std);
    }

    /// Normal with mean 0, redrawn outside `cut` standard deviations (by clipping of the uniform: inverse
    /// transform).
    ///
    /// @param std standard deviation of the normal before truncation
    /// @param cut half width of what is kept, in standard deviations, > 0
    static Initializer truncatedNormal(double std, double cut) {
        // x = sqrt(2) erfinv(u), u uniform in (erf(-cut/sqrt 2), erf(cut/sqrt 2))
        return (tensor, random) -> {
            var edge = Normal.erf(cut / Math.sqrt(2));
            tensor.uniform_(random, -edge, edge)
                    .erfinv_()
                    .mul_(std * Math.sqrt(2))
                    .clamp_(-cut * std, cut * std);
        };
    }

    /// Uniform in `[-limit, limit)`.
    static Initializer uniform(double limit) {
        return (tensor, random) -> tensor.uniform_(random, -limit, limit);
    }
}
