package io.evenkeel.guard;

import java.util.List;
import java.util.Locale;

/// The escalation ladder: what is tried first, and what next when that did not help.
///
/// @param rungs in order; above the last one the run is halted
public record Ladder(List<Rung> rungs) {
    public Ladder {
        if (rungs.isEmpty()) {
            throw new IllegalArgumentException("rungs must hold at least one rung but was empty");
        }
        rungs = List.copyOf(rungs);
    }

    /// Skip the step, as long as the weights are sound; when they were hurt from one step to the next, do the last
    /// steps again, since the fault may have been the machine's; then roll back past the data that led there and
    /// re-warm; then also at half the learning rate; then also with fresh moments and full precision.
    public static Ladder defaults() {
        return new Ladder(List.of(
                new Rung(List.of(new Action.SkipStep()), 16),
                new Rung(List.of(new Action.Redo()), 1),
                new Rung(List.of(new Action.Rollback(1), new Action.Rewarm(20, 0.1)), 2),
                new Rung(List.of(new Action.Rollback(8), new Action.Rewarm(40, 0.05), new Action.ReduceLr(0.5)), 2),
                new Rung(
                        List.of(
                                new Action.Rollback(32),
                                new Action.Rewarm(80, 0.0),
                                new Action.ReduceLr(0.5),
                                new Action.ResetMoments(0),
                                new Action.RaisePrecision()),
                        1)));
    }

    /// One rung.
    ///
    /// @param actions  carried out together, in order
    /// @param attempts how often it is tried before the next rung, >= 1
    public record Rung(List<Action> actions, int attempts) {
        public Rung {
            if (actions.isEmpty()) {
                throw new IllegalArgumentException("actions must hold at least one action but was empty");
            }
            if (attempts < 1) {
                throw new IllegalArgumentException("attempts must be >= 1 but was " + attempts);
            }
            actions = List.copyOf(actions);
        }

        public static Rung defaults() {
            return new Rung(List.of(new Action.SkipStep()), 1);
        }

        /// Whether it changes only the step at hand, which cannot undo what earlier updates did.
        boolean onlyThisStep() {
            return actions.stream()
                    .allMatch(action -> action instanceof Action.SkipStep || action instanceof Action.ClipUpdate);
        }

        boolean rollsBack() {
            return redoes() || actions.stream().anyMatch(action -> action instanceof Action.Rollback);
        }

        /// Whether it does the same steps again.
        boolean redoes() {
            return actions.stream().anyMatch(action -> action instanceof Action.Redo);
        }
    }

    /// A [Decision] in general terms, as configuration names it.
    public sealed interface Action {
        /// The name in configuration and reports, such as `skip-step`.
        default String name() {
            return getClass()
                    .getSimpleName()
                    .replaceAll("(?<=[a-z])(?=[A-Z])", "-")
                    .toLowerCase(Locale.ROOT);
        }

        /// See [Decision.SkipStep].
        record SkipStep() implements Action {
            public static SkipStep defaults() {
                return new SkipStep();
            }
        }

        /// See [Decision.ClipUpdate].
        ///
        /// @param timesMedian the largest gradient norm, in medians of the recent past, > 0
        record ClipUpdate(double timesMedian) implements Action {
            public ClipUpdate {
                if (!(timesMedian > 0)) {
                    throw new IllegalArgumentException("timesMedian must be > 0 but was " + timesMedian);
                }
            }

            public static ClipUpdate defaults() {
                return new ClipUpdate(1);
            }
        }

        /// See [Decision.Rollback]: the same steps on the same data again. Helps where the machine made a
        /// mistake, so it is only tried when weights were hurt from one step to the next.
        record Redo() implements Action {
            public static Redo defaults() {
                return new Redo();
            }
        }

        /// See [Decision.Rollback].
        ///
        /// @param skipLeadSteps steps before the trouble whose data is left out too, >= 0; -1 leaves no data
        /// out
        record Rollback(long skipLeadSteps) implements Action {
            public Rollback {
                if (skipLeadSteps < -1) {
                    throw new IllegalArgumentException("skipLeadSteps must be >= -1 but was " + skipLeadSteps);
                }
            }

            public static Rollback defaults() {
                return new Rollback(1);
            }
        }

        /// See [Decision.Rewarm].
        record Rewarm(long steps, double floor) implements Action {
            public Rewarm {
                if (steps < 1) {
                    throw new IllegalArgumentException("steps must be >= 1 but was " + steps);
                }
                if (!(floor >= 0 && floor < 1)) {
                    throw new IllegalArgumentException("floor must be in [0, 1) but was " + floor);
                }
            }

            public static Rewarm defaults() {
                return new Rewarm(20, 0.1);
            }
        }

        /// See [Decision.ReduceLr].
        record ReduceLr(double factor) implements Action {
            public ReduceLr {
                if (!(factor > 0 && factor < 1)) {
                    throw new IllegalArgumentException("factor must be in (0, 1) but was " + factor);
                }
            }

            public static ReduceLr defaults() {
                return new ReduceLr(0.5);
            }
        }

        /// See [Decision.ResetMoments].
        record ResetMoments(double keep) implements Action {
            public ResetMoments {
                if (!(keep >= 0 && keep < 1)) {
                    throw new IllegalArgumentException("keep must be in [0, 1) but was " + keep);
                }
            }

            public static ResetMoments defaults() {
                return new ResetMoments(0);
            }
        }

        /// See [Decision.RaisePrecision]: the module that the event names, or the whole model.
        record RaisePrecision() implements Action {
            public static RaisePrecision defaults() {
                return new RaisePrecision();
            }
        }

        /// See [Decision.Halt].
        record Halt() implements Action {
            public static Halt defaults() {
                return new Halt();
            }
        }
    }
}
