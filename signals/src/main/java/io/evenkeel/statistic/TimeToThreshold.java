package io.evenkeel.statistic;

import java.util.Comparator;
import java.util.List;

/// How long until something is reached, from runs of which some ended before: the survival curve of Kaplan and Meier
/// (1958). A run that did not get there says only that it takes longer.
///
/// @param median time at which half have got there; infinite when fewer than half of the curve do
/// @param reached runs that got there
/// @param runs    all of them
public record TimeToThreshold(double median, int reached, int runs) {
    /// One run.
    ///
    /// @param time    when it got there, or when it ended without
    /// @param reached which of the two
    public record Observation(double time, boolean reached) {
        public Observation {
            if (!(time >= 0)) {
                throw new IllegalArgumentException("time must be >= 0 but was " + time);
            }
        }
    }

    /// The first step at which a series is at or below a threshold, or its last step.
    ///
    /// @param steps ascending
    public static Observation of(long[] steps, double[] values, double threshold) {
        for (var i = 0; i < steps.length; i++) {
            if (values[i] <= threshold) {
                return new Observation(steps[i], true);
            }
        }
        return new Observation(steps.length == 0 ? 0 : steps[steps.length - 1], false);
    }

    /// @throws IllegalArgumentException when there are none
    public static TimeToThreshold of(List<Observation> observations) {
        if (observations.isEmpty()) {
            throw new IllegalArgumentException("observations must be at least one but were none");
        }
        return new TimeToThreshold(
                median(observations),
                (int) observations.stream().filter(Observation::reached).count(),
                observations.size());
    }

    private static double median(List<Observation> observations) {
        // At the same time, those that got there come before those that ended.
        var ordered = observations.stream()
                .sorted(Comparator.comparingDouble(Observation::time).thenComparing(o -> !o.reached()))
                .toList();
        var remaining = 1.0;
        for (var i = 0; i < ordered.size(); i++) {
            if (ordered.get(i).reached()) {
                int atRisk = ordered.size() - i;
                remaining *= (atRisk - 1.0) / atRisk;
                if (remaining <= 0.5 + 1e-12) {
                    return ordered.get(i).time();
                }
            }
        }
        return Double.POSITIVE_INFINITY;
    }

    /// The values of a curve `[step, share that has not got there]` for a picture, in order.
    public static double[][] curve(List<Observation> observations) {
        var times = observations.stream()
                .filter(Observation::reached)
                .mapToDouble(Observation::time)
                .distinct()
                .sorted()
                .toArray();
        var curve = new double[times.length][];
        var remaining = 1.0;
        for (var i = 0; i < times.length; i++) {
            var time = times[i];
            var atRisk = observations.stream().filter(o -> o.time() >= time).count();
            var events = observations.stream()
                    .filter(o -> o.reached() && o.time() == time)
                    .count();
            remaining *= 1 - (double) events / atRisk;
            curve[i] = new double[] {time, remaining};
        }
        return curve;
    }
}
