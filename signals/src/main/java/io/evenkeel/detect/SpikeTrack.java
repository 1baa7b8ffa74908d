package io.evenkeel.detect;

import io.evenkeel.detect.Event.Severity;
import io.evenkeel.statistic.RankTest;
import io.evenkeel.statistic.Sample;
import io.evenkeel.statistic.SlidingWindow;
import io.evenkeel.statistic.Slope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Spikes of one series, and whether each comes back.
///
/// The reference is a window of earlier values and the level that they lead to expect: a resistant line through the
/// medians of the first and the last third of them (Tukey, "Exploratory data analysis", 1977), flat where it would
/// rise, so that a falling loss is not judged by where it came from. A value is a spike when it exceeds that level by
/// `sigmas` robust standard deviations of the residuals, by twice the largest of them, and by a least rise. The second
/// bound is by rank: it asks for a gap that the noise has not shown, however heavy its tail. Spikes, and the points of
/// an episode above the band, do not enter the reference; so the next spike is judged by the same reference as the
/// first.
///
/// An episode ends well when three points in a row lie in the band again (level plus 3 sigma, or the largest residual
/// of the reference), or when a new spike comes after at least one such point. When it has not ended after
/// `confirmPoints`, the points since are compared by ranks with those before: a higher level is damage, told with its
/// slope; otherwise the noise has grown, which is no damage. Either way the reference starts anew from the points
/// since, and a return to the old band is still told when it comes.
final class SpikeTrack {
    /// Points in the band that end an episode.
    private static final int BACK_POINTS = 3;
    /// Points before a spike that a lasting level is compared with.
    private static final int BEFORE_POINTS = 32;
    /// Last points that tell most values from spikes.
    private static final int NEAR_POINTS = 16;
    private static final double BAND_SIGMAS = 3;
    private static final double MAX_P_VALUE = 0.01;

    private final Rule rule;
    private final SlidingWindow reference;
    private double start = Double.NaN;
    private @Nullable Episode episode;
    private @Nullable Wound wound;

    /// How one kind of spike is judged.
    ///
    /// @param kind          of its events
    /// @param logarithmic   whether values are judged by their logarithm
    /// @param window        points of the reference
    /// @param minHistory    points that it needs
    /// @param sigmas        least distance in robust standard deviations
    /// @param minRise       least rise: in units of the logarithm, or as a share of the median
    /// @param damagedRise   rise from which a spike is damage by itself: in units of the logarithm, or as a share
    ///                      of the progress since the start
    /// @param confirmPoints points after which a spike that has not come back is judged
    record Rule(
            EventKind kind,
            boolean logarithmic,
            int window,
            int minHistory,
            double sigmas,
            double minRise,
            double damagedRise,
            int confirmPoints) {}

    SpikeTrack(Rule rule) {
        this.rule = rule;
        this.reference = new SlidingWindow(rule.window());
    }

    /// A spike that has not come back yet.
    private record Episode(
            long since,
            double peak,
            double median,
            double sigma,
            double band,
            double[] before,
            List<Double> after,
            int inBand,
            Severity severity) {}

    /// The level that a spike left for good, so far.
    private record Wound(long since, double band, double median, int points, int inBand) {}

    record State(
            SlidingWindow.State reference,
            double start,
            @Nullable Episode episode,
            @Nullable Wound wound) {}

    /// Judges a finite value.
    List<Event> add(long step, String series, double raw) {
        double value = rule.logarithmic() ? Math.log(Math.max(Math.abs(raw), Double.MIN_NORMAL)) : raw;
        if (Double.isNaN(start)) {
            start = value;
        }
        var events = new ArrayList<Event>(1);
        watchWound(step, series, value, events);
        var open = episode;
        if (open != null) {
            follow(open, step, series, value, events);
        } else {
            judge(step, series, value, events);
        }
        return events;
    }

    private void judge(long step, String series, double value, List<Event> events) {
        if (reference.size() < rule.minHistory()) {
            reference.add(value);
            return;
        }
        if (!standsOut(value)) {
            reference.add(value);
            return;
        }
        var residuals = residuals();
        double median = residuals.level();
        double sigma = residuals.sigma();
        double reach = residuals.reach();
        double rise = value - median;
        double least = rule.logarithmic() ? rule.minRise() : rule.minRise() * Math.abs(median);
        if (!(rise >= rule.sigmas() * sigma && rise >= 2 * reach && rise >= least)) {
            reference.add(value);
            return;
        }
        var severity = severity(rise, median, sigma);
        int kept = Math.min(BEFORE_POINTS, reference.size());
        var before = new double[kept];
        for (var i = 0; i < kept; i++) {
            before[i] = median + residuals.values()[reference.size() - kept + i];
        }
        var after = new ArrayList<Double>();
        after.add(value);
        double band = median + Math.max(BAND_SIGMAS * sigma, reach);
        episode = new Episode(step, value, median, sigma, band, before, after, 0, severity);
        events.add(spike(step, step, series, value, median, sigma, severity));
    }

    /// Whether a value can be a spike at all, told from the last few values alone: each of them, moved along the
    /// steepest line that the reference can have, is at most the largest residual above the level, and the level is
    /// at most the median. Spares most values the residuals.
    private boolean standsOut(double value) {
        int n = reference.size();
        double steepest = (reference.max() - reference.min()) / (n - n / 3);
        double highest = Double.NEGATIVE_INFINITY;
        for (var age = 0; age < Math.min(NEAR_POINTS, n); age++) {
            highest = Math.max(highest, reference.recent(age) - (age + 1) * steepest);
        }
        return value >= Math.max(highest, 2 * highest - reference.median());
    }

    /// What the reference leads to expect.
    ///
    /// @param level  of the next value
    /// @param sigma  robust standard deviation about it, at least a thousandth of what counts as a rise: a constant
    ///               series has none
    /// @param reach  the largest residual
    /// @param values the residuals, oldest first
    private record Expected(double level, double sigma, double reach, double[] values) {}

    private Expected residuals() {
        var residuals = reference.values();
        int n = residuals.length;
        int third = n / 3;
        double left = Sample.median(Arrays.copyOf(residuals, third));
        double right = Sample.median(Arrays.copyOfRange(residuals, n - third, n));
        double slope = Math.min(0, (right - left) / (n - third));
        for (var i = 0; i < n; i++) {
            residuals[i] -= slope * (i - n);
        }
        double level = Sample.median(residuals);
        double reach = 0;
        for (var i = 0; i < n; i++) {
            residuals[i] -= level;
            reach = Math.max(reach, residuals[i]);
        }
        double scale = rule.logarithmic() ? 1 : Math.max(Math.abs(level), Double.MIN_NORMAL);
        double sigma = Sample.MAD_TO_SIGMA * Sample.medianAbsoluteDeviation(residuals);
        return new Expected(level, Math.max(sigma, 1e-3 * rule.minRise() * scale), reach, residuals);
    }

    private Severity severity(double rise, double median, double sigma) {
        boolean clear = rise >= 2 * rule.sigmas() * sigma;
        double bound = rule.logarithmic()
                ? rule.damagedRise()
                : Math.max(rule.damagedRise() * (start - median), 5 * rule.minRise() * Math.abs(median));
        return clear && rise >= bound ? Severity.DAMAGED : Severity.WATCH;
    }

    private void follow(Episode open, long step, String series, double value, List<Event> events) {
        boolean inBand = value <= open.band();
        if (!inBand && open.inBand() > 0 && value - open.median() >= rule.sigmas() * open.sigma()) {
            // Another spike: the first had come back.
            episode = null;
            events.add(back(step, series, open.since(), open.after().size(), value(open.median())));
            judge(step, series, value, events);
            return;
        }
        open.after().add(value);
        if (inBand) {
            reference.add(value);
        }
        var severity = severity(value - open.median(), open.median(), open.sigma());
        boolean worse = !inBand && severity.compareTo(open.severity()) > 0;
        var next = new Episode(
                open.since(),
                Math.max(open.peak(), value),
                open.median(),
                open.sigma(),
                open.band(),
                open.before(),
                open.after(),
                inBand ? open.inBand() + 1 : 0,
                worse ? severity : open.severity());
        episode = next;
        if (worse) {
            events.add(spike(step, open.since(), series, value, open.median(), open.sigma(), severity));
        }
        if (next.inBand() >= BACK_POINTS) {
            episode = null;
            events.add(back(step, series, open.since(), next.after().size() - BACK_POINTS, value(open.median())));
        } else if (next.after().size() >= rule.confirmPoints()) {
            conclude(next, step, series, events);
        }
    }

    /// Neither back nor gone after all the points allowed.
    private void conclude(Episode open, long step, String series, List<Event> events) {
        episode = null;
        var after = open.after().stream().mapToDouble(Double::doubleValue).toArray();
        var late = Arrays.copyOfRange(after, after.length / 2, after.length);
        var test = RankTest.of(late, open.before());
        reference.clear();
        for (double value : late) {
            reference.add(value);
        }
        if (test.pValue() > MAX_P_VALUE || test.superiority() < 0.75) {
            events.add(back(step, series, open.since(), after.length, value(Sample.median(late))));
            return;
        }
        wound = new Wound(open.since(), open.band(), open.median(), after.length, 0);
        var slopeAfter = Slope.of(late);
        var slopeBefore = open.before().length >= 2 ? Slope.of(open.before()) : new Slope(0, open.median(), 0, 0);
        double level = Sample.median(late);
        double gap = level - open.median();
        double toGo = slopeAfter.falls() ? gap / -slopeAfter.slope() : Double.POSITIVE_INFINITY;
        events.add(new Event(
                rule.kind(),
                step,
                open.since(),
                rule.logarithmic() ? Severity.WATCH : Severity.DAMAGED,
                Math.min(1, test.superiority() * (1 - test.pValue())),
                series,
                Evidence.of(
                        "%s has not come back %d points after its spike to %s: level %s against %s before, slope %s a"
                                + " point against %s, %s",
                        series,
                        after.length,
                        Evidence.number(value(open.peak())),
                        Evidence.number(value(level)),
                        Evidence.number(value(open.median())),
                        Evidence.number(slopeAfter.slope()),
                        Evidence.number(slopeBefore.slope()),
                        Double.isInfinite(toGo)
                                ? "not falling"
                                : Evidence.of("back in about %s points", Evidence.number(toGo))),
                Map.of(
                        "before", value(open.median()),
                        "after", value(level),
                        "slopeBefore", slopeBefore.slope(),
                        "slopeAfter", slopeAfter.slope(),
                        "pointsToReturn", toGo,
                        "superiority", test.superiority(),
                        "pValue", test.pValue())));
    }

    private void watchWound(long step, String series, double value, List<Event> events) {
        var open = wound;
        if (open == null) {
            return;
        }
        int inBand = value <= open.band() ? open.inBand() + 1 : 0;
        wound = new Wound(open.since(), open.band(), open.median(), open.points() + 1, inBand);
        if (inBand >= BACK_POINTS) {
            wound = null;
            events.add(back(step, series, open.since(), open.points() + 1 - BACK_POINTS, value(open.median())));
        }
    }

    private double value(double judged) {
        return rule.logarithmic() ? Math.exp(judged) : judged;
    }

    private Event spike(
            long step, long since, String series, double value, double median, double sigma, Severity severity) {
        double z = (value - median) / sigma;
        return new Event(
                rule.kind(),
                step,
                since,
                severity,
                Math.min(0.99, 1 - 0.5 * rule.sigmas() / z),
                series,
                Evidence.of(
                        "%s jumped to %s from %s, %s robust sigma",
                        series, Evidence.number(value(value)), Evidence.number(value(median)), Evidence.number(z)),
                Map.of("value", value(value), "median", value(median), "sigmas", z));
    }

    private Event back(long step, String series, long since, int points, double level) {
        return new Event(
                rule.kind(),
                step,
                since,
                Severity.NOTE,
                0.9,
                series,
                Evidence.of("%s is back near %s after %d points", series, Evidence.number(level), points),
                Map.of(Event.RECOVERED_AFTER, (double) points, "level", level));
    }

    /// The spike that was told before when the last value still lies so high that an update must not follow it.
    ///
    /// @param step of the last value
    Optional<Event> ongoing(long step, String series) {
        var open = episode;
        if (open == null || open.inBand() > 0) {
            return Optional.empty();
        }
        double last = open.after().getLast();
        var severity = severity(last - open.median(), open.median(), open.sigma());
        return severity == Severity.DAMAGED
                ? Optional.of(spike(step, open.since(), series, last, open.median(), open.sigma(), severity))
                : Optional.empty();
    }

    /// Median of the reference as it was read; NaN before the first value.
    double typical() {
        return reference.size() == 0 ? Double.NaN : value(reference.median());
    }

    State state() {
        var open = episode;
        var copy = open == null
                ? null
                : new Episode(
                        open.since(),
                        open.peak(),
                        open.median(),
                        open.sigma(),
                        open.band(),
                        open.before(),
                        List.copyOf(open.after()),
                        open.inBand(),
                        open.severity());
        return new State(reference.state(), start, copy, wound);
    }

    void restore(State state) {
        reference.restore(state.reference());
        start = state.start();
        wound = state.wound();
        var open = state.episode();
        episode = open == null
                ? null
                : new Episode(
                        open.since(),
                        open.peak(),
                        open.median(),
                        open.sigma(),
                        open.band(),
                        open.before(),
                        new ArrayList<>(open.after()),
                        open.inBand(),
                        open.severity());
    }
}
