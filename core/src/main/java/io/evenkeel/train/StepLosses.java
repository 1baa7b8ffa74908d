package io.evenkeel.train;

import io.evenkeel.metric.Readings;
import io.evenkeel.metric.SeriesNames;
import java.util.LinkedHashMap;
import java.util.Map;

/// The mean losses of a step over its micro-batches, nats.
///
/// @param total        what was differentiated
/// @param crossEntropy the part that predicts
/// @param zLoss        the part that keeps log Z small; 0 where there is none
record StepLosses(double total, double crossEntropy, double zLoss) {
    static final StepLosses ZERO = new StepLosses(0, 0, 0);

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
