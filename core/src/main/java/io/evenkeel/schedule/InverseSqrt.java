package io.evenkeel.schedule;

import io.evenkeel.InputException;
import io.evenkeel.config.Named;
import org.jspecify.annotations.Nullable;

/// 1 up to update `timescale`, then `sqrt(timescale / t)`: it needs no end, so a run can be prolonged (Vaswani et al.,
/// "Attention is all you need", 2017, where the timescale is the warm-up).
///
/// @param timescale updates before the factor falls, `>= 1`
public record InverseSqrt(long timescale) implements Schedule {
    public InverseSqrt {
        Checks.atLeast(1, "timescale", timescale);
    }

    /// As configured.
    ///
    /// @param timescale updates before the factor falls, at least those of the warm-up and 1; null for just these
    @Named("inverse-sqrt")
    public record Config(@Nullable Long timescale) implements Course {
        public Config {
            if (timescale != null) {
                Checks.atLeast(1, "timescale", timescale);
            }
        }

        public static Config defaults() {
            return new Config(null);
        }

        @Override
        public Schedule build(long warmupSteps, long totalSteps) {
            if (timescale == null) {
                return new InverseSqrt(Math.max(1, warmupSteps));
            }
            if (timescale < warmupSteps) {
                throw new InputException("schedule.timescale must be >= " + warmupSteps
                        + ", the steps of the warm-up, but was " + timescale);
            }
            return new InverseSqrt(timescale);
        }
    }

    @Override
    public double factor(long step) {
        var t = step + 1;
        return t <= timescale ? 1 : Math.sqrt((double) timescale / t);
    }
}
