package io.evenkeel.detect;

import io.evenkeel.metric.SeriesNames;

/// Output logits that drift away together, which cross-entropy does not see: `log Z` far from 0.
///
/// - `WATCH`: `|log Z|` would reach the upper bound before the run is twice as old, or is above the lower one
/// - `DAMAGED`: above the upper bound
///
/// @paper P40 output logits drift to large negative values without weight decay or z-loss
public final class OutputLogitDrift extends Growth {
    /// @param watch       lower bound, > 0
    /// @param damaged     upper bound, > watch
    /// @param persistence points in a row that it takes to speak, >= 1
    public record Config(double watch, double damaged, int persistence) {
        public Config {
            Bounds.above("watch", watch, 0);
            Bounds.above("damaged", damaged, watch);
            Bounds.atLeast("persistence", persistence, 1);
        }

        /// 32, three times the logarithm of a large vocabulary (unverified); 128, from where bfloat16 cannot
        /// tell logits that are less than 1 apart; 3 points (unverified).
        public static Config defaults() {
            return new Config(32, 128, 3);
        }
    }

    public OutputLogitDrift(Config config) {
        super(EventKind.OUTPUT_LOGIT_DRIFT, config.watch(), config.damaged(), config.persistence());
    }

    @Override
    boolean reads(String series) {
        return isOrUnder(series, SeriesNames.LOG_Z);
    }
}
