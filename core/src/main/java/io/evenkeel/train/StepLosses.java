package io.evenkeel.train;

import io.evenkeel.loss.LanguageModelLoss.Terms;
import io.evenkeel.metric.Readings;
import io.evenkeel.metric.SeriesNames;
import io.evenkeel.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;

/// The mean losses of a step over its micro-batches, nats.
///
/// @param total        what was differentiated
/// @param crossEntropy the part that predicts
/// @param zLoss        the part that keeps log Z small; 0 where there is none
record StepLosses(double total, double crossEntropy, double zLoss) {
    static final StepLosses ZERO = new StepLosses(0, 0, 0);

    /// @param total what is differentiated, which an injected fault may have changed
    static StepLosses of(Tensor total, Terms terms) {
        var zLoss = terms.zLoss();
        return new StepLosses(total.item(), terms.crossEntropy().item(), zLoss == null ? 0 : zLoss.item());
    }

    StepLosses plus(StepLosses other, double weight) {
        return new StepLosses(
                total + weight * other.total, crossEntropy + weight * other.crossEntropy, zLoss + weight * other.zLoss);
    }

    Map<String, Double> byName() {
        var losses = new LinkedHashMap<String, Double>();
        losses.put(SeriesNames.LOSS, total);
        if (zLoss != 0) {
            losses.put(SeriesNames.CROSS_ENTROPY, crossEntropy);
            losses.put(SeriesNames.Z_LOSS, zLoss);
        }
        return losses;
    }

    void addTo(Readings readings) {
        byName().forEach(readings::put);
    }
}
