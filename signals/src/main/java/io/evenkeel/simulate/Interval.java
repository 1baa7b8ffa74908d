package io.evenkeel.simulate;

/// How much training lies between two checkpoints.
public sealed interface Interval {
    /// The interval in seconds of training.
    ///
    /// @param cost how long a checkpoint stops training
    /// @param mtbf mean time between failures that lead back to a checkpoint
    double seconds(double cost, double mtbf);

    /// Always the same.
    ///
    /// @param seconds > 0
    record Fixed(double seconds) implements Interval {
        public Fixed {
            if (!(seconds > 0)) {
                throw new IllegalArgumentException("seconds must be > 0 but was " + seconds);
            }
        }

        public static Fixed defaults() {
            return new Fixed(1800);
        }

        @Override
        public double seconds(double cost, double mtbf) {
            return seconds;
        }
    }

    /// `sqrt(2 C M)` (Young, "A first order approximation to the optimum checkpoint interval", CACM 1974).
    record Young() implements Interval {
        public static Young defaults() {
            return new Young();
        }

        @Override
        public double seconds(double cost, double mtbf) {
            return Math.sqrt(2 * cost * mtbf);
        }
    }

    /// `sqrt(2 C M) (1 + sqrt(C / 2M) / 3 + (C / 2M) / 9) - C` for `C < 2M`, else `M` (Daly, "A higher order
    /// estimate
    /// of the optimum checkpoint interval for restart dumps", FGCS 2006).
    record Daly() implements Interval {
        public static Daly defaults() {
            return new Daly();
        }

        @Override
        public double seconds(double cost, double mtbf) {
            if (cost >= 2 * mtbf) {
                return mtbf;
            }
            var ratio = cost / (2 * mtbf);
            return Math.sqrt(2 * cost * mtbf) * (1 + Math.sqrt(ratio) / 3 + ratio / 9) - cost;
        }
    }

    /// The expected share of the time that survives as training when failures are exponential, may also hit
    /// checkpoints
    /// and restarts, and are seen at once: `tau / (M e^(R/M) (e^((tau + C)/M) - 1))` (Daly 2006, his complete
    /// model).
    ///
    /// @param seconds training between checkpoints, `tau`
    /// @param cost    how long a checkpoint stops training, `C`
    /// @param restart how long a restart takes, `R`
    /// @param mtbf    mean time between failures of the job, `M`
    static double expectedRatio(double seconds, double cost, double restart, double mtbf) {
        return seconds / (mtbf * Math.exp(restart / mtbf) * Math.expm1((seconds + cost) / mtbf));
    }
}
