package io.evenkeel.schedule;

import io.evenkeel.InputException;

/// What a learning rate does after its warm-up, as configured.
public sealed interface Course permits Course.Cosine, Wsd.Config, Course.Linear, InverseSqrt.Config, Constant {
    /// The schedule, 1 during the warm-up.
    ///
    /// @param warmupSteps updates of the warm-up, at most `totalSteps`
    /// @param totalSteps  updates of the run
    /// @throws InputException when a part is longer than the run
    Schedule build(long warmupSteps, long totalSteps);

    static Course defaults() {
        return Cosine.defaults();
    }

    /// Falls as half a cosine until the end of the run.
    ///
    /// @param floor factor in the last update, in [0, 1]
    record Cosine(double floor) implements Course {
        public Cosine {
            Checks.floor(floor);
        }

        public static Cosine defaults() {
            return new Cosine(0.1);
        }

        @Override
        public Schedule build(long warmupSteps, long totalSteps) {
            return new Decay(Decay.Shape.COSINE, warmupSteps, totalSteps - warmupSteps, floor);
        }
    }

    /// Falls linearly until the end of the run.
    ///
    /// @param floor factor in the last update, in [0, 1]
    record Linear(double floor) implements Course {
        public Linear {
            Checks.floor(floor);
        }

        public static Linear defaults() {
            return new Linear(0);
        }

        @Override
        public Schedule build(long warmupSteps, long totalSteps) {
            return new Decay(Decay.Shape.LINEAR, warmupSteps, totalSteps - warmupSteps, floor);
        }
    }
}
