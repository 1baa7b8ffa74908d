package io.evenkeel.detect;

import io.evenkeel.statistic.SlidingWindow;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// How much of its progress a run has lost, over several lengths of time.
///
/// For a length of `w` points the lost share is
///
///     level(w) = quantile (1 - within) of the last w losses      (that share of them lies above it)
///     best(w)  = lowest median over max(5, w / 2) losses, up to w points ago
///     lost(w)  = (level(w) - best(w)) / max(start - best(w), floor |start|, sigmas noise)
///
/// with `start` the first loss. It is 0 for a run at its best, 1 for one that is back where it began. A single outlier
/// moves neither level nor best; the points judged are never in the reference; the progress in the denominator makes it
/// free of units, and the noise keeps a run that has not moved yet, or a plateau of noise, from being judged by its
/// jitter. `noise` is the upper quartile of the changes from point to point about their median, over 1.627 (so that it
/// is the standard deviation of normal noise), taken before the points that are judged: the upper quartile because
/// losses that jump between two levels (mixed or augmented batches) have small changes at the median.
final class Progress {
    /// Median points of the shortest level.
    private static final int MIN_LEVEL = 5;
    private static final int NOISE_POINTS = 128;
    /// Points between two estimates of the noise once it is well known.
    private static final int NOISE_EVERY = 8;
    /// Changes between the newest points that do not count as noise yet.
    private static final int NOISE_DELAY = 8;
    /// Changes that it takes to know the noise, and for lengths within which nothing is averaged.
    private static final int MIN_CHANGES = 5;
    private static final int MIN_CHANGES_OF_SHORTEST = 32;
    /// Upper quartile of the magnitude of a difference of two standard normal values.
    private static final double QUARTILE_OF_CHANGES = 1.6268;
    /// A rise of the learning rate by this factor over its lowest since the peak is a new warm-up.
    private static final double REWARM = 1.5;
    /// Lengths from this on are judged anew after a re-warm-up: the loss may rise slowly then.
    private static final int SLOW_POINTS = 128;

    private final double floor;
    private final double sigmas;
    private final double within;
    private final List<Scale> scales = new ArrayList<>();
    private final SlidingWindow changes = new SlidingWindow(NOISE_POINTS);
    private final ArrayList<Double> pending = new ArrayList<>();
    private long points;
    private double start = Double.NaN;
    private double previous = Double.NaN;
    private double noise = Double.NaN;
    private double peakLr;
    private double lowestLr = Double.POSITIVE_INFINITY;
    private double phase = Double.NaN;

    /// @param lengths lengths in points, shortest first
    /// @param within  share of the points of a length that must lie above its level, in (0, 1)
    /// @param floor   least progress, as a share of the start
    /// @param sigmas  least progress, in units of noise
    Progress(int[] lengths, double within, double floor, double sigmas) {
        this.within = within;
        this.floor = floor;
        this.sigmas = sigmas;
        for (int length : lengths) {
            scales.add(new Scale(length));
        }
    }

    record State(
            long points,
            double start,
            double previous,
            double noise,
            SlidingWindow.State changes,
            List<Double> pending,
            double peakLr,
            double lowestLr,
            double phase,
            List<Scale.State> scales) {}

    /// Adds a finite loss.
    ///
    /// @param lr        learning rate, NaN when not known
    /// @param dataPhase [io.evenkeel.metric.SeriesNames#DATA_PHASE], NaN when not known
    void add(long step, double loss, double lr, double dataPhase) {
        if (points == 0) {
            start = loss;
        }
        points++;
        watchLr(lr);
        watchPhase(dataPhase);
        updateNoise(loss);
        for (var scale : scales) {
            scale.add(step, loss);
        }
    }

    private void watchLr(double lr) {
        if (!(lr > 0)) {
            return;
        }
        if (lowestLr < peakLr && lr >= REWARM * lowestLr) {
            scales.stream().filter(scale -> scale.length >= SLOW_POINTS).forEach(Scale::clear);
            lowestLr = lr;
        }
        if (lr >= peakLr) {
            peakLr = lr;
            lowestLr = lr;
        }
        lowestLr = Math.min(lowestLr, lr);
    }

    private void watchPhase(double dataPhase) {
        if (!Double.isFinite(dataPhase)) {
            return;
        }
        if (Double.isFinite(phase) && phase != dataPhase) {
            scales.forEach(Scale::clear);
        }
        phase = dataPhase;
    }

    private void updateNoise(double loss) {
        if (Double.isFinite(previous)) {
            pending.add(loss - previous);
            if (pending.size() > NOISE_DELAY) {
                changes.add(pending.removeFirst());
                // A window that is nearly full changes little from point to point.
                if (changes.size() < NOISE_EVERY * NOISE_EVERY || points % NOISE_EVERY == 0) {
                    noise = changes.size() < MIN_CHANGES ? Double.NaN : noiseOfChanges();
                }
            }
        }
        previous = loss;
    }

    private double noiseOfChanges() {
        return changes.quantileOfDistances(0.75) / QUARTILE_OF_CHANGES;
    }

    long points() {
        return points;
    }

    /// The first loss; NaN before it.
    double start() {
        return start;
    }

    /// Standard deviation of the noise from point to point; NaN while not known.
    double noise() {
        return noise;
    }

    int scales() {
        return scales.size();
    }

    int length(int scale) {
        return scales.get(scale).length;
    }

    /// The lost share over a length; NaN while too few points are known.
    double lost(int scale) {
        boolean shortest = scales.get(scale).length < NOISE_DELAY;
        if (changes.size() < (shortest ? MIN_CHANGES_OF_SHORTEST : MIN_CHANGES)) {
            return Double.NaN;
        }
        var s = scales.get(scale);
        return (s.level(within) - s.best) / denominator(s);
    }

    private double denominator(Scale scale) {
        double least = Math.max(floor * Math.abs(start), Double.isNaN(noise) ? 0 : sigmas * noise);
        return Math.max(Math.max(start - scale.best, least), Double.MIN_NORMAL);
    }

    /// The level of the last points; NaN while too few are known.
    double level(int scale) {
        return scales.get(scale).level(within);
    }

    /// The best level before them; NaN while too few points are known.
    double best(int scale) {
        var best = scales.get(scale).best;
        return best == Double.POSITIVE_INFINITY ? Double.NaN : best;
    }

    /// The first step after the last one at which the loss stood near its best.
    long onset(int scale) {
        return scales.get(scale).onset;
    }

    /// Says which share of the progress must be lost for the onset of a rise to be over: see [#onset].
    void markOnset(int scale, long step, double share) {
        var s = scales.get(scale);
        if (s.recent.size() > 0) {
            s.markOnset(step, s.best + share * denominator(s));
        }
    }

    State state() {
        return new State(
                points,
                start,
                previous,
                noise,
                changes.state(),
                List.copyOf(pending),
                peakLr,
                lowestLr,
                phase,
                scales.stream().map(Scale::state).toList());
    }

    void restore(State state) {
        points = state.points();
        start = state.start();
        previous = state.previous();
        noise = state.noise();
        changes.restore(state.changes());
        pending.clear();
        pending.addAll(state.pending());
        peakLr = state.peakLr();
        lowestLr = state.lowestLr();
        phase = state.phase();
        if (state.scales().size() != scales.size()) {
            throw new IllegalArgumentException("state must have " + scales.size() + " lengths");
        }
        for (var i = 0; i < scales.size(); i++) {
            scales.get(i).restore(state.scales().get(i));
        }
    }

    /// One length.
    private static final class Scale {
        final int length;
        final SlidingWindow recent;
        final SlidingWindow levels;
        /// Levels of the last `length` points, a ring.
        final double[] delayed;

        long added;
        double best = Double.POSITIVE_INFINITY;
        long onset;
        boolean risen;

        Scale(int length) {
            this.length = length;
            recent = new SlidingWindow(length);
            levels = new SlidingWindow(Math.max(MIN_LEVEL, length / 2));
            delayed = new double[length];
        }

        record State(
                SlidingWindow.State recent,
                SlidingWindow.State levels,
                double[] delayed,
                long added,
                double best,
                long onset,
                boolean risen) {}

        void add(long step, double loss) {
            if (added == 0) {
                onset = step;
            }
            recent.add(loss);
            levels.add(loss);
            int slot = (int) (added % length);
            if (added >= length) {
                best = Math.min(best, delayed[slot]);
            }
            // The median of a few first points would be an outlier of its own.
            delayed[slot] = levels.isFull() ? levels.median() : Double.POSITIVE_INFINITY;
            added++;
        }

        double level(double within) {
            return recent.isFull() && best < Double.POSITIVE_INFINITY ? recent.quantile(1 - within) : Double.NaN;
        }

        void markOnset(long step, double bound) {
            boolean above = recent.recent(0) > bound && best < Double.POSITIVE_INFINITY;
            if (above && !risen) {
                onset = step;
            }
            risen = above || risen && levels.median() > bound;
        }

        void clear() {
            recent.clear();
            levels.clear();
            Arrays.fill(delayed, 0);
            added = 0;
            best = Double.POSITIVE_INFINITY;
            risen = false;
        }

        State state() {
            return new State(recent.state(), levels.state(), delayed.clone(), added, best, onset, risen);
        }

        void restore(State state) {
            if (state.delayed().length != length) {
                throw new IllegalArgumentException("state must have length " + length);
            }
            recent.restore(state.recent());
            levels.restore(state.levels());
            System.arraycopy(state.delayed(), 0, delayed, 0, length);
            added = state.added();
            best = state.best();
            onset = state.onset();
            risen = state.risen();
        }
    }
}
