package io.evenkeel.statistic;

/// The share of a series' values that lie far from its rolling mean: how spiky a loss or a gradient norm is.
///
/// A value counts when it is at least `sigmas` standard deviations (of the population) away from the mean of up to
/// `window` values before it, of which there must be [#LEAST]; where they are all equal nothing counts. A value that is
/// not finite counts and does not enter the window.
///
/// @param spikes values that count
/// @param values all of them
/// @paper P03 window 1,000 and 7 standard deviations (unverified)
public record SpikeScore(int spikes, int values) {
    /// Values that must have gone before.
    public static final int LEAST = 10;

    /// With the published window and factor.
    public static SpikeScore of(double... series) {
        return of(series, 1_000, 7);
    }

    /// @param window values that a value is compared with at most, `>= LEAST`
    /// @param sigmas standard deviations from which it counts, > 0
    public static SpikeScore of(double[] series, int window, double sigmas) {
        if (window < LEAST || !(sigmas > 0)) {
            throw new IllegalArgumentException(
                    "window must be >= " + LEAST + " and sigmas > 0 but were " + window + " and " + sigmas);
        }
        var before = new SlidingWindow(window);
        var spikes = 0;
        for (var value : series) {
            if (!Double.isFinite(value)) {
                spikes++;
                continue;
            }
            if (before.size() >= LEAST) {
                var values = before.values();
                var mean = 0.0;
                for (var each : values) {
                    mean += each / values.length;
                }
                var variance = 0.0;
                for (var each : values) {
                    variance += (each - mean) * (each - mean) / values.length;
                }
                spikes += variance > 0 && Math.abs(value - mean) >= sigmas * Math.sqrt(variance) ? 1 : 0;
            }
            before.add(value);
        }
        return new SpikeScore(spikes, series.length);
    }

    /// Percent of the values; NaN without values.
    public double percent() {
        return values == 0 ? Double.NaN : 100.0 * spikes / values;
    }
}
