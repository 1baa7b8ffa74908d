package io.evenkeel.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A configuration with every kind of component, in the shape of the product's own.
record TestConfig(
        Model model,
        Data data,
        Optimizer optimizer,
        Train train,
        Guard guard,
        Map<String, Cadence> probes,
        @Nullable Cadence best) {

    static TestConfig defaults() {
        return new TestConfig(
                Mlp.Config.defaults(),
                new Data("bundled", Path.of("data/text"), List.of(List.of(1L, 2L))),
                Optimizer.defaults(),
                new Train(600, 1, 0.5, true, Precision.FP32, null, null),
                new Guard(List.of(new Rung(List.of(new Action.SkipStep()), 3)), Set.of(Kind.LOSS_SPIKE)),
                Map.of("loss", new Cadence(10)),
                null);
    }

    sealed interface Model {}

    static final class Mlp {
        record Config(@Doc("channels, >= 1") int width, double dropout, Norm norm) implements Model {
            Config {
                if (width < 1) {
                    throw new IllegalArgumentException("width must be >= 1 but was " + width);
                }
            }

            static Config defaults() {
                return new Config(128, 0.1, new Norm.Rms(1e-6));
            }
        }
    }

    static final class Recurrent {
        record Config(int width, int windowSize) implements Model {
            static Config defaults() {
                return new Config(64, 4);
            }
        }
    }

    sealed interface Norm {
        record None() implements Norm {}

        record Rms(double epsilon) implements Norm {
            static Rms defaults() {
                return new Rms(1e-6);
            }
        }

        /// A choice that holds another of its own kind.
        record Scaled(double scale, Norm inner) implements Norm {
            static Scaled defaults() {
                return new Scaled(1, new None());
            }
        }
    }

    record Data(String source, Path cache, List<List<Long>> shapes) {}

    record Optimizer(
            @Inline Rule rule,
            @Doc("peak, > 0") double lr,
            @Inline Decay decay,
            List<Group> groups) {
        Optimizer {
            if (!(lr > 0)) {
                throw new IllegalArgumentException("lr must be > 0 but was " + lr);
            }
        }

        static Optimizer defaults() {
            return new Optimizer(
                    new Rule.AdamW(List.of(0.9, 0.95), 1e-8),
                    3e-4,
                    new Decay(0.1, true),
                    List.of(new Group("norm.*", 1)));
        }
    }

    record Decay(double weightDecay, boolean independentDecay) {}

    record Group(String match, double scale) {
        static Group defaults() {
            return new Group("*", 1);
        }
    }

    sealed interface Rule {
        @Named("adamw")
        record AdamW(List<Double> betas, double epsilon) implements Rule {
            public AdamW {
                if (betas.size() != 2) {
                    throw new IllegalArgumentException("betas must be two numbers but was " + betas);
                }
            }

            static AdamW defaults() {
                return new AdamW(List.of(0.9, 0.999), 1e-8);
            }
        }

        record Sgd(double momentum) implements Rule {
            static Sgd defaults() {
                return new Sgd(0.9);
            }
        }

        record SignDescent() implements Rule {}
    }

    record Train(
            long steps,
            int threads,
            double share,
            boolean shuffle,
            Precision precision,
            @Nullable Duration timeLimit,
            @Nullable String note) {
        Train {
            if (timeLimit != null && timeLimit.isZero()) {
                throw new IllegalArgumentException("timeLimit must be > 0 but was " + timeLimit);
            }
            if (steps < threads) {
                throw new IllegalArgumentException("fewer steps than threads");
            }
        }
    }

    enum Precision {
        FP32,
        BF16,
        @Named("fp8-mixed")
        EIGHT_BITS,
        OUTPUT_ONLY
    }

    record Guard(List<Rung> ladder, Set<Kind> actOn) {}

    record Rung(List<Action> actions, int attempts) {}

    sealed interface Action {
        record SkipStep() implements Action {}

        record Rollback(long skipLeadSteps, double factor) implements Action {
            static Rollback defaults() {
                return new Rollback(1, 0.5);
            }
        }
    }

    enum Kind {
        NON_FINITE,
        LOSS_SPIKE
    }

    record Cadence(long everySteps) {}
}
