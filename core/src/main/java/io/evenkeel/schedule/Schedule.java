package io.evenkeel.schedule;

import io.evenkeel.InputException;
import io.evenkeel.config.Inline;
import org.jspecify.annotations.Nullable;

/// The factor on the peak learning rate at a step: a pure function, so that it needs no state and any step can be asked
/// for.
///
/// Schedules are written in update numbers, `t = step + 1`: a warm-up of W steps reaches 1 in update W, and a decay
/// that
/// ends with the run has its floor in the last update, number T.
@FunctionalInterface
public interface Schedule {
    /// The factor of the step that is about to be done.
    ///
    /// @param step optimizer steps already done, `>= 0`
    /// @return the factor, usually in `[0, 1]`
    double factor(long step);

    /// A linear warm-up and what follows it.
    ///
    /// @param warmupSteps updates until the factor is 1, `>= 0`; null for a twentieth of the run
    /// @param course      what follows
    record Config(@Nullable Long warmupSteps, @Inline Course course) {
        private static final long SHARE_OF_RUN = 20;

        public Config {
            if (warmupSteps != null && warmupSteps < 0) {
                throw new IllegalArgumentException("warmupSteps must be >= 0 but was " + warmupSteps);
            }
        }

        public static Config defaults() {
            return new Config(null, Course.defaults());
        }

        /// The schedule of a run of that many steps.
        ///
        /// @throws InputException when a part of it is longer than the run
        public Schedule build(long totalSteps) {
            var steps = warmupSteps == null ? totalSteps / SHARE_OF_RUN : warmupSteps;
            if (steps > totalSteps) {
                throw new InputException(
                        "schedule.warmupSteps must be <= " + totalSteps + ", the steps of the run, but was " + steps);
            }
            var after = course.build(steps, totalSteps);
            return steps == 0 ? after : new Warmup(steps, after);
        }
    }
}
