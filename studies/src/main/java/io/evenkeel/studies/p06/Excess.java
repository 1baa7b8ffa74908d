package io.evenkeel.studies.p06;

import java.util.Arrays;

/// The loss of a run over that of another one, step by step.
final class Excess {
    /// Steps after an interrupt that are looked at.
    static final int WINDOW = 50;

    private static final int SMOOTH = 5;
    private static final double RECOVERED = 0.01;

    private Excess() {}

    /// The difference, each step the mean of the last five, or as many as there are.
    static double[] of(double[] losses, double[] reference) {
        var excess = new double[Math.min(losses.length, reference.length)];
        for (var i = 0; i < excess.length; i++) {
            var from = Math.max(0, i - SMOOTH + 1);
            var sum = 0.0;
            for (var k = from; k <= i; k++) {
                sum += losses[k] - reference[k];
            }
            excess[i] = sum / (i - from + 1);
        }
        return excess;
    }

    /// The largest one.
    static double bump(double[] excess) {
        return Arrays.stream(excess).limit(WINDOW).max().orElse(Double.NaN);
    }

    /// Steps until it stays below 0.01 nats.
    static double recovery(double[] excess) {
        for (var i = excess.length - 1; i >= 0; i--) {
            if (!(excess[i] < RECOVERED)) {
                return i + 1.0;
            }
        }
        return 0;
    }

    /// Its sum.
    static double area(double[] excess) {
        return Arrays.stream(excess).limit(WINDOW).sum();
    }
}
