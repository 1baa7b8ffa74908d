package io.evenkeel.detect;

import io.evenkeel.detect.Event.Severity;
import io.evenkeel.metric.Readings;
import io.evenkeel.metric.SeriesNames;
import io.evenkeel.statistic.SlidingWindow;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// What a change of the data costs on held-out data, and whether it comes back: a drop right after the change that
/// recovers later is the stability gap, one that stays is forgetting.
///
/// The change is told by [SeriesNames#DATA_PHASE]. Judged are the held-out losses and accuracies and all series under
/// them, each against the median of its last three values before the change.
///
/// - `WATCH`: worse by [Config#drop] than before the change
/// - `NOTE` with depth and length: back within a fifth of the depth
/// - `DAMAGED`: not back after [Config#patience] evaluations
///
/// @paper P50
public final class StabilityGap implements Detector {
    private static final int BEFORE = 3;
    private static final double BACK = 0.2;

    private final Config config;
    private final TreeMap<String, Track> tracks = new TreeMap<>();
    private double phase = Double.NaN;

    /// @param drop     least loss of quality, as a share of the value before, in (0, 1)
    /// @param patience evaluations after the change in which the quality must come back, >= 2
    public record Config(double drop, int patience) {
        public Config {
            Bounds.share("drop", drop);
            Bounds.atLeast("patience", patience, 2);
        }

        /// 5 %, 20 evaluations (unverified).
        public static Config defaults() {
            return new Config(0.05, 20);
        }
    }

    public StabilityGap(Config config) {
        this.config = config;
    }

    private static final class Track {
        final SlidingWindow last = new SlidingWindow(BEFORE);

        @Nullable
        Gap gap;
    }

    /// What followed the last change of the data.
    ///
    /// @param depth most that was lost so far
    private record Gap(long since, double before, double depth, int evaluations, boolean told, boolean damaged) {}

    private record TrackState(
            SlidingWindow.State last, @Nullable Gap gap) {}

    private record State(double phase, TreeMap<String, TrackState> tracks) {}

    @Override
    public List<Event> observe(Readings readings) {
        double now = readings.get(SeriesNames.DATA_PHASE);
        if (Double.isFinite(now)) {
            if (Double.isFinite(phase) && now != phase) {
                tracks.values().stream().filter(track -> track.last.size() > 0).forEach(track -> {
                    track.gap = new Gap(readings.step(), track.last.median(), 0, 0, false, false);
                });
            }
            phase = now;
        }
        var events = new ArrayList<Event>(0);
        readings.forEach((series, value) -> {
            boolean accuracy = SeriesBounds.isOrUnder(series, SeriesNames.VAL_ACCURACY);
            if (Double.isFinite(value) && (accuracy || SeriesBounds.isOrUnder(series, SeriesNames.VAL_LOSS))) {
                var track = tracks.computeIfAbsent(series, _ -> new Track());
                var gap = track.gap;
                if (gap != null) {
                    track.gap = follow(gap, series, value, accuracy, readings.step(), events);
                }
                track.last.add(value);
            }
        });
        return events;
    }

    private @Nullable Gap follow(
            Gap gap, String series, double value, boolean accuracy, long step, List<Event> events) {
        double lost = accuracy ? gap.before() - value : value - gap.before();
        double depth = Math.max(gap.depth(), lost);
        int evaluations = gap.evaluations() + 1;
        boolean deep = depth >= config.drop() * Math.abs(gap.before());
        var numbers = Map.of("before", gap.before(), "value", value, "depth", depth);
        if (gap.told() && lost <= BACK * depth) {
            events.add(event(
                    step,
                    gap,
                    Severity.NOTE,
                    series,
                    Evidence.of(
                            "%s is back at %s after %d evaluations; the change of the data had cost %s",
                            series, Evidence.number(value), evaluations, Evidence.number(depth)),
                    Map.of(Event.RECOVERED_AFTER, (double) evaluations, "before", gap.before(), "depth", depth)));
            return null;
        }
        if (deep && !gap.told()) {
            events.add(event(
                    step,
                    gap,
                    Severity.WATCH,
                    series,
                    Evidence.of(
                            "%s has gone to %s from %s with the change of the data",
                            series, Evidence.number(value), Evidence.number(gap.before())),
                    numbers));
        }
        boolean over = evaluations >= config.patience();
        if (over && deep && !gap.damaged()) {
            events.add(event(
                    step,
                    gap,
                    Severity.DAMAGED,
                    series,
                    Evidence.of(
                            "%s stands at %s, %d evaluations after the change of the data, from %s before",
                            series, Evidence.number(value), evaluations, Evidence.number(gap.before())),
                    numbers));
        }
        return over && !deep
                ? null
                : new Gap(gap.since(), gap.before(), depth, evaluations, deep, over || gap.damaged());
    }

    private static Event event(
            long step, Gap gap, Severity severity, String series, String evidence, Map<String, Double> numbers) {
        return new Event(EventKind.STABILITY_GAP, step, gap.since(), severity, 0.8, series, evidence, numbers);
    }

    @Override
    public JsonNode state() {
        var saved = new TreeMap<String, TrackState>();
        tracks.forEach((series, track) -> saved.put(series, new TrackState(track.last.state(), track.gap)));
        return States.of(new State(phase, saved));
    }

    @Override
    public void restore(JsonNode state) {
        var saved = States.read(state, State.class);
        phase = saved.phase();
        tracks.clear();
        saved.tracks().forEach((series, trackState) -> {
            var track = new Track();
            track.last.restore(trackState.last());
            track.gap = trackState.gap();
            tracks.put(series, track);
        });
    }
}
