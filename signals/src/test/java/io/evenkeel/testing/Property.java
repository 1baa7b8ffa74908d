package io.evenkeel.testing;

import io.evenkeel.random.RandomStream;

/// Properties checked on many random cases. Case `i` draws everything from the stream of seed `i`, so every run checks
/// the same cases and a failure names the one number that repeats it.
///
/// `-Devenkeel.seed=17` checks only case 17; `-Devenkeel.cases=100000` checks that many.
public final class Property {
    private Property() {}

    /// What must hold in one case: it draws its input from `random` and throws when it does not hold.
    @FunctionalInterface
    public interface Case {
        void check(RandomStream random) throws Exception;
    }

    /// Checks cases 0 to `cases - 1`.
    ///
    /// @throws AssertionError naming the first failing case, with the failure as its cause
    public static void check(int cases, Case property) {
        var only = Long.getLong("evenkeel.seed");
        if (only != null) {
            checkOne(only, property);
            return;
        }
        var all = Long.getLong("evenkeel.cases", cases);
        for (var seed = 0L; seed < all; seed++) {
            checkOne(seed, property);
        }
    }

    @SuppressWarnings("CatchingUnchecked") // the cause is kept, whatever it is
    private static void checkOne(long seed, Case property) {
        try {
            property.check(RandomStream.of(seed, "property"));
        } catch (Throwable failure) {
            throw new AssertionError(
                    "case " + seed + " fails (repeat it with -Devenkeel.seed=" + seed + "): " + failure.getMessage(),
                    failure);
        }
    }
}
