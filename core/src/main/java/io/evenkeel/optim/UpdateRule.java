package io.evenkeel.optim;

import io.evenkeel.nn.Parameter;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// How parameters move given a gradient. A rule has no state of its own: its moments live in the [Run] that it is
/// applied to, so that one record describes it, in configurations too.
public interface UpdateRule {
    /// The names of the moments that it keeps, one number an element of a parameter, zero at first.
    List<String> moments();

    /// What it keeps of each parameter beside the moments: names and shapes of tensors, zero at first.
    default Map<String, long[]> statistics(Parameter parameter) {
        return Map.of();
    }

    /// Whether every element is moved by its own gradient and moments alone. A long run is then updated in parts
    /// whose intermediate results stay in the processor's cache.
    default boolean elementwise() {
        return false;
    }

    /// Moves the values of the run by its gradient, and its moments. Called without recording a graph, inside a
    /// scope.
    /// The gradient stays as it is, so that the gaps in it stay zero.
    void update(Run run, Step step);

    /// How it scales by a second moment, or null when it does not.
    ///
    /// @param updates updates that the moments have seen
    default @Nullable Adaptive adaptive(long updates) {
        return null;
    }

    /// One update.
    ///
    /// @param number      1 for the first since the moments were zero
    /// @param lr          learning rate, factors included
    /// @param factor      the schedule's factor in it
    /// @param weightDecay decay of the run's parameters
    record Step(long number, double lr, double factor, double weightDecay) {
        /// What an average that began at zero lacks: `1 - beta^number`.
        double bias(double beta) {
            return 1 - Math.pow(beta, (double) number);
        }

        /// Share of the weights that decoupled decay takes.
        ///
        /// @param independent of the peak learning rate: the decay times the schedule's factor alone
        double decay(boolean independent) {
            return (independent ? factor : lr) * weightDecay;
        }
    }
}
