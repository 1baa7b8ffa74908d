package io.evenkeel.loss;

/// A penalty on the scale of the output logits `y`, which the cross-entropy leaves free.
public sealed interface ZLoss {
    /// No penalty.
    record None() implements ZLoss {}

    /// `coefficient mean((log sum exp y)^2)`
    ///
    /// @param coefficient  weight of the term
    /// @param countIgnored whether positions without a target count in the divisor of the mean; they never count in
    /// its
    ///                     sum
    /// @paper P40 coefficient 1e-4
    /// @paper P03 coefficient 1e-5
    record LogZSquared(double coefficient, boolean countIgnored) implements ZLoss {
        public LogZSquared {
            checked(coefficient);
        }

        public static LogZSquared defaults() {
            return new LogZSquared(1e-4, false);
        }
    }

    /// `coefficient mean((max y)^2)`, the largest logit in place of log Z
    ///
    /// @param coefficient  weight of the term
    /// @param countIgnored as in [LogZSquared]
    /// @paper P12 coefficient 2e-4, ignored positions counted
    record MaxZ(double coefficient, boolean countIgnored) implements ZLoss {
        public MaxZ {
            checked(coefficient);
        }

        public static MaxZ defaults() {
            return new MaxZ(2e-4, true);
        }
    }

    private static void checked(double coefficient) {
        if (!(coefficient >= 0)) {
            throw new IllegalArgumentException("coefficient must be >= 0 but was " + coefficient);
        }
    }
}
