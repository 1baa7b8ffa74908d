package io.evenkeel.schedule;

import io.evenkeel.InputException;
import io.evenkeel.config.Named;
import java.util.ArrayList;
import java.util.List;

/// Warm-up, stable, decay (with [Warmup] in front): 1, then down to the floor at the end of each segment, then back to
/// 1, at once or over a re-warm-up, from the weights that the decay has reached. With one segment this is WSD, with
/// several WSD-S: each end delivers a checkpoint of its budget, and one run serves all of them.
///
/// @paper P61 WSD-S: stable until `T_i - D_i`, decay until `T_i`, then the peak again
/// @param segments in order, ends ascending
/// @param shape    of every decay
/// @param floor    factor at the end of every decay, in [0, 1]; `> 0` for [Decay.Shape#INVERSE]
public record Wsd(List<Segment> segments, Decay.Shape shape, double floor) implements Schedule {
    /// A stretch of updates that ends decayed.
    ///
    /// @param end    number of its last update
    /// @param rewarm updates at its start from where the segment before it ended up to 1, `>= 0`; 0 in the first
    /// @param decay  updates at its end from 1 down to the floor, `>= 0`; with 0 it stays at 1
    public record Segment(long end, long rewarm, long decay) {
        public Segment {
            Checks.atLeast(1, "end", end);
            Checks.atLeast(0, "rewarm", rewarm);
            Checks.atLeast(0, "decay", decay);
        }
    }

    public Wsd {
        segments = List.copyOf(segments);
        if (segments.isEmpty() || segments.getFirst().rewarm() != 0) {
            throw new IllegalArgumentException(
                    "segments must begin with one without rewarm (that is Warmup) but were " + segments);
        }
        shape.checkFloor(floor);
        var start = 0L;
        for (var segment : segments) {
            if (segment.rewarm() + segment.decay() > segment.end() - start) {
                throw new IllegalArgumentException(
                        "segments must have room for rewarm and decay but one from update " + start + " is " + segment);
            }
            start = segment.end();
        }
    }

    /// In one segment the decay may take all that the warm-up leaves: `decayFraction` 1 with the cosine shape is
    /// the
    /// cyclic cosine.
    ///
    /// @param budgets       ascending numbers of updates at which a decay ends; the last is the run's. Empty for
    /// the end
    ///                      of the run alone
    /// @param decayFraction share of its segment (from one budget to the next) that a decay takes, in [0, 1], as
    /// far as
    ///                      warm-up or re-warm-up leave room
    /// @param shape         of the decays
    /// @param floor         factor at the end of a decay, in [0, 1]; `> 0` for inverse
    /// @param rewarmupSteps updates after a budget until the factor is 1 again, `>= 0`; 0 goes back at once
    @Named("wsd")
    public record Config(List<Long> budgets, double decayFraction, Decay.Shape shape, double floor, long rewarmupSteps)
            implements Course {
        public Config {
            budgets = List.copyOf(budgets);
            var last = 0L;
            for (var budget : budgets) {
                if (budget <= last) {
                    throw new IllegalArgumentException("budgets must be >= 1 and ascending but were " + budgets);
                }
                last = budget;
            }
            if (!(decayFraction >= 0 && decayFraction <= 1)) {
                throw new IllegalArgumentException("decayFraction must be in [0, 1] but was " + decayFraction);
            }
            shape.checkFloor(floor);
            Checks.atLeast(0, "rewarmupSteps", rewarmupSteps);
        }

        /// A tenth of the segment, down to a tenth of the peak (unverified for the paper's runs).
        public static Config defaults() {
            return new Config(List.of(), 0.1, Decay.Shape.INVERSE, 0.1, 0);
        }

        @Override
        public Schedule build(long warmupSteps, long totalSteps) {
            var ends = budgets.isEmpty() ? List.of(totalSteps) : budgets;
            if (ends.getLast() != totalSteps) {
                throw new InputException(
                        "schedule.budgets must end at " + totalSteps + ", the steps of the run, but were " + budgets);
            }
            var segments = new ArrayList<Segment>();
            var start = 0L;
            for (var end : ends) {
                var length = end - start;
                var first = segments.isEmpty();
                var warm = first ? warmupSteps : rewarmupSteps;
                if (warm > length) {
                    throw new InputException("schedule." + (first ? "warmupSteps" : "rewarmupSteps") + " must be <= "
                            + length + ", the updates from " + start + " to budget " + end + ", but was " + warm);
                }
                var decay = Math.min(Math.round(decayFraction * length), length - warm);
                segments.add(new Segment(end, first ? 0 : warm, decay));
                start = end;
            }
            return new Wsd(segments, shape, floor);
        }
    }

    /// Behind the last segment it stays where that ended.
    @Override
    public double factor(long step) {
        var t = step + 1;
        var start = 0L;
        var reached = 1.0; // at the end of the segment before
        for (var segment : segments) {
            if (t <= segment.end()) {
                var k = t - start;
                return k < segment.rewarm() ? reached + (1 - reached) * k / segment.rewarm() : decayed(segment, step);
            }
            start = segment.end();
            reached = decayed(segment, start - 1);
        }
        return reached;
    }

    private double decayed(Segment segment, long step) {
        return new Decay(shape, segment.end() - segment.decay(), segment.decay(), floor).factor(step);
    }
}
