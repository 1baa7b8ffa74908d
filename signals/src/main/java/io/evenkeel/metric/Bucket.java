package io.evenkeel.metric;

/// What is kept of the points of a series between two steps: enough to draw them on one column of pixels without
/// losing an extreme (Jugel et al., "M4: a visualization-oriented time series data aggregation", VLDB 2014).
///
/// `first`, `last`, `min`, `max` and `sum` are over the finite values; without one they are NaN (the sum 0) and their
/// steps -1.
///
/// @param step0          step of the first point of any value
/// @param step1          step of the last point of any value
/// @param n              how many points, of any value
/// @param nonFinite      how many of them are NaN or infinite
/// @param firstNonFinite step of the first that is, -1 when none
public record Bucket(
        long step0,
        long step1,
        long n,
        long nonFinite,
        long firstNonFinite,
        long firstStep,
        double first,
        long lastStep,
        double last,
        long minStep,
        double min,
        long maxStep,
        double max,
        double sum) {
    /// The mean of the finite values, NaN without one.
    public double mean() {
        return sum / (n - nonFinite);
    }

    /// Gathers points and buckets that come in the order of their steps.
    static final class Builder {
        private long step0;
        private long step1;
        private long n;
        private long nonFinite;
        private long firstNonFinite = -1;
        private long firstStep = -1;
        private double first = Double.NaN;
        private long lastStep = -1;
        private double last = Double.NaN;
        private long minStep = -1;
        private double min = Double.NaN;
        private long maxStep = -1;
        private double max = Double.NaN;
        private double sum;

        long size() {
            return n;
        }

        Builder add(long step, double value) {
            if (n++ == 0) {
                step0 = step;
            }
            step1 = step;
            if (!Double.isFinite(value)) {
                if (nonFinite++ == 0) {
                    firstNonFinite = step;
                }
                return this;
            }
            if (firstStep < 0) {
                firstStep = step;
                first = value;
            }
            lastStep = step;
            last = value;
            extremes(step, value, step, value);
            sum += value;
            return this;
        }

        Builder add(Bucket other) {
            if (n == 0) {
                step0 = other.step0;
            }
            step1 = other.step1;
            if (nonFinite == 0) {
                firstNonFinite = other.firstNonFinite;
            }
            n += other.n;
            nonFinite += other.nonFinite;
            if (other.firstStep >= 0) {
                if (firstStep < 0) {
                    firstStep = other.firstStep;
                    first = other.first;
                }
                lastStep = other.lastStep;
                last = other.last;
                extremes(other.minStep, other.min, other.maxStep, other.max);
                sum += other.sum;
            }
            return this;
        }

        /// Of equal extremes the first stays.
        private void extremes(long lowStep, double low, long highStep, double high) {
            if (minStep < 0 || low < min) {
                minStep = lowStep;
                min = low;
            }
            if (maxStep < 0 || high > max) {
                maxStep = highStep;
                max = high;
            }
        }

        Bucket build() {
            return new Bucket(
                    step0,
                    step1,
                    n,
                    nonFinite,
                    firstNonFinite,
                    firstStep,
                    first,
                    lastStep,
                    last,
                    minStep,
                    min,
                    maxStep,
                    max,
                    sum);
        }
    }
}
