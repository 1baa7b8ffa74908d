package io.evenkeel.detect.bench;

import io.evenkeel.metric.Readings;
import io.evenkeel.metric.SeriesNames;

/// Rules for loss spikes that training programs ship, re-implemented from their behaviour as comparison. A value that
/// is not finite is an alarm of every rule and, to be fair to them, enters no window, although some of them let it in.
final class PublishedRules {
    private PublishedRules() {}

    /// Loss or gradient norm beyond six standard deviations of the last points.
    static AlarmRule sixSigma(int window) {
        return eitherOf(new Sigma(SeriesNames.LOSS, window), new Sigma(SeriesNames.GRAD_NORM, window));
    }

    /// The same of the loss alone.
    static AlarmRule sixSigmaOfLoss(int window) {
        return new Sigma(SeriesNames.LOSS, window);
    }

    private static AlarmRule eitherOf(AlarmRule a, AlarmRule b) {
        // Both must see every point.
        return readings -> a.alarms(readings) | b.alarms(readings);
    }

    /// OLMo-core's stability monitor: population standard deviation over a full window of the values before;
    /// strictly beyond; never with a deviation below 1e-10; alarms enter the window.
    private static final class Sigma implements AlarmRule {
        private static final double SIGMAS = 6;
        private static final double LEAST_SIGMA = 1e-10;
        private final String series;
        private final Ring values;

        Sigma(String series, int window) {
            this.series = series;
            this.values = new Ring(window);
        }

        @Override
        public boolean alarms(Readings readings) {
            double value = readings.get(series);
            if (!Double.isFinite(value)) {
                return readings.has(series);
            }
            var alarm = false;
            if (values.isFull()) {
                double mean = values.mean();
                double sigma = values.deviation(mean);
                alarm = sigma >= LEAST_SIGMA && value - mean > SIGMAS * sigma;
            }
            values.add(value);
            return alarm;
        }
    }

    /// Loss above `ratio` times its exponentially weighted mean, which keeps `keep` of itself at each point and is
    /// moved by alarms too.
    static AlarmRule ratioToWeightedMean(double ratio, double keep) {
        return new AlarmRule() {
            private double mean = Double.NaN;

            @Override
            public boolean alarms(Readings readings) {
                double loss = readings.get(SeriesNames.LOSS);
                if (!Double.isFinite(loss)) {
                    return readings.has(SeriesNames.LOSS);
                }
                boolean alarm = loss > ratio * mean;
                mean = Double.isNaN(mean) ? loss : keep * mean + (1 - keep) * loss;
                return alarm;
            }
        };
    }

    /// LLM Foundry's KillLossSpike: more than `patience` losses in a row at or above `multiple` times the mean of a
    /// full window of the losses before, alarms included.
    static AlarmRule windowedMean(double multiple, int window, int patience) {
        return new AlarmRule() {
            private final Ring values = new Ring(window);
            private int outliers;

            @Override
            public boolean alarms(Readings readings) {
                double loss = readings.get(SeriesNames.LOSS);
                if (!Double.isFinite(loss)) {
                    return readings.has(SeriesNames.LOSS);
                }
                if (values.isFull()) {
                    outliers = loss >= multiple * values.mean() ? outliers + 1 : 0;
                }
                values.add(loss);
                return outliers > patience;
            }
        };
    }

    /// Lightning's SpikeDetection: a loss that exceeds the mean of the last `window` losses without alarms by at
    /// least
    /// `tolerance` times that mean, from the second loss on.
    static AlarmRule relativeTolerance(double tolerance, int window) {
        return multipleOfMean(1 + tolerance, window);
    }

    /// The same read as a multiple: a loss of at least `multiple` times that mean.
    static AlarmRule multipleOfMean(double multiple, int window) {
        return new AlarmRule() {
            private final Ring values = new Ring(window);

            @Override
            public boolean alarms(Readings readings) {
                double loss = readings.get(SeriesNames.LOSS);
                if (!Double.isFinite(loss)) {
                    return readings.has(SeriesNames.LOSS);
                }
                if (!values.isEmpty()) {
                    double mean = values.mean();
                    if (loss > mean && loss - mean >= Math.abs((multiple - 1) * mean)) {
                        return true;
                    }
                }
                values.add(loss);
                return false;
            }
        };
    }

    /// Megatron-LM's test for unexpectedly large results: a loss of at least `multiple` times the largest of the
    /// first
    /// `samples`.
    static AlarmRule earlyMaximum(double multiple, int samples) {
        return new AlarmRule() {
            private double max;
            private int seen;

            @Override
            public boolean alarms(Readings readings) {
                double loss = Math.abs(readings.get(SeriesNames.LOSS));
                if (!Double.isFinite(loss)) {
                    return readings.has(SeriesNames.LOSS);
                }
                if (seen < samples) {
                    max = Math.max(max, loss);
                    seen++;
                    return false;
                }
                return loss >= multiple * max;
            }
        };
    }

    /// The last values, without boxes: every point of every run goes through each rule.
    private static final class Ring {
        private final double[] values;
        private int size;
        private int next;

        Ring(int capacity) {
            values = new double[capacity];
        }

        void add(double value) {
            values[next] = value;
            next = (next + 1) % values.length;
            size = Math.min(size + 1, values.length);
        }

        boolean isEmpty() {
            return size == 0;
        }

        boolean isFull() {
            return size == values.length;
        }

        double mean() {
            var sum = 0.0;
            for (var i = 0; i < size; i++) {
                sum += values[i];
            }
            return sum / size;
        }

        /// Population standard deviation.
        double deviation(double mean) {
            var squares = 0.0;
            for (var i = 0; i < size; i++) {
                squares += (values[i] - mean) * (values[i] - mean);
            }
            return Math.sqrt(squares / size);
        }
    }
}
