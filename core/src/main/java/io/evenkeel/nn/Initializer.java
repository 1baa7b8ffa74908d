package io.evenkeel.nn;

import io.evenkeel.random.RandomStream;
import io.evenkeel.tensor.Tensor;
import java.util.List;

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

    /// Xavier: normal with variance `2 gain^2 / (in + out)` (Glorot and Bengio, 2010).
    static Initializer xavier(long in, long out, double gain) {
        return normal(gain * Math.sqrt(2 / (double) (in + out)));
    }

    /// Kaiming: normal with variance `2 / in`, which keeps the mean square through ReLU (He et al., 2015).
    static Initializer kaiming(long in) {
        return normal(Math.sqrt(2 / (double) in));
    }

    /// LeCun: variance `1 / in`, a normal truncated at two standard deviations and widened so that the variance is
    /// that
    /// after the truncation.
    static Initializer lecun(long in) {
        return truncatedNormal(1 / (Normal.truncatedStd(2) * Math.sqrt((double) in)), 2);
    }

    /// Consecutive rows of a matrix, each part by its own initialiser.
    static Initializer rows(List<Rows> parts) {
        return (tensor, random) -> {
            var row = 0L;
            for (var part : parts) {
                part.initializer().fill(tensor.narrow(0, row, part.count()), random);
                row += part.count();
            }
        };
    }

    /// So many rows, and what fills them.
    record Rows(long count, Initializer initializer) {}
}
