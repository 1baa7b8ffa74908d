package io.evenkeel.detect;

import io.evenkeel.metric.SeriesNames;

/// Attention logits that grow until attention is one-hot: over the whole model and by layer.
///
/// - `WATCH`: the logit would reach the upper bound before the run is twice as old, or is above the lower one
/// - `DAMAGED`: above the upper bound
///
/// @paper P40 all runs whose largest logit passed 1e4 diverged; the loss suffers from about 1e3 on
public final class LogitGrowth extends Growth {
    /// @param watch       lower bound, > 0
    /// @param damaged     upper bound, > watch
    /// @param persistence points in a row that it takes to speak, >= 1
    public record Config(double watch, double damaged, int persistence) {
        public Config {
            Bounds.above("watch", watch, 0);
            Bounds.above("damaged", damaged, watch);
            Bounds.atLeast("persistence", persistence, 1);
        }

        /// 1e3 and 1e4 (P40), 3 points (unverified).
        public static Config defaults() {
            return new Config(1e3, 1e4, 3);
        }
    }

    public LogitGrowth(Config config) {
        super(EventKind.LOGIT_GROWTH, config.watch(), config.damaged(), config.persistence());
    }

    @Override
    boolean reads(String series) {
        return isOrUnder(series, SeriesNames.MAX_ATTENTION_LOGIT);
    }
}
