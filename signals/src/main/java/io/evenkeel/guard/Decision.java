package io.evenkeel.guard;

/// What a guard tells the trainer to do about a step, before its update is applied. No decision means: go on.
public sealed interface Decision {
    /// The name in configuration, events and reports.
    String name();

    /// Drops the step: no update, no decay, moments and weights keep their bits. Its data counts as consumed.
    record SkipStep() implements Decision {
        @Override
        public String name() {
            return "skip-step";
        }
    }

    /// Applies the update with the gradient scaled down to a norm.
    ///
    /// @param maxNorm largest Euclidean norm of the gradient, > 0
    record ClipUpdate(double maxNorm) implements Decision {
        @Override
        public String name() {
            return "clip-update";
        }
    }

    /// Goes back to the newest healthy checkpoint that is not younger than the trouble.
    ///
    /// @param notAfter      the checkpoint's step must be at most this: the step before the trouble began
    /// @param skipFromStep  data consumed by the steps from this one ...
    /// @param skipToStep    ... to this one, both included, is left out when the run comes there again; none when
    ///                      smaller than `skipFromStep`
    record Rollback(long notAfter, long skipFromStep, long skipToStep) implements Decision {
        @Override
        public String name() {
            return "rollback";
        }
    }

    /// Raises the learning rate from a share of its value back to all of it, linearly.
    ///
    /// @param steps how many steps it takes, >= 1
    /// @param floor share at the first step, in [0, 1)
    record Rewarm(long steps, double floor) implements Decision {
        @Override
        public String name() {
            return "rewarm";
        }
    }

    /// Multiplies the learning rate from now on.
    ///
    /// @param factor in (0, 1)
    record ReduceLr(double factor) implements Decision {
        @Override
        public String name() {
            return "reduce-lr";
        }
    }

    /// Multiplies the optimizer's moments; 0 forgets them and their step counts.
    ///
    /// @param keep share that stays, in [0, 1)
    record ResetMoments(double keep) implements Decision {
        @Override
        public String name() {
            return "reset-moments";
        }
    }

    /// Computes a module in full precision from now on.
    ///
    /// @param module full name of the module; empty for the whole model
    record RaisePrecision(String module) implements Decision {
        @Override
        public String name() {
            return "raise-precision";
        }
    }

    /// Ends the run with a verdict.
    ///
    /// @param reason one sentence
    record Halt(String reason) implements Decision {
        @Override
        public String name() {
            return "halt";
        }
    }
}
